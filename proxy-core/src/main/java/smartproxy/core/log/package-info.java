/** Where log records go, the patterns, the ring buffer behind /logs. */
@NullMarked
package smartproxy.core.log;

import org.jspecify.annotations.NullMarked;
