package smartproxy.dhcp.isc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/** What a leases file says, for a server of 192.0.2.0/24 and 198.51.100.0/24. */
final class Leases {
    static final Subnet FIRST = new Subnet(Ipv4.of("192.0.2.0"), 24, Map.of());
    static final Subnet SECOND = new Subnet(Ipv4.of("198.51.100.0"), 24, Map.of());

    /** Noon of the first day of 2026. */
    static final long NOW = 1_767_268_800;

    final Records records = new Records(List.of(FIRST, SECOND), () -> NOW);
    private final LeasesText text = new LeasesText(records);

    static Leases of(String... lines) {
        var leases = new Leases();
        var rest = leases.take(String.join("\n", lines) + "\n");
        if (!rest.isEmpty()) {
            throw new AssertionError("not taken: " + rest);
        }
        return leases;
    }

    /** @return what is not whole */
    String take(String added) {
        var bytes = added.getBytes(StandardCharsets.UTF_8);
        var at = text.take(bytes, 0, bytes.length, false);
        return new String(bytes, at, bytes.length - at, StandardCharsets.UTF_8);
    }

    void take(byte[] bytes, boolean whole) {
        text.take(bytes, 0, bytes.length, whole);
    }

    IscView view() {
        return records.view();
    }

    Lease lease(String ip) {
        return view().leaseAt(FIRST, Ipv4.of(ip)).orElseThrow();
    }

    Reservation host(String mac) {
        return view().reservation(FIRST, MacAddress.of(mac)).orElseThrow();
    }

    List<String> leases() {
        var all = new ArrayList<String>();
        view().eachLease(FIRST, lease -> all.add(lease + " " + lease.state()));
        return all;
    }

    List<String> hosts() {
        var all = new ArrayList<String>();
        view().eachReservation(FIRST, host -> all.add(host.toString()));
        return all;
    }

    static String lease(String ip, String mac, String state) {
        return """
                lease %s {
                  starts 4 2026/01/01 10:00:00;
                  ends 5 2037/01/02 10:00:00;
                  cltt 4 2026/01/01 10:00:00;
                  binding state %s;
                  next binding state free;
                  rewind binding state free;
                  hardware ethernet %s;
                }
                """.formatted(ip, state, mac).stripTrailing();
    }

    static String host(String name, String mac, String ip) {
        return "host " + name + " {\n  dynamic;\n  hardware ethernet " + mac + ";\n  fixed-address " + ip + ";\n}";
    }
}
