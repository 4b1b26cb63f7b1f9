/** {@code smart-proxy content}: a client of the daemon's content API on the command line. */
@NullMarked
package smartproxy.core.cli;

import org.jspecify.annotations.NullMarked;
