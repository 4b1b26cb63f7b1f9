/** The core's own resources: features, version, logs, health, metrics. */
@NullMarked
package smartproxy.core.root;

import org.jspecify.annotations.NullMarked;
