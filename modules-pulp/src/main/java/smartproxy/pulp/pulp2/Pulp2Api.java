package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.HttpReply;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;

/** The REST API of one Pulp 2: JSON in and out, call reports, and what its errors mean. Thread-safe. */
final class Pulp2Api {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN = 500;

    /** Of an answer: a list of repositories has the certificates of each importer. */
    private static final int MOST_READ = 8 << 20;

    private final String pulp;
    private final String root;
    private final HttpPeer peer;
    private final Backend backend;

    /**
     * @param pulp its name, for errors
     * @param root path of the API, with slashes at both ends
     */
    Pulp2Api(String pulp, String root, HttpPeer peer, Backend backend) {
        this.pulp = pulp;
        this.root = root.substring(1);
        this.peer = peer;
        this.backend = backend;
    }

    /** What a path below the API's root answers. */
    JsonNode get(Operation operation, String path, Deadline deadline) {
        return find(operation, path, deadline)
                .orElseThrow(() -> BackendException.rejected(
                        said(operation, "status 404: there is no /" + root + path + "; is it a Pulp 2?")));
    }

    /** Empty when there is no such thing. */
    Optional<JsonNode> find(Operation operation, String path, Deadline deadline) {
        var reply = send(operation, HttpCall.get(root + path).upTo(MOST_READ), true, deadline);
        return reply.status() == 404 ? Optional.empty() : Optional.of(json(operation, true, reply));
    }

    /** A repository with its importers and distributors; empty when there is none. */
    Optional<JsonNode> details(Operation operation, String path, Deadline deadline) {
        var reply = send(
                operation, HttpCall.get(root + path).with("details", "true").upTo(MOST_READ), true, deadline);
        return reply.status() == 404 ? Optional.empty() : Optional.of(json(operation, true, reply));
    }

    /** The list that a search answers, a request that changes nothing. */
    JsonNode search(Operation operation, String path, Map<String, ?> body, Deadline deadline) {
        var reply = send(
                operation, HttpCall.post(root + path).asking().upTo(MOST_READ).json(text(body)), true, deadline);
        var found = json(operation, true, reply);
        if (!found.isArray()) {
            throw noJson(operation, true, reply);
        }
        return found;
    }

    /** A change that Pulp makes at once, or by tasks. */
    Change post(Operation operation, String path, Map<String, ?> body, Deadline deadline) {
        return change(operation, HttpCall.post(root + path).json(text(body)), deadline);
    }

    Change put(Operation operation, String path, Map<String, ?> body, Deadline deadline) {
        return change(operation, HttpCall.put(root + path).json(text(body)), deadline);
    }

    /** What is not there (any more) is no change. */
    Change delete(Operation operation, String path, Deadline deadline) {
        return delete(operation, HttpCall.delete(root + path), deadline);
    }

    /** Forgets the tasks in some states. */
    Change forget(Operation operation, Iterable<String> states, Deadline deadline) {
        var call = HttpCall.delete(root + "tasks/");
        for (var state : states) {
            call = call.with("state", state);
        }
        return delete(operation, call, deadline);
    }

    private Change delete(Operation operation, HttpCall call, Deadline deadline) {
        var reply = send(operation, call, false, deadline);
        return reply.status() == 404 ? Change.NONE : change(operation, reply);
    }

    private Change change(Operation operation, HttpCall call, Deadline deadline) {
        var reply = send(operation, call, false, deadline);
        if (reply.status() == 404) {
            throw CallerException.notFound(said(operation, words(reply)));
        }
        return change(operation, reply);
    }

    private Change change(Operation operation, HttpReply reply) {
        var tasks = Tasks.spawned(reply.body().length == 0 ? MissingNode.getInstance() : json(operation, false, reply));
        if (reply.status() == 202 && tasks.isEmpty()) {
            // what was accepted and cannot be followed must not look done
            throw failed(Kind.REJECTED, false, said(operation, "status 202 and a call report without tasks"));
        }
        return tasks.isEmpty() ? Change.MADE : Change.by(Tasks.id(tasks));
    }

    private HttpReply send(Operation operation, HttpCall call, boolean reads, Deadline deadline) {
        HttpReply reply;
        try (var permit = backend.admit()) {
            reply = backend.call(operation, deadline, attempt -> peer.send(call, attempt));
        }
        var status = reply.status();
        if (status / 100 == 2 || (status == 404 && isJson(reply))) {
            return reply;
        }
        throw refused(operation, reads, reply);
    }

    private RuntimeException refused(Operation operation, boolean reads, HttpReply reply) {
        var status = reply.status();
        var words = said(operation, words(reply));
        var isSure = reads || status / 100 == 3 || status / 100 == 4;
        return switch (status) {
            case 400 -> CallerException.badRequest(words);
            case 409 -> CallerException.conflict(words);
            case 401, 403 ->
                BackendException.rejected(
                        said(
                                operation,
                                "status " + status
                                        + ": it does not accept the daemon's login; check user, password or certificate of this Pulp in pulpcore.yml"));
            case 503 -> failed(Kind.UNAVAILABLE, isSure, words);
            case 504 -> failed(Kind.TIMEOUT, isSure, words);
            default -> failed(Kind.REJECTED, isSure, words);
        };
    }

    /**
     * After an error of the server, or what is no answer of it, whether a change was made is not known.
     *
     * @param isSure that nothing was changed
     */
    private static BackendException failed(Kind kind, boolean isSure, String words) {
        return isSure
                ? new BackendException(kind, Outcome.NOT_APPLIED, words, null)
                : new BackendException(kind, Outcome.UNKNOWN, words + "; whether the change was made is unknown", null);
    }

    private String said(Operation operation, String what) {
        return "Pulp '" + pulp + "': " + operation.name() + ": " + what;
    }

    private static String words(HttpReply reply) {
        var status = reply.status();
        if (status / 100 == 3) {
            return "status " + status + ", it is somewhere else: "
                    + line(reply.header("location").orElse("nowhere")) + "; check api_url of this Pulp";
        }
        var body = parsed(reply);
        if (body == null || !body.isObject()) {
            return "status " + status + " and a page in place of JSON: see the log of Pulp";
        }
        var words = error(body.path("error"));
        return "status " + status + ": "
                + (words.isEmpty() ? line(body.path("error_message").asText("")) : words);
    }

    /** An error object in a line, with the errors that it is made of. */
    static String error(JsonNode error) {
        var parts = new ArrayList<String>();
        collect(error, parts, 3);
        return line(String.join("; ", parts));
    }

    private static void collect(JsonNode error, List<String> parts, int depth) {
        var words = error.path("description").asText("");
        if (!words.isEmpty()) {
            parts.add(words);
        }
        if (depth > 0) {
            error.path("sub_errors").forEach(one -> collect(one, parts, depth - 1));
        }
    }

    private static boolean isJson(HttpReply reply) {
        return parsed(reply) != null;
    }

    private static @Nullable JsonNode parsed(HttpReply reply) {
        try {
            var body = JSON.readTree(reply.body());
            return body != null && body.isContainerNode() ? body : null;
        } catch (IOException e) {
            return null;
        }
    }

    private JsonNode json(Operation operation, boolean reads, HttpReply reply) {
        var body = parsed(reply);
        if (body != null) {
            return body;
        }
        // the answer to a cancellation is null
        if (reply.text().strip().equals("null")) {
            return MissingNode.getInstance();
        }
        throw noJson(operation, reads, reply);
    }

    private BackendException noJson(Operation operation, boolean reads, HttpReply reply) {
        return failed(
                Kind.REJECTED,
                reads,
                said(operation, "status " + reply.status() + " and not the JSON expected: " + line(reply.text())));
    }

    /** On one line, and not too long. */
    static String line(String text) {
        var line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }

    private static String text(Map<String, ?> body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
