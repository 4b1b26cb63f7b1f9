/** The durable store on SQLite. */
@NullMarked
package smartproxy.core.store;

import org.jspecify.annotations.NullMarked;
