/** Boot loaders and the names of the files that each of them reads. */
@NullMarked
package smartproxy.tftp.variant;

import org.jspecify.annotations.NullMarked;
