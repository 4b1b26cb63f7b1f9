package smartproxy.dhcp.kea;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;

/** Kea as far as changing reservations goes, without {@code host_cmds} at first; its moods are set by tests. */
final class FakeKea implements KeaTransport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BEGINNING = """
            {"Dhcp4": {"hosts-databases": [], "secret": "open", "reservations": [],
              "subnet4": [{"id": 1, "subnet": "192.0.2.0/24", "reservations": [], "pools": [{"pool": "192.0.2.10-192.0.2.20"}],
                "option-data": [{"name": "routers", "space": "dhcp4", "data": "192.0.2.1"},
                  {"name": "interface-mtu", "data": "9000"}, {"name": "ntp-servers", "data": "192.0.2.2, 192.0.2.3"}]}],
              "shared-networks": [{"name": "floor", "subnet4": [{"id": 7, "subnet": "198.51.100.0/25"}]}]}}
            """;

    final List<String> commands = new CopyOnWriteArrayList<>();
    /** The commands that hook libraries add. */
    final Set<String> hooks = new LinkedHashSet<>();
    /** What is in its database of hosts. */
    final ArrayNode database = JSON.createArrayNode();
    /** By command, an answer in place of the right one. */
    final Map<String, String> answers = new ConcurrentHashMap<>();
    /** What is done once, before a command. */
    final Map<String, Runnable> before = new ConcurrentHashMap<>();

    /** A command whose answer is lost after it was obeyed. */
    String lost = "";
    /** A command that is lost on its way, so that nobody can tell. */
    String vanishing = "";

    ObjectNode configuration;
    JsonNode written = JSON.nullNode();

    FakeKea() {
        try {
            configuration = (ObjectNode) JSON.readTree(BEGINNING);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    ArrayNode reservations() {
        return (ArrayNode) configuration.at("/Dhcp4/subnet4/0/reservations");
    }

    /** Loads {@code host_cmds}. */
    FakeKea withHostCommands(String... others) {
        hooks.addAll(List.of("reservation-add", "reservation-get", "reservation-del", "reservation-get-page"));
        hooks.addAll(List.of(others));
        return this;
    }

    FakeKea withDatabase() {
        ((ArrayNode) configuration.at("/Dhcp4/hosts-databases")).addObject().put("type", "postgresql");
        return this;
    }

    @Override
    public synchronized byte[] send(String command, String body, Deadline deadline) throws IOException {
        if (deadline.expired()) {
            throw new java.net.ConnectException("no time");
        }
        var request = JSON.readTree(body);
        commands.add(command);
        var first = before.remove(command);
        if (first != null) {
            first.run();
        }
        if (command.equals(vanishing)) {
            throw new OutcomeUnknownException(new IOException("connection lost"));
        }
        var answer = answers.get(command);
        if (answer == null) {
            answer = "[" + obey(command, request.path("arguments")) + "]";
        }
        if (command.equals(lost)) {
            throw new OutcomeUnknownException(new IOException("answer lost"));
        }
        return answer.getBytes(StandardCharsets.UTF_8);
    }

    private String obey(String command, JsonNode arguments) {
        return switch (command) {
            case "list-commands" -> {
                var names = JSON.createArrayNode()
                        .add("config-get")
                        .add("config-set")
                        .add("config-test")
                        .add("config-write");
                hooks.forEach(names::add);
                yield "{\"result\": 0, \"arguments\": " + names + "}";
            }
            case "config-get" -> "{\"result\": 0, \"arguments\": " + configuration + "}";
            case "config-test" ->
                arguments.toString().contains("\"bad\"")
                        ? "{\"result\": 1, \"text\": \"a bad host\"}"
                        : "{\"result\": 0}";
            case "config-set" -> {
                configuration = arguments.deepCopy();
                yield "{\"result\": 0}";
            }
            case "config-write" -> {
                written = configuration.deepCopy();
                yield "{\"result\": 0}";
            }
            default ->
                hooks.contains(command)
                        ? obeyHook(command, arguments)
                        : "{\"result\": 2, \"text\": \"'" + command + "' command not supported.\"}";
        };
    }

    private String obeyHook(String command, JsonNode arguments) {
        var nothing = "{\"result\": 3, \"text\": \"nothing found\"}";
        var hosts = arguments.path("operation-target").asText("").equals("memory") ? reservations() : database;
        switch (command) {
            case "config-hash-get" -> {
                return "{\"result\": 0, \"arguments\": {\"hash\": \"" + configuration.hashCode() + "\"}}";
            }
            case "reservation-add" -> {
                for (var host : hosts) {
                    if (host.path("ip-address").equals(arguments.at("/reservation/ip-address"))) {
                        return "{\"result\": 1, \"text\": \"There's already a reservation for this address\"}";
                    }
                }
                hosts.add(arguments.path("reservation"));
                return "{\"result\": 0}";
            }
            case "reservation-get-page" -> {
                var page = JSON.createArrayNode();
                if (arguments.path("from").asInt() == 0) {
                    database.forEach(host -> {
                        if (host.path("subnet-id").equals(arguments.path("subnet-id"))) {
                            page.add(host);
                        }
                    });
                }
                return page.isEmpty()
                        ? nothing
                        : "{\"result\": 0, \"arguments\": {\"hosts\": " + page
                                + ", \"next\": {\"from\": 1, \"source-index\": 1}}}";
            }
            case "reservation-get" -> {
                for (var host : JSON.createArrayNode().addAll(reservations()).addAll(database)) {
                    if (isMeant(host, arguments)) {
                        return "{\"result\": 0, \"arguments\": " + host + "}";
                    }
                }
                return nothing;
            }
            case "reservation-del" -> {
                for (var each = hosts.iterator(); each.hasNext(); ) {
                    if (isMeant(each.next(), arguments)) {
                        each.remove();
                        return "{\"result\": 0}";
                    }
                }
                return nothing;
            }
            default -> {
                return nothing;
            }
        }
    }

    private static boolean isMeant(JsonNode host, JsonNode arguments) {
        var subnet = arguments.path("subnet-id");
        return host.path("subnet-id").asLong(subnet.asLong()) == subnet.asLong()
                && (host.path("hw-address").equals(arguments.path("identifier"))
                        || host.path("ip-address").equals(arguments.path("ip-address")));
    }
}
