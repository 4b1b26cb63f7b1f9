/** Jars of third parties: which there are, what they see of the daemon, what they offer, and why one cannot be used. */
@NullMarked
package smartproxy.core.plugins;

import org.jspecify.annotations.NullMarked;
