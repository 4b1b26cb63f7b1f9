package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Set;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.HttpReply;
import smartproxy.core.api.OutcomeUnknownException;

/**
 * Kea's control API: one JSON command in each POST. To be used within a call of the backend.
 *
 * <p>A control agent hands commands on to the servers named in {@code service}; a server that is spoken to itself may not want
 * to hear of services. Which one it is shows in the answer to the first command. No answer, or one of an agent that cannot
 * reach its server, is a failed transport.
 */
final class KeaClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<Integer> AWAY = Set.of(502, 503, 504);
    private static final int OK = 0;
    private static final int EMPTY = 3;
    private static final int MAX_TEXT = 300;

    private final String owner;
    private final KeaSettings settings;
    private final HttpPeer peer;
    private volatile boolean withService = true;

    /** @param owner the provider, for errors */
    KeaClient(String owner, KeaSettings settings, HttpPeer peer) {
        this.owner = owner;
        this.settings = settings;
        this.peer = peer;
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /**
     * A question: sending it twice does no harm.
     *
     * @return its arguments; {@linkplain JsonNode#isMissingNode() missing} when there are none or nothing was found
     */
    JsonNode ask(String command, ObjectNode arguments, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        try {
            return send(command, arguments, false, deadline).arguments();
        } catch (OutcomeUnknownException e) {
            throw e.getCause() instanceof IOException cause ? cause : e;
        }
    }

    /** @return whether there was something to change */
    boolean change(String command, ObjectNode arguments, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        return send(command, arguments, true, deadline).result() != EMPTY;
    }

    private record Answer(int result, JsonNode arguments) {}

    private Answer send(String command, ObjectNode arguments, boolean changes, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var asked = withService;
        try {
            return once(command, arguments, changes, asked, deadline);
        } catch (KeaRefusal refusal) {
            if (!asked || !String.valueOf(refusal.getMessage()).contains("'service'")) {
                throw refusal;
            }
            var answer = once(command, arguments, changes, false, deadline);
            withService = false;
            return answer;
        }
    }

    private Answer once(String command, ObjectNode arguments, boolean changes, boolean service, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var body = object().put("command", command);
        if (service) {
            body.putArray("service").add("dhcp4");
        }
        if (!arguments.isEmpty()) {
            body.set("arguments", arguments);
        }
        var reply = peer.send(HttpCall.post("").json(body.toString()), deadline.within(settings.timeout()));
        checkStatus(command, reply, changes);
        var answer = parse(command, reply, changes);
        var result = answer.path("result").intValue();
        var text = bounded(answer.path("text").asText(""));
        if (result == OK || result == EMPTY) {
            return new Answer(result, answer.path("arguments"));
        }
        checkForwarded(text, changes);
        throw new KeaRefusal(result, text.isEmpty() ? "result " + result + " without a reason" : text);
    }

    private void checkStatus(String command, HttpReply reply, boolean changes) throws IOException {
        var status = reply.status();
        if (status < 300) {
            return;
        }
        if (AWAY.contains(status)) {
            var away = new IOException(settings.server() + " answers with status " + status);
            throw changes ? new OutcomeUnknownException(away) : away;
        }
        throw BackendException.rejected(owner + ": " + command + ": " + settings.server() + " "
                + switch (status) {
                    case 401 ->
                        "does not accept user '" + settings.username().orElse("")
                                + "'; check dhcp_kea_username and dhcp_kea_password";
                    case 403 ->
                        "does not allow it to user '" + settings.username().orElse("") + "' (status 403)";
                    default -> "answers with status " + status + "; check dhcp_kea_url";
                });
    }

    /** An agent says so when it cannot reach its server. */
    private void checkForwarded(String text, boolean changes) throws IOException {
        if (!text.startsWith("unable to forward command")) {
            return;
        }
        var away = new IOException("the control agent at " + settings.server() + " says: " + text);
        // that the server is offline is known from the connection; otherwise it broke later
        throw changes && !text.contains("offline") ? new OutcomeUnknownException(away) : away;
    }

    private JsonNode parse(String command, HttpReply reply, boolean changes) {
        JsonNode node = MissingNode.getInstance();
        try {
            node = JSON.readTree(reply.body());
        } catch (IOException e) {
            // said below
        }
        var answer = node != null && node.isArray() ? node.path(0) : node;
        if (answer != null && answer.path("result").isInt()) {
            return answer;
        }
        throw new BackendException(
                Kind.REJECTED,
                changes ? Outcome.UNKNOWN : Outcome.NOT_APPLIED,
                owner + ": " + command + ": " + settings.server() + " answers with "
                        + (node == null || node.isMissingNode() ? "no JSON" : "JSON that is none of Kea's") + " ("
                        + bounded(reply.header("content-type").orElse("of no type")) + "); check dhcp_kea_url"
                        + (changes ? "; whether the change was made is unknown" : ""),
                null);
    }

    private static String bounded(String text) {
        var line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > MAX_TEXT ? line.substring(0, MAX_TEXT) + "…" : line;
    }
}
