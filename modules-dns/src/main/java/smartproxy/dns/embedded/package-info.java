/**
 * {@code dns_embedded}: a small authoritative DNS server inside the daemon. Records lie in the daemon's store and in memory;
 * queries are answered from memory, changes are durable before they are acknowledged.
 *
 * <pre>
 *   DnsListener (UDP, TCP) -> DnsServer -> Lookup | Transfer -> ServedZones -> ServedZone -> Zone (memory)
 *   EmbeddedDnsProvider -> ServedZones -> Zone -> ZoneStore (disk), then memory, then Notifier
 * </pre>
 */
@NullMarked
package smartproxy.dns.embedded;

import org.jspecify.annotations.NullMarked;
