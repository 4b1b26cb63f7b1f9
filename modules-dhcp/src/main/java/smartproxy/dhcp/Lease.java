package smartproxy.dhcp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An address that the server gave to a client for some time.
 *
 * @param name as {@link #nameFor} makes it, where the server has none
 * @param starts JSON value: the text {@code 2026-01-01 10:00:00 UTC}, or a number where the backend's API has one; empty
 *     when it is not known
 * @param ends likewise
 * @param state {@code active}, or another word of the server; empty when it is not known
 * @param options shown after the rest, in that order. JSON values
 */
public record Lease(
        Subnet subnet,
        String name,
        Ipv4 ip,
        MacAddress mac,
        Object starts,
        Object ends,
        String state,
        Map<String, Object> options) {
    public Lease {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** {@code lease-525400000100}. */
    public static String nameFor(MacAddress mac) {
        return "lease-" + mac.toString().replace(":", "");
    }

    /** {@code IP / MAC}. */
    @Override
    public String toString() {
        return ip + " / " + mac;
    }
}
