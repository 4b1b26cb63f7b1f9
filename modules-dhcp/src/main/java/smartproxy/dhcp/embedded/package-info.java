/**
 * {@code dhcp_embedded}: reservations in the daemon's own store, for subnets named in the settings. It answers Foreman's calls
 * without a DHCP server and serves no packets.
 */
@NullMarked
package smartproxy.dhcp.embedded;

import org.jspecify.annotations.NullMarked;
