package smartproxy.dhcp.unused;

import java.time.Instant;
import java.util.Optional;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;

/**
 * An address that was suggested and is kept from others.
 *
 * @param mac for which it was asked; empty when it was asked without one, or something answers there
 * @param ends when others may have it
 */
public record Suggestion(Ipv4 ip, Optional<MacAddress> mac, Instant ends) {}
