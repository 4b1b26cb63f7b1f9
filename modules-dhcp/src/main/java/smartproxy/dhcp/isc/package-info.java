/**
 * {@code dhcp_isc} and {@code dhcp_remote_isc}: ISC dhcpd. Changes go over OMAPI, dhcpd's control protocol; what there is comes
 * from its configuration and its leases file.
 */
@NullMarked
package smartproxy.dhcp.isc;

import org.jspecify.annotations.NullMarked;
