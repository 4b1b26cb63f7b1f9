/** Start, reload and end of the process; the command line; systemd. */
@NullMarked
package smartproxy.core.daemon;

import org.jspecify.annotations.NullMarked;
