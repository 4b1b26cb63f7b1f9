package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;

/**
 * Kea's control API: JSON commands and answers. To be used within a call of the backend.
 *
 * <p>A control agent hands commands on to the servers named in {@code service}; a server that is spoken to itself may not want
 * to hear of services. Which one it is shows in the answer, as either refuses what is meant for the other. No answer, or one of
 * an agent that cannot reach its server, is a failed transport.
 */
final class KeaClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int OK = 0;
    private static final int EMPTY = 3;
    private static final int MAX_TEXT = 300;

    /** In the words of a server. */
    private static final String UNKNOWN_SERVICE = "'service'";

    /** In those of an agent that takes a command for its own. */
    private static final String MISSING_SERVICE = "\"service\"";

    /** Where the configuration of an agent begins. */
    private static final String AGENT = "Control-agent";

    /** In the words of Kea, of PostgreSQL's library and of MySQL's. */
    private static final Pattern DATABASE_LOST =
            Pattern.compile("connectivity lost|unable to start transaction|commit failed"
                    + "|closed the connection unexpectedly|Lost connection to|server has gone away");

    /** Between two questions of a patient one. */
    private static final long PAUSE_MILLIS = 100;

    private final String owner;
    private final Family family;
    private final KeaSettings settings;
    private final KeaTransport transport;
    private final boolean patient;
    private final AtomicBoolean withService;

    /** @param owner the provider, for errors */
    KeaClient(String owner, Family family, KeaSettings settings, KeaTransport transport) {
        this(owner, family, settings, transport, false, new AtomicBoolean(true));
    }

    private KeaClient(
            String owner,
            Family family,
            KeaSettings settings,
            KeaTransport transport,
            boolean patient,
            AtomicBoolean withService) {
        this.owner = owner;
        this.family = family;
        this.settings = settings;
        this.transport = transport;
        this.patient = patient;
        this.withService = withService;
    }

    /** One that asks again until Kea answers, while the time lasts: for what was begun and has to be known. */
    KeaClient patient() {
        return new KeaClient(owner, family, settings, transport, true, withService);
    }

    Family family() {
        return family;
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
        while (true) {
            try {
                return send(command, arguments, false, deadline).arguments();
            } catch (IOException e) {
                if (!patient || deadline.leftMillis() <= PAUSE_MILLIS) {
                    throw cause(e);
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    private static IOException cause(IOException e) {
        return e instanceof OutcomeUnknownException && e.getCause() instanceof IOException cause ? cause : e;
    }

    /** @return whether there was something to change */
    boolean change(String command, ObjectNode arguments, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        return send(command, arguments, true, deadline).result() != EMPTY;
    }

    private record Answer(int result, JsonNode arguments) {}

    private Answer send(String command, ObjectNode arguments, boolean changes, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var service = withService.get();
        try {
            return once(command, arguments, changes, service, deadline);
        } catch (KeaRefusal refusal) {
            if (!String.valueOf(refusal.getMessage()).contains(service ? UNKNOWN_SERVICE : MISSING_SERVICE)) {
                throw refusal;
            }
            var answer = once(command, arguments, changes, !service, deadline);
            withService.set(!service);
            return answer;
        }
    }

    private Answer once(String command, ObjectNode arguments, boolean changes, boolean service, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var body = object().put("command", command);
        if (service) {
            body.putArray("service").add(family.service());
        }
        if (!arguments.isEmpty()) {
            body.set("arguments", arguments);
        }
        var until = deadline.within(settings.timeout());
        var reply = changes
                ? transport.send(command, body.toString(), until)
                : transport.ask(command, body.toString(), until);
        var answer = parse(command, reply, changes);
        var result = answer.path("result").intValue();
        var text = bounded(answer.path("text").asText(""));
        if (result == OK || result == EMPTY) {
            if (!service && answer.path("arguments").has(AGENT)) {
                throw new KeaRefusal(
                        result, "a control agent tells of itself where no " + MISSING_SERVICE + " is named");
            }
            return new Answer(result, answer.path("arguments"));
        }
        checkForwarded(text);
        checkDatabase(text);
        throw new KeaRefusal(result, text.isEmpty() ? "result " + result + " without a reason" : text);
    }

    /** An agent says so when it cannot reach its server. */
    private void checkForwarded(String text) throws IOException {
        if (!text.startsWith("unable to forward command")) {
            return;
        }
        var away = new IOException("the control agent at " + settings.server() + " says: " + text);
        // it takes each of its servers for offline, also one that it lost after it had sent the command
        throw text.contains("Connection refused") || text.contains("No such file")
                ? away
                : new OutcomeUnknownException(away);
    }

    /** Kea has lost its database; it may have obeyed before, and tries to reach it again. */
    private void checkDatabase(String text) throws IOException {
        var away = new IOException("Kea at " + settings.server() + " has no connection to its database: " + text);
        if (text.contains("no hosts-database configured") || text.contains("Host database not available")) {
            throw away;
        }
        if (DATABASE_LOST.matcher(text).find()) {
            throw new OutcomeUnknownException(away);
        }
    }

    private JsonNode parse(String command, byte[] reply, boolean changes) {
        JsonNode node = MissingNode.getInstance();
        try {
            node = JSON.readTree(reply);
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
                        + (node == null || node.isMissingNode() ? "no JSON" : "JSON that is none of Kea's")
                        + "; check " + family.urlSetting()
                        + (changes ? "; whether the change was made is unknown" : ""),
                null);
    }

    private static String bounded(String text) {
        var line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > MAX_TEXT ? line.substring(0, MAX_TEXT) + "…" : line;
    }
}
