package smartproxy.dhcp;

import java.util.Optional;

/**
 * An IPv6 address that the server gave to a client for some time.
 *
 * @param client by its DUID
 * @param mac where the server knows it
 * @param starts {@code 2026-01-01 10:00:00 UTC}
 * @param ends likewise
 * @param state {@code active}, or another word of the server
 * @param hostname empty when there is none
 */
public record Lease6(
        Subnet6 subnet,
        Ipv6 ip,
        ClientId client,
        Optional<MacAddress> mac,
        String starts,
        String ends,
        String state,
        String hostname) {
    /** {@code lease-} and the DUID's digits. */
    public String name() {
        return "lease-" + client.text().replace(":", "");
    }

    /** {@code IP / CLIENT}. */
    @Override
    public String toString() {
        return ip + " / " + client;
    }
}
