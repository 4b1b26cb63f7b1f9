/**
 * DHCP for Foreman's hosts: the routes, the rules that hold for every provider, and the SPI of providers. Each provider has a
 * package of its own.
 */
@NullMarked
package smartproxy.dhcp;

import org.jspecify.annotations.NullMarked;
