/** The provider {@code dhcp_infoblox}. */
@NullMarked
package smartproxy.dhcp.infoblox;

import org.jspecify.annotations.NullMarked;
