/** The provider {@code dns_infoblox}. */
@NullMarked
package smartproxy.dns.infoblox;

import org.jspecify.annotations.NullMarked;
