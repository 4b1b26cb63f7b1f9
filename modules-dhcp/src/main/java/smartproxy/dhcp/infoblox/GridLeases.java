package smartproxy.dhcp.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/** The leases of one subnet; of a client that had several, and of an address that several members tell of, the last one. */
final class GridLeases {
    static final String TYPE = "lease";
    static final String FIELDS = "address,binding_state,client_hostname,ends,hardware,network_view,starts";

    private final String view;
    private final Subnet subnet;
    private final Map<MacAddress, Lease> byMac = new LinkedHashMap<>();
    private final Map<Ipv4, MacAddress> byIp = new LinkedHashMap<>();

    /** @param view network view */
    GridLeases(String view, Subnet subnet) {
        this.view = view;
        this.subnet = subnet;
    }

    static Map<String, String> in(Subnet subnet) {
        return Map.of("address~", AddressPattern.of(subnet));
    }

    static Map<String, String> at(Ipv4 ip) {
        return Map.of("address", ip.toString());
    }

    static Map<String, String> of(MacAddress mac) {
        return Map.of("hardware", mac.toString());
    }

    void add(JsonNode object) {
        lease(object).ifPresent(lease -> {
            var before = byMac.get(lease.mac());
            var other = Optional.ofNullable(byIp.get(lease.ip())).map(byMac::get);
            if ((before == null || starts(before) <= starts(lease))
                    && other.filter(same -> starts(same) > starts(lease)).isEmpty()) {
                other.ifPresent(same -> byMac.remove(same.mac()));
                if (before != null) {
                    byIp.remove(before.ip());
                }
                byMac.put(lease.mac(), lease);
                byIp.put(lease.ip(), lease.mac());
            }
        });
    }

    private static long starts(Lease lease) {
        return lease.starts() instanceof Long time ? time : Long.MIN_VALUE;
    }

    /** Those of other views have the same addresses. */
    private Optional<Lease> lease(JsonNode object) {
        var ip = Ipv4.parse(object.path("address").asText("")).filter(subnet::contains);
        var mac = MacAddress.parse(object.path("hardware").asText(""));
        if (ip.isEmpty()
                || mac.isEmpty()
                || !object.path("network_view").asText(view).equals(view)) {
            return Optional.empty();
        }
        var name = object.path("client_hostname").asText("");
        var options = new LinkedHashMap<String, Object>();
        if (!name.isEmpty()) {
            options.put(Reservation.HOSTNAME, name);
        }
        return Optional.of(new Lease(
                subnet,
                name.isEmpty() ? Lease.nameFor(mac.get()) : name,
                ip.get(),
                mac.get(),
                time(object.path("starts")),
                time(object.path("ends")),
                object.path("binding_state").asText(""),
                options));
    }

    /** Seconds since 1970; a text where the grid has none. */
    private static Object time(JsonNode value) {
        return value.isIntegralNumber() ? (Object) value.longValue() : "";
    }

    Collection<Lease> all() {
        return byMac.values();
    }

    Optional<Lease> first() {
        return byMac.values().stream().findFirst();
    }
}
