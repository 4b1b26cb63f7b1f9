/**
 * Outbound HTTP: what {@link smartproxy.core.api.ProviderContext#http} gives. Nothing of the client library is loaded before the
 * first call.
 */
@NullMarked
package smartproxy.core.client;

import org.jspecify.annotations.NullMarked;
