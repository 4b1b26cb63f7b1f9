/** Health and metrics. */
@NullMarked
package smartproxy.core.health;

import org.jspecify.annotations.NullMarked;
