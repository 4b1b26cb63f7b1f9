/** The live check: looks at what lies around the daemon, and changes nothing there. */
@NullMarked
package smartproxy.core.check;

import org.jspecify.annotations.NullMarked;
