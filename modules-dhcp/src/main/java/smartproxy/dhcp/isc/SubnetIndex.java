package smartproxy.dhcp.isc;

import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import smartproxy.dhcp.Subnet;

/** Finds the smallest subnet that contains an address. */
final class SubnetIndex {
    /** Subnets of one mask: their networks, sorted, and their places in the list. */
    private record Level(int mask, int[] networks, int[] places) {}

    private final Level[] levels;

    SubnetIndex(List<Subnet> subnets) {
        var byPrefix = new TreeMap<Integer, TreeMap<Integer, Integer>>();
        for (var place = 0; place < subnets.size(); place++) {
            var subnet = subnets.get(place);
            byPrefix.computeIfAbsent(-subnet.prefix(), prefix -> new TreeMap<>())
                    .put(subnet.network().bits(), place);
        }
        levels = byPrefix.entrySet().stream()
                .map(entry -> new Level(
                        entry.getKey() == 0 ? 0 : -1 << (32 + entry.getKey()),
                        entry.getValue().keySet().stream()
                                .mapToInt(Integer::intValue)
                                .toArray(),
                        entry.getValue().values().stream()
                                .mapToInt(Integer::intValue)
                                .toArray()))
                .toArray(Level[]::new);
    }

    /** @return its place in the list, -1 when there is none */
    int find(int address) {
        for (var level : levels) {
            var index = Arrays.binarySearch(level.networks(), address & level.mask());
            if (index >= 0) {
                return level.places()[index];
            }
        }
        return -1;
    }
}
