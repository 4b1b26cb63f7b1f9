package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import smartproxy.core.api.BackendException;

/** The configuration of one of Kea's servers, as {@code config-get} tells it. */
final class KeaConfig {
    private static final String RESERVATIONS = "reservations";

    private final Family family;
    private final ObjectNode root;

    /** @throws BackendException when it is none */
    static KeaConfig of(String owner, Family family, JsonNode arguments) {
        if (arguments.path(family.root()) instanceof ObjectNode root) {
            return new KeaConfig(family, root);
        }
        throw BackendException.rejected(owner + ": config-get: the answer has no " + family.root() + "; does "
                + family.urlSetting() + " lead to a kea-" + family.service() + "?");
    }

    /** Of nothing but subnets, as {@code subnet4-get} tells them; none when it found none. */
    static KeaConfig ofSubnets(Family family, JsonNode arguments) {
        return new KeaConfig(family, arguments instanceof ObjectNode root ? root : KeaClient.object());
    }

    private KeaConfig(Family family, ObjectNode root) {
        this.family = family;
        this.root = root;
    }

    KeaConfig copy() {
        return new KeaConfig(family, root.deepCopy());
    }

    /** What {@code config-test} and {@code config-set} take. */
    ObjectNode arguments() {
        return KeaClient.object().set(family.root(), root);
    }

    /** Whether both say the same; the order of keys does not count. */
    boolean isSameAs(KeaConfig other) {
        return root.equals(other.root);
    }

    /** Whether reservations are kept in a database as well. */
    boolean hasHostsDatabase() {
        return !root.path("hosts-database").isEmpty()
                || !root.path("hosts-databases").isEmpty();
    }

    /** Whether a password is shown as stars, so that setting this configuration would set the stars. */
    boolean isRedacted() {
        return isRedacted(root);
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
     * @param name as {@link Family#subnet} makes it
     */
    record ServedSubnet(long id, String name, ObjectNode node) {
        /** The reservations that stand in the configuration. */
        JsonNode reservations() {
            return node.path(RESERVATIONS);
        }

        /** Options by their names, those of DHCP itself; without those that were set by octets and are told in their digits. */
        Map<String, String> optionData(String space) {
            var data = new LinkedHashMap<String, String>();
            for (var option : node.path("option-data")) {
                if (option.path("space").asText(space).equals(space)
                        && option.path("csv-format").asBoolean(true)) {
                    data.putIfAbsent(
                            option.path("name").asText(""), option.path("data").asText(""));
                }
            }
            return data;
        }

        /** {@code A-B}, {@code A - B} or {@code A/24}; empty when there is none. */
        String firstPool() {
            return node.path("pools").path(0).path("pool").asText("").strip();
        }
    }

    private List<ObjectNode> nodes() {
        var nodes = new ArrayList<ObjectNode>();
        addAll(root.path(family.subnets()), nodes);
        root.path("shared-networks").forEach(network -> addAll(network.path(family.subnets()), nodes));
        return nodes;
    }

    private static void addAll(JsonNode list, List<ObjectNode> nodes) {
        for (var node : list) {
            if (node instanceof ObjectNode object) {
                nodes.add(object);
            }
        }
    }

    private Optional<ServedSubnet> served(ObjectNode node) {
        return family.subnet(node.path("subnet").asText(""))
                .map(name -> new ServedSubnet(node.path("id").longValue(), name, node));
    }

    /** Those that count in every subnet. */
    JsonNode globalReservations() {
        return root.path(RESERVATIONS);
    }

    Optional<ServedSubnet> subnet(long id) {
        return nodes().stream()
                .filter(node -> node.path("id").longValue() == id)
                .findFirst()
                .flatMap(this::served);
    }

    /** What is in the way of a reservation: the client's own, and those of the address that belong to no related client. */
    List<JsonNode> inTheWay(ServedSubnet subnet, Change change) {
        return inTheWay(family, subnet.reservations(), change);
    }

    static List<JsonNode> inTheWay(Family family, Iterable<JsonNode> hosts, Change change) {
        var found = new ArrayList<JsonNode>();
        for (var host : hosts) {
            var key = family.key(host);
            var own = key.filter(change.target.key()::equals).isPresent();
            var related = key.filter(change.related::contains).isPresent();
            if ((own || (!related && !Collections.disjoint(family.addresses(host), change.target.addresses())))
                    && !found.contains(host)) {
                found.add(host);
            }
        }
        return found;
    }

    /** Whether no reservation of the subnet has the address. */
    boolean isFree(long subnetId, String ip) {
        var subnet = subnet(subnetId);
        return subnet.isEmpty() || (hasNot(subnet.get().reservations(), ip) && hasNot(globalReservations(), ip));
    }

    private boolean hasNot(JsonNode hosts, String ip) {
        for (var host : hosts) {
            if (family.addresses(host).contains(ip)) {
                return false;
            }
        }
        return true;
    }

    static void add(ServedSubnet subnet, ObjectNode host) {
        subnet.node().withArray(RESERVATIONS).add(host);
    }

    /** @return whether it was there */
    boolean remove(ServedSubnet subnet, HostKey key) {
        var removed = false;
        if (subnet.reservations() instanceof ArrayNode hosts) {
            for (Iterator<JsonNode> each = hosts.iterator(); each.hasNext(); ) {
                if (isOf(each.next(), key)) {
                    each.remove();
                    removed = true;
                }
            }
        }
        return removed;
    }

    /** Whether the reservation is there with this identifier and these addresses. */
    boolean has(Target target) {
        var subnet = subnet(target.subnetId());
        if (subnet.isPresent()) {
            for (var host : subnet.get().reservations()) {
                if (isOf(host, target.key()) && family.addresses(host).equals(target.addresses())) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isOf(JsonNode host, HostKey key) {
        return family.key(host).filter(key::equals).isPresent();
    }
}
