/**
 * Content whatever the Pulp: one API, {@code /content}, over the SPI {@link smartproxy.pulp.content.ContentProvider}. The resource knows
 * HTTP, the service the rules every Pulp shares, a provider one kind of Pulp; long work is a job in the store.
 */
@NullMarked
package smartproxy.pulp.content;

import org.jspecify.annotations.NullMarked;
