/** Listeners, the handler chain, parameters and error bodies. */
@NullMarked
package smartproxy.core.http;

import org.jspecify.annotations.NullMarked;
