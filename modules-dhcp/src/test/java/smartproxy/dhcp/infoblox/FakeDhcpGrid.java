package smartproxy.dhcp.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import smartproxy.core.tls.TestPki;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;
import smartproxy.infoblox.FakeGrid;

/** A grid with networks, fixed addresses, hosts and leases, whose members serve what was there at the last restart. */
final class FakeDhcpGrid extends FakeGrid {
    static final String FIXED = "fixedaddress";
    static final String HOST = "record:host";
    static final String LEASE = "lease";

    private static final Pattern MAC = Pattern.compile("(?:[0-9a-f]{2}:){5}[0-9a-f]{2}");
    private static final Pattern DNS = Pattern.compile("[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*");
    private static final Set<String> HOST_ADDRESS =
            Set.of("ipv4addr", "mac", "configure_for_dhcp", "bootfile", "use_bootfile", "nextserver", "use_nextserver");

    private static final Map<String, Type> TYPES = Map.of(
            "network",
            Type.of(
                    "comment extattrs network network_view network_container options use_options",
                    "network network_view network_container comment",
                    "",
                    ""),
            FIXED,
            Type.of(
                    "extattrs ipv4addr mac name network network_view options match_client bootfile use_bootfile nextserver"
                            + " use_nextserver comment",
                    "ipv4addr mac network network_view match_client comment",
                    "ipv4addr mac name network_view options match_client bootfile use_bootfile nextserver use_nextserver"
                            + " comment",
                    "ipv4addr"),
            HOST,
            Type.of(
                    "aliases comment configure_for_dns disable extattrs ipv4addrs ipv6addrs name view zone"
                            + " ipv4addrs.ipv4addr ipv4addrs.mac ipv4addrs.configure_for_dhcp ipv4addrs.bootfile"
                            + " ipv4addrs.use_bootfile ipv4addrs.nextserver ipv4addrs.use_nextserver",
                    "name ipv4addr ipv6addr mac view network_view zone comment",
                    "name view ipv4addrs ipv6addrs comment configure_for_dns aliases",
                    "name ipv4addrs"),
            LEASE,
            Type.of(
                    "address binding_state client_hostname ends hardware network network_view protocol starts",
                    "address hardware network network_view protocol client_hostname",
                    "",
                    ""),
            "ipv4address",
            Type.of(
                    "extattrs dhcp_client_identifier ip_address is_conflict lease_state mac_address names network"
                            + " network_view objects status types usage username",
                    "ip_address mac_address names network network_view status types usage",
                    "",
                    ""),
            "grid",
            Type.of("name", "", "", ""));

    private final AtomicInteger restarts = new AtomicInteger();
    private volatile long served;
    private volatile boolean addressesAreUnique;

    private FakeDhcpGrid(Path directory, TestPki.Issued certificate) {
        super(directory, certificate, TYPES);
        add("grid", Map.of("name", "Infoblox"));
        network("192.0.2.0/24", "192.0.2.1");
        network("198.51.100.0/25", "");
        network("10.20.0.0/16", "");
        add(
                LEASE,
                Map.of(
                        "address",
                        "192.0.2.200",
                        "hardware",
                        "02:00:00:00:0c:01",
                        "client_hostname",
                        "laptop",
                        "binding_state",
                        "ACTIVE",
                        "starts",
                        1_700_000_000L,
                        "ends",
                        1_900_000_000L,
                        "protocol",
                        "IPV4"));
        add(LEASE, Map.of("address", "192.0.2.201", "binding_state", "FREE", "protocol", "IPV4"));
        served = serial();
    }

    /** @param certificate of the master */
    static FakeDhcpGrid start(Path directory, TestPki.Issued certificate) {
        return new FakeDhcpGrid(directory, certificate);
    }

    /** Adds a network. */
    void network(String cidr, String router) {
        add(
                "network",
                Map.of(
                        "network",
                        cidr,
                        "options",
                        List.of(
                                Map.of("name", "dhcp-lease-time", "num", 51, "value", "43200", "use_option", false),
                                Map.of("name", "routers", "num", 3, "value", router, "use_option", true))));
    }

    /** It refuses a second fixed address of the same IP. */
    void addressesAreUnique() {
        addressesAreUnique = true;
    }

    int restarts() {
        return restarts.get();
    }

    /** Whether all that was changed is served. */
    boolean isServed() {
        return served == serial();
    }

    @Override
    protected List<Map<String, Object>> found(String type) {
        return type.equals("ipv4address") ? addresses() : all(type);
    }

    /** Every address of the small networks. */
    private List<Map<String, Object>> addresses() {
        var names = new TreeMap<String, String>();
        Stream.of(FIXED, HOST)
                .flatMap(type -> all(type).stream())
                .forEach(object ->
                        texts(object, "ipv4addr").forEach(ip -> names.put(ip, String.valueOf(object.get("name")))));
        all(LEASE).stream()
                .filter(lease -> lease.containsKey("hardware"))
                .forEach(lease -> names.put(String.valueOf(lease.get("address")), ""));
        all("dns-only").forEach(object -> names.put(String.valueOf(object.get("address")), "alias.example.com"));
        var addresses = new ArrayList<Map<String, Object>>();
        for (var network : all("network")) {
            var subnet = Subnet.parse(String.valueOf(network.get("network"))).orElseThrow();
            if (subnet.prefix() >= 24) {
                LongStream.rangeClosed(
                                subnet.network().value(), subnet.broadcast().value())
                        .mapToObj(value -> Ipv4.of(value).toString())
                        .forEach(ip -> addresses.add(Map.of(
                                "_ref",
                                "ipv4address/x:" + ip,
                                "ip_address",
                                ip,
                                "network",
                                String.valueOf(network.get("network")),
                                "network_view",
                                VIEW,
                                "names",
                                List.of(names.getOrDefault(ip, "")),
                                "status",
                                names.containsKey(ip) ? "USED" : "UNUSED")));
            }
        }
        return addresses;
    }

    /** An address without its mask is searched as well; hosts are searched by what their addresses have. */
    @Override
    protected List<String> texts(Map<String, Object> object, String field) {
        if (HOST.equals(object.get("_type")) && (field.equals("ipv4addr") || field.equals("mac"))) {
            return parts(object).stream()
                    .filter(address -> address.containsKey(field))
                    .map(address -> String.valueOf(address.get(field)))
                    .toList();
        }
        var texts = super.texts(object, field);
        return field.equals("network") && "network".equals(object.get("_type"))
                ? List.of(texts.get(0), texts.get(0).replaceFirst("/.*", ""))
                : texts;
    }

    private static List<Map<?, ?>> parts(Map<String, Object> host) {
        var parts = new ArrayList<Map<?, ?>>();
        if (host.get("ipv4addrs") instanceof List<?> list) {
            list.forEach(part -> parts.add((Map<?, ?>) part));
        }
        return parts;
    }

    @Override
    protected Optional<ResponseDefinitionBuilder> complete(String type, Map<String, Object> fields) {
        return type.equals(FIXED) ? fixed(fields) : host(fields);
    }

    private Optional<ResponseDefinitionBuilder> fixed(Map<String, Object> fields) {
        var refused = address(fields);
        if (refused.isPresent()) {
            return refused;
        }
        if (addressesAreUnique
                && all(FIXED).stream()
                        .anyMatch(
                                other -> String.valueOf(fields.get("ipv4addr")).equals(other.get("ipv4addr")))) {
            return Optional.of(conflict("IP address " + fields.get("ipv4addr") + " is used in two fixed addresses."));
        }
        fields.put("network", networkOf(fields).orElseThrow());
        fields.putIfAbsent("match_client", "MAC_ADDRESS");
        return Optional.empty();
    }

    private Optional<ResponseDefinitionBuilder> host(Map<String, Object> fields) {
        var name = String.valueOf(fields.get("name")).toLowerCase(Locale.ROOT);
        if (!DNS.matcher(name).matches()) {
            return Optional.of(refused(400, "AdmConDataError", "Data", "Invalid host name"));
        }
        if (!name.endsWith(".example.com")) {
            return Optional.of(conflict("The action is not allowed. A parent was not found."));
        }
        if (all(HOST).stream().anyMatch(other -> name.equals(other.get("name")))) {
            return Optional.of(conflict("The record '" + name + "' already exists."));
        }
        for (var address : parts(fields)) {
            if (!HOST_ADDRESS.containsAll(address.keySet())) {
                return Optional.of(unknown("Unknown argument/field in " + address));
            }
            var plain = new LinkedHashMap<String, Object>();
            address.forEach((key, value) -> plain.put(String.valueOf(key), value));
            var refused = address(plain);
            if (refused.isPresent()) {
                return refused;
            }
        }
        fields.put("name", name);
        fields.put("zone", "example.com");
        return Optional.empty();
    }

    private Optional<ResponseDefinitionBuilder> address(Map<String, Object> fields) {
        var network = networkOf(fields);
        if (network.isEmpty()) {
            return Optional.of(
                    refused(400, "AdmConDataError", "Data", "No network for " + fields.get("ipv4addr") + " was found"));
        }
        var mac = String.valueOf(fields.getOrDefault("mac", "00:00:00:00:00:00"));
        if (!MAC.matcher(mac).matches()) {
            return Optional.of(unknown("Invalid value for field mac: " + mac));
        }
        var taken = Stream.of(FIXED, HOST)
                .flatMap(type -> all(type).stream())
                .filter(object -> texts(object, "mac").contains(mac))
                .flatMap(object -> texts(object, "ipv4addr").stream())
                .anyMatch(ip -> networkOf(Map.of("ipv4addr", ip)).equals(network));
        return taken
                ? Optional.of(conflict("MAC address " + mac
                        + " is used in two fixed addresses, which are in the same network " + network.get() + "."))
                : Optional.empty();
    }

    private Optional<String> networkOf(Map<String, ?> fields) {
        return Ipv4.parse(String.valueOf(fields.get("ipv4addr")))
                .flatMap(ip -> all("network").stream()
                        .map(network -> String.valueOf(network.get("network")))
                        .filter(cidr -> Subnet.parse(cidr).orElseThrow().contains(ip))
                        .findFirst());
    }

    @Override
    protected boolean function(String reference, String name, JsonNode arguments) {
        var known = reference.startsWith("grid/")
                && name.equals("restartservices")
                && arguments
                        .toString()
                        .equals("{\"member_order\":\"SEQUENTIALLY\",\"restart_option\":\"RESTART_IF_NEEDED\","
                                + "\"sequential_delay\":15,\"service_option\":\"DHCP\"}");
        if (known) {
            served = serial();
            restarts.incrementAndGet();
        }
        return known;
    }
}
