package smartproxy.dhcp.kea;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;

/** Kea without {@code host_cmds} as far as setting its configuration goes; its moods are set by tests. */
final class FakeKea implements KeaTransport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BEGINNING = """
            {"Dhcp4": {"hosts-databases": [], "secret": "open", "reservations": [],
              "subnet4": [{"id": 1, "subnet": "192.0.2.0/24", "reservations": [], "pools": [{"pool": "192.0.2.10-192.0.2.20"}],
                "option-data": [{"name": "routers", "space": "dhcp4", "data": "192.0.2.1"},
                  {"name": "interface-mtu", "data": "9000"}, {"name": "ntp-servers", "data": "192.0.2.2, 192.0.2.3"}]}],
              "shared-networks": [{"name": "floor", "subnet4": [{"id": 7, "subnet": "198.51.100.0/25"}]}]}}
            """;

    final List<String> commands = new ArrayList<>();
    /** By command, an answer in place of the right one. */
    final Map<String, String> answers = new HashMap<>();
    /** What is done once, before a command. */
    final Map<String, Runnable> before = new HashMap<>();

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
            case "list-commands" ->
                "{\"result\": 0, \"arguments\": [\"config-get\", \"config-set\", \"config-test\", \"config-write\"]}";
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
            default -> "{\"result\": 2, \"text\": \"'" + command + "' command not supported.\"}";
        };
    }
}
