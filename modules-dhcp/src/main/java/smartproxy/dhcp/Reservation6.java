package smartproxy.dhcp;

import java.util.List;

/**
 * IPv6 addresses kept for a client.
 *
 * @param subnet the one they lie in
 * @param name of the host entry at the server
 * @param ips at least one
 * @param prefixes that are delegated to it, {@code 2001:db8:8::/56}
 * @param deleteable false when it stands in a file of the server's administrator
 * @param hostname what the client is told to be called; empty when nothing is set
 */
public record Reservation6(
        Subnet6 subnet,
        String name,
        ClientId client,
        List<Ipv6> ips,
        List<String> prefixes,
        boolean deleteable,
        String hostname) {
    public Reservation6 {
        ips = List.copyOf(ips);
        prefixes = List.copyOf(prefixes);
        if (ips.isEmpty()) {
            throw new IllegalArgumentException("a reservation without an address: " + name);
        }
    }

    /** {@code NAME (IP / CLIENT)}. */
    @Override
    public String toString() {
        return name + " (" + ips.get(0) + " / " + client + ")";
    }
}
