/** DNS records through dynamic updates (RFC 2136) signed with TSIG (RFC 8945): the provider {@code dns_nsupdate}. */
@NullMarked
package smartproxy.dns.nsupdate;

import org.jspecify.annotations.NullMarked;
