/**
 * {@code dhcp_kea}: DHCPv4 of an ISC Kea server, 2.x behind its control agent or 3.x by its own HTTP socket.
 */
@NullMarked
package smartproxy.dhcp.kea;

import org.jspecify.annotations.NullMarked;
