package smartproxy.infoblox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.HttpReply;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.StartException;

/**
 * Infoblox's WAPI: finds, creates and deletes objects, calls their functions. To be used within a call of the backend.
 *
 * <p>Of 502, 503 and 504, which a grid answers that restarts or is overloaded, the transport is said to have failed: repeated
 * where that is safe. All it says otherwise is a {@link WapiRefusal}; what it cannot have said is a {@link BackendException}.
 */
public final class Wapi {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<Integer> AWAY = Set.of(502, 503, 504);
    /** As in a URL, so that it can lead nowhere else. */
    private static final Pattern REFERENCE =
            Pattern.compile("[a-z0-9_]{1,64}(?::[a-z0-9_]{1,64})?/[A-Za-z0-9:%/._~$!'()*+,;=@-]{1,2000}");

    private static final int MAX_TEXT = 300;

    /** An answer is at most 1 MiB; objects with long comments fit as well. */
    public static final int PAGE = 500;

    private static final Logger LOG = LoggerFactory.getLogger(Wapi.class);

    private final String owner;
    private final GridSettings settings;
    private final HttpPeer peer;

    private Wapi(String owner, GridSettings settings, HttpPeer peer) {
        this.owner = owner;
        this.settings = settings;
        this.peer = peer;
    }

    /**
     * The grid of a provider; reads the files of its settings and connects with the first call.
     *
     * @throws StartException when a file cannot be used
     */
    public static Wapi of(GridSettings settings, ProviderContext context) throws StartException {
        var owner = context.backend().name();
        if (settings.isClear()) {
            LOG.warn(
                    "{}: the password goes to {} without encryption; use https in {}",
                    owner,
                    settings.server().getAuthority(),
                    settings.serverKey());
        }
        var identity = HttpIdentity.of(settings.base(), GridSettings.CA_FILE.key())
                .basic(settings.username(), settings.password());
        if (settings.caFile().isPresent()) {
            identity = identity.trusting(settings.caFile().get());
        }
        return new Wapi(owner, settings, context.http(identity));
    }

    /**
     * All objects of a type that match. The grid itself refuses when there are more than 1000.
     *
     * @param fields to be told, separated by commas; empty: those the grid chooses
     * @param filter names with their operator, if not equality: {@code fqdn~}
     */
    public List<JsonNode> find(String type, String fields, Map<String, String> filter, Deadline deadline)
            throws WapiRefusal, IOException, InterruptedException {
        var call = search(type, fields, filter);
        var answer = json(call, send(call, deadline));
        if (!answer.isArray()) {
            throw nonsense(call, "no list");
        }
        var objects = new ArrayList<JsonNode>();
        answer.forEach(objects::add);
        return objects;
    }

    /**
     * Some of the objects that match.
     *
     * @param next what the next page is asked for by; empty after the last
     */
    public record Page(List<JsonNode> objects, Optional<String> next) {}

    /**
     * The first objects that match, or further ones, {@link #PAGE} at most.
     *
     * @param from {@link Page#next()} of the page before; empty for the first
     */
    public Page page(String type, String fields, Map<String, String> filter, Optional<String> from, Deadline deadline)
            throws WapiRefusal, IOException, InterruptedException {
        var call = search(type, fields, filter)
                .with("_paging", "1")
                .with("_return_as_object", "1")
                .with("_max_results", String.valueOf(PAGE));
        if (from.isPresent()) {
            call = call.with("_page_id", from.get());
        }
        var answer = json(call, send(call, deadline));
        var result = answer.path("result");
        if (!result.isArray()) {
            throw nonsense(call, "no page");
        }
        var objects = new ArrayList<JsonNode>();
        result.forEach(objects::add);
        return new Page(
                objects, Optional.of(answer.path("next_page_id").asText("")).filter(id -> !id.isEmpty()));
    }

    private static HttpCall search(String type, String fields, Map<String, String> filter) {
        var call = fields.isEmpty() ? HttpCall.get(type) : HttpCall.get(type).with("_return_fields", fields);
        for (var one : new TreeMap<>(filter).entrySet()) {
            call = call.with(one.getKey(), one.getValue());
        }
        return call;
    }

    /** Creates an object; values of fields are whatever JSON has. */
    public void create(String type, Map<String, ?> fields, Deadline deadline)
            throws WapiRefusal, IOException, InterruptedException {
        var call = HttpCall.post(type).json(text(fields));
        json(call, send(call, deadline));
    }

    /** Deletes an object. One that is gone already is fine. */
    public void delete(JsonNode object, Deadline deadline) throws WapiRefusal, IOException, InterruptedException {
        try {
            checkJson(HttpCall.delete(reference(object)), deadline);
        } catch (WapiRefusal e) {
            if (!e.isNotFound()) {
                throw e;
            }
        }
    }

    /** Calls a function of an object. */
    public void call(JsonNode object, String function, Map<String, Object> arguments, Deadline deadline)
            throws WapiRefusal, IOException, InterruptedException {
        checkJson(HttpCall.post(reference(object)).with("_function", function).json(text(arguments)), deadline);
    }

    /** A page of something else in front of the grid is no sign that the grid obeyed. */
    private void checkJson(HttpCall call, Deadline deadline) throws WapiRefusal, IOException, InterruptedException {
        var reply = send(call, deadline);
        if (reply.body().length > 0) {
            json(call, reply);
        }
    }

    /** A field that every object of that type has. */
    public String field(JsonNode object, String name) {
        var value = object.path(name);
        if (!value.isTextual()) {
            throw BackendException.rejected(
                    owner + ": " + settings.server() + " answers with an object without " + name);
        }
        return value.textValue();
    }

    private String reference(JsonNode object) {
        var reference = field(object, "_ref");
        if (!REFERENCE.matcher(reference).matches() || reference.contains("..")) {
            throw BackendException.rejected(
                    owner + ": " + settings.server() + " answers with a reference that is none");
        }
        return reference;
    }

    private HttpReply send(HttpCall call, Deadline deadline) throws WapiRefusal, IOException, InterruptedException {
        var reply = peer.send(call, deadline.within(settings.timeout()));
        var status = reply.status();
        if (status < 300) {
            return reply;
        }
        if (AWAY.contains(status)) {
            var away = new IOException(settings.server() + " answers with status " + status + "; is it starting?");
            throw call.isSafe() ? away : new OutcomeUnknownException(away);
        }
        if (status < 400) {
            throw BackendException.rejected(
                    owner + ": " + call + ": " + settings.server() + " sends to another address; set "
                            + settings.serverKey() + " to that of the grid master (status " + status + ")");
        }
        throw refusal(reply);
    }

    private WapiRefusal refusal(HttpReply reply) {
        var status = reply.status();
        if (status == 401) {
            return new WapiRefusal(
                    status, "", "it does not accept user '" + settings.username() + "'; check username and password");
        }
        var code = "";
        var text = "";
        try {
            var error = JSON.readTree(reply.body());
            code = error.path("code").asText("");
            text = error.path("text").asText(error.path("Error").asText(""));
        } catch (IOException e) {
            // no JSON: said below
        }
        if (text.isBlank()) {
            text = "it gives no reason that a WAPI would; check " + settings.serverKey() + " and wapi_version";
        }
        return new WapiRefusal(status, code, status == 403 ? forbidden(text) : bounded(text));
    }

    private String forbidden(String text) {
        return bounded(text) + "; check the permissions of user '" + settings.username() + "'";
    }

    private static String bounded(String text) {
        var line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > MAX_TEXT ? line.substring(0, MAX_TEXT) + "…" : line;
    }

    private JsonNode json(HttpCall call, HttpReply reply) {
        try {
            var node = JSON.readTree(reply.body());
            if (node != null && !node.isMissingNode()) {
                return node;
            }
        } catch (IOException e) {
            // said below
        }
        throw nonsense(call, "no JSON (" + bounded(reply.header("content-type").orElse("of no type")) + ")");
    }

    private BackendException nonsense(HttpCall call, String what) {
        return new BackendException(
                Kind.REJECTED,
                call.isSafe() ? Outcome.NOT_APPLIED : Outcome.UNKNOWN,
                owner + ": " + call + ": " + settings.server() + " answers with " + what
                        + (call.isSafe() ? "" : "; whether the change was made is unknown")
                        + "; check that " + settings.serverKey() + " is the grid master",
                null);
    }

    private static String text(Map<String, ?> fields) {
        try {
            return JSON.writeValueAsString(new TreeMap<>(fields));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
