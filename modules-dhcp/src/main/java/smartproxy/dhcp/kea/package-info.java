/**
 * {@code dhcp_kea}: DHCPv4, and on request DHCPv6, of an ISC Kea server, 2.x behind its control agent or 3.x by its own sockets.
 * Reading and changing are the same for both: JSON with what {@link smartproxy.dhcp.kea.Family} tells apart.
 */
@NullMarked
package smartproxy.dhcp.kea;

import org.jspecify.annotations.NullMarked;
