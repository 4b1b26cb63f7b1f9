/** The files below one root: opened for reading without leaving it, written whole or not at all. */
@NullMarked
package smartproxy.tftp.files;

import org.jspecify.annotations.NullMarked;
