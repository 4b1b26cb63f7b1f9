package smartproxy.dhcp.unused;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;

/**
 * Which addresses and MACs this daemon has made suggestions for, until these end at the latest. In a store that nobody shares
 * there are none but those, so that a reservation of any other need not look there.
 */
final class Remembered {
    private static final int FEW = 1000;

    /** By address and by MAC. */
    private final Map<Object, Instant> ends = new HashMap<>();

    private int many = FEW;

    synchronized void add(Suggestion suggestion, Instant now) {
        add(suggestion.ip(), suggestion.ends());
        suggestion.mac().ifPresent(mac -> add(mac, suggestion.ends()));
        if (ends.size() > many) {
            ends.values().removeIf(end -> !end.isAfter(now));
            many = FEW + 2 * ends.size();
        }
    }

    private void add(Object of, Instant end) {
        ends.merge(of, end, (before, after) -> after.isAfter(before) ? after : before);
    }

    /** Whether there may be a suggestion of the address, or for the MAC. */
    synchronized boolean hasAny(Ipv4 ip, Optional<MacAddress> mac) {
        return ends.containsKey(ip) || mac.filter(ends::containsKey).isPresent();
    }
}
