package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import smartproxy.core.api.BackendException;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/** The configuration of {@code kea-dhcp4}, as {@code config-get} tells it. */
final class KeaConfig {
    private static final String ROOT = "Dhcp4";
    private static final String RESERVATIONS = "reservations";

    private final ObjectNode dhcp4;

    /** @throws BackendException when it is none */
    static KeaConfig of(String owner, JsonNode arguments) {
        if (arguments.path(ROOT) instanceof ObjectNode dhcp4) {
            return new KeaConfig(dhcp4);
        }
        throw BackendException.rejected(
                owner + ": config-get: the answer has no " + ROOT + "; does dhcp_kea_url lead to a DHCPv4 server?");
    }

    private KeaConfig(ObjectNode dhcp4) {
        this.dhcp4 = dhcp4;
    }

    KeaConfig copy() {
        return new KeaConfig(dhcp4.deepCopy());
    }

    /** What {@code config-test} and {@code config-set} take. */
    ObjectNode arguments() {
        return KeaClient.object().set(ROOT, dhcp4);
    }

    /** Whether both say the same; the order of keys does not count. */
    boolean isSameAs(KeaConfig other) {
        return dhcp4.equals(other.dhcp4);
    }

    /** Whether reservations are kept in a database as well. */
    boolean hasHostsDatabase() {
        return !dhcp4.path("hosts-database").isEmpty()
                || !dhcp4.path("hosts-databases").isEmpty();
    }

    /** Whether a password is shown as stars, so that setting this configuration would set the stars. */
    boolean isRedacted() {
        return isRedacted(dhcp4);
    }

    private static boolean isRedacted(JsonNode node) {
        if (node.isTextual()) {
            return node.textValue().matches("\\*{3,}");
        }
        for (var child : node) {
            if (isRedacted(child)) {
                return true;
            }
        }
        return false;
    }

    /** Hands over each subnet with its node, those of shared networks included. */
    void eachSubnet(Consumer<? super ServedSubnet> consumer) {
        nodes().forEach(node -> served(node).ifPresent(consumer));
    }

    /**
     * A subnet.
     *
     * @param id as Kea numbers it
     */
    record ServedSubnet(long id, Subnet subnet, ObjectNode node) {}

    private List<ObjectNode> nodes() {
        var nodes = new ArrayList<ObjectNode>();
        addAll(dhcp4.path("subnet4"), nodes);
        dhcp4.path("shared-networks").forEach(network -> addAll(network.path("subnet4"), nodes));
        return nodes;
    }

    private static void addAll(JsonNode list, List<ObjectNode> nodes) {
        for (var node : list) {
            if (node instanceof ObjectNode object) {
                nodes.add(object);
            }
        }
    }

    private static Optional<ServedSubnet> served(ObjectNode node) {
        return Subnet.parse(node.path("subnet").asText(""))
                .map(plain -> new ServedSubnet(
                        node.path("id").longValue(), new Subnet(plain.network(), plain.prefix(), options(node)), node));
    }

    private static Map<String, Object> options(JsonNode node) {
        var data = new LinkedHashMap<String, String>();
        for (var option : node.path("option-data")) {
            if (option.path("space").asText("dhcp4").equals("dhcp4")) {
                data.putIfAbsent(
                        option.path("name").asText(""), option.path("data").asText(""));
            }
        }
        var options = new LinkedHashMap<String, Object>();
        addresses(data.get("routers")).ifPresent(list -> options.put("routers", list));
        var domain = data.getOrDefault("domain-name", "");
        if (!domain.isBlank()) {
            options.put("domain_name", domain.strip());
        }
        addresses(data.get("domain-name-servers")).ifPresent(list -> options.put("domain_name_servers", list));
        addresses(data.get("ntp-servers")).ifPresent(list -> options.put("ntp_servers", list));
        var mtu = data.getOrDefault("interface-mtu", "").strip();
        if (mtu.matches("\\d{1,5}")) {
            options.put("interface_mtu", Integer.parseInt(mtu));
        }
        range(node.path("pools").path(0).path("pool").asText("")).ifPresent(range -> options.put("range", range));
        return options;
    }

    private static Optional<List<String>> addresses(@org.jspecify.annotations.Nullable String text) {
        var list = text == null
                ? List.<String>of()
                : Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .filter(address -> Ipv4.parse(address).isPresent())
                        .toList();
        return list.isEmpty() ? Optional.empty() : Optional.of(list);
    }

    /** {@code A-B}, {@code A - B} or {@code A/24}. */
    private static Optional<List<String>> range(String pool) {
        var block = Subnet.parse(pool.strip());
        if (block.isPresent()) {
            return Optional.of(List.of(
                    block.get().network().toString(), block.get().broadcast().toString()));
        }
        var ends = Arrays.stream(pool.split("-", -1)).map(String::strip).toList();
        return ends.size() == 2 && ends.stream().allMatch(end -> Ipv4.parse(end).isPresent())
                ? Optional.of(ends)
                : Optional.empty();
    }

    /** The reservations of a subnet that stand in the configuration. */
    static JsonNode reservations(ServedSubnet subnet) {
        return subnet.node().path(RESERVATIONS);
    }

    /** Those that count in every subnet. */
    JsonNode globalReservations() {
        return dhcp4.path(RESERVATIONS);
    }

    Optional<ServedSubnet> subnet(long id) {
        return nodes().stream()
                .filter(node -> node.path("id").longValue() == id)
                .findFirst()
                .flatMap(KeaConfig::served);
    }

    /** What is in the way of a reservation: the MAC's own, and those of the address whose MAC is not related. */
    List<Reservation> inTheWay(ServedSubnet subnet, Reservation wanted, Set<MacAddress> related) {
        return inTheWay(subnet.subnet(), reservations(subnet), wanted, related, true);
    }

    static List<Reservation> inTheWay(
            Subnet subnet, Iterable<JsonNode> hosts, Reservation wanted, Set<MacAddress> related, boolean deleteable) {
        var found = new ArrayList<Reservation>();
        for (var host : hosts) {
            KeaRecords.reservation(subnet, host, deleteable)
                    .filter(other -> other.mac().equals(wanted.mac())
                            || (other.ip().equals(wanted.ip()) && !related.contains(other.mac())))
                    .filter(other -> !found.contains(other))
                    .ifPresent(found::add);
        }
        return found;
    }

    /** Whether no reservation of the subnet has the address. */
    boolean isFree(long subnetId, Ipv4 ip) {
        var subnet = subnet(subnetId);
        return subnet.isEmpty() || (hasNot(reservations(subnet.get()), ip) && hasNot(globalReservations(), ip));
    }

    private static boolean hasNot(JsonNode hosts, Ipv4 ip) {
        for (var host : hosts) {
            if (host.path(KeaRecords.IP).asText("").equals(ip.toString())) {
                return false;
            }
        }
        return true;
    }

    static void add(ServedSubnet subnet, ObjectNode host) {
        subnet.node().withArray(RESERVATIONS).add(host);
    }

    /** @return whether it was there */
    static boolean remove(ServedSubnet subnet, MacAddress mac) {
        var removed = false;
        if (subnet.node().path(RESERVATIONS) instanceof ArrayNode hosts) {
            for (Iterator<JsonNode> each = hosts.iterator(); each.hasNext(); ) {
                if (isOf(each.next(), mac)) {
                    each.remove();
                    removed = true;
                }
            }
        }
        return removed;
    }

    /** Whether the reservation is there with this MAC and address. */
    boolean has(long subnetId, MacAddress mac, Ipv4 ip) {
        return subnet(subnetId).stream()
                .flatMap(subnet -> {
                    var hosts = new ArrayList<JsonNode>();
                    reservations(subnet).forEach(hosts::add);
                    return hosts.stream();
                })
                .anyMatch(host ->
                        isOf(host, mac) && host.path(KeaRecords.IP).asText("").equals(ip.toString()));
    }

    private static boolean isOf(JsonNode host, MacAddress mac) {
        return MacAddress.parse(host.path(KeaRecords.MAC).asText(""))
                .filter(mac::equals)
                .isPresent();
    }
}
