/** The provider {@code dns_infoblox}. Classes that begin with {@code Wapi} know nothing of DNS records. */
@NullMarked
package smartproxy.dns.infoblox;

import org.jspecify.annotations.NullMarked;
