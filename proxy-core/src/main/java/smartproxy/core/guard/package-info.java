/** The guard around every backend call. */
@NullMarked
package smartproxy.core.guard;

import org.jspecify.annotations.NullMarked;
