package smartproxy.pulp.pulp3;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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

/** The REST API of one Pulp 3: JSON in and out, and what its errors mean. Thread-safe. */
final class Pulp3Api {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHOWN = 500;

    /** Of an answer: a list of remotes has the certificates of each. */
    private static final int MOST_READ = 8 << 20;

    /** Between the parts of a form (RFC 2046, section 5.1.1); too long to be in a file by chance. */
    private static final String BOUNDARY = "smart-proxy-" + UUID.randomUUID();

    private final String pulp;
    private final String root;
    private final HttpPeer peer;
    private final Backend backend;

    /**
     * @param pulp its name, for errors
     * @param root before each address that does not begin with a slash: {@code /pulp/api/v3/}
     */
    Pulp3Api(String pulp, String root, HttpPeer peer, Backend backend) {
        this.pulp = pulp;
        this.root = root;
        this.peer = peer;
        this.backend = backend;
    }

    /** A query parameter. */
    record Parameter(String name, String value) {}

    static Parameter with(String name, Object value) {
        return new Parameter(name, String.valueOf(value));
    }

    /** @param address below the root, or, as Pulp gives it, whole */
    JsonNode get(Operation operation, String address, Deadline deadline, Parameter... parameters) {
        return find(operation, address, deadline, parameters)
                .orElseThrow(() -> BackendException.rejected(
                        said(operation, "status 404: there is no " + path(address) + "; is it a Pulp 3?")));
    }

    /** Empty when there is no such thing. */
    Optional<JsonNode> find(Operation operation, String address, Deadline deadline, Parameter... parameters) {
        var call = HttpCall.get(path(address)).upTo(MOST_READ);
        for (var parameter : parameters) {
            call = call.with(parameter.name(), parameter.value());
        }
        var reply = send(operation, call, deadline);
        return reply.status() == 404 ? Optional.empty() : Optional.of(json(operation, call, reply));
    }

    /** The newest of what a list has; empty when it has nothing. */
    Optional<JsonNode> first(Operation operation, String address, Deadline deadline, Parameter... parameters) {
        var results = get(operation, address, deadline, parameters).path("results");
        return results.isEmpty() ? Optional.empty() : Optional.of(results.get(0));
    }

    /** What Pulp answers, or a missing node when that is nothing. */
    JsonNode post(Operation operation, String address, Map<String, ?> body, Deadline deadline) {
        var call = HttpCall.post(path(address)).json(text(body));
        return json(operation, call, send(operation, call, deadline));
    }

    /** A change that Pulp makes at once, or by a task. */
    Change begin(Operation operation, String address, Map<String, ?> body, Deadline deadline) {
        var call = HttpCall.post(path(address)).json(text(body));
        return change(operation, call, send(operation, call, deadline));
    }

    /** As {@link #begin}; Pulp says when there is nothing to change. */
    Change patch(Operation operation, String address, Map<String, ?> body, Deadline deadline) {
        var call = HttpCall.patch(path(address)).json(text(body));
        var change = change(operation, call, send(operation, call, deadline));
        return change.task().isPresent() ? change : Change.NONE;
    }

    /**
     * Sends a part of a file, in a form.
     *
     * @param range of the file: {@code bytes 0-1023/4096}
     * @param octets of which {@code length} from {@code start} on are the part
     * @throws CallerException 404 when there is nothing at the address
     */
    void putFile(
            Operation operation,
            String address,
            String range,
            byte[] octets,
            int start,
            int length,
            Deadline deadline) {
        var body = new ByteArrayOutputStream(length + 512);
        body.writeBytes(("--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"part\"\r\n"
                        + "Content-Type: application/octet-stream\r\n\r\n")
                .getBytes(StandardCharsets.UTF_8));
        body.write(octets, start, length);
        body.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        var call = HttpCall.put(path(address))
                .body("multipart/form-data; boundary=" + BOUNDARY, body.toByteArray())
                .header("Content-Range", range);
        var reply = send(operation, call, deadline);
        if (reply.status() == 404) {
            throw CallerException.notFound(said(operation, words(reply)));
        }
        var unused = json(operation, call, reply);
    }

    /** What is not there (any more) is no change. */
    Change delete(Operation operation, String address, Deadline deadline) {
        var call = HttpCall.delete(path(address));
        var reply = send(operation, call, deadline);
        return reply.status() == 404 ? Change.NONE : change(operation, call, reply);
    }

    private Change change(Operation operation, HttpCall call, HttpReply reply) {
        var task = json(operation, call, reply).path("task");
        if (task.isTextual()) {
            return Change.by(lastPart(task.asText()));
        }
        if (reply.status() == 202) {
            // what was accepted and cannot be followed must not look done
            throw failed(Kind.REJECTED, call, said(operation, "status 202 and no task"));
        }
        return Change.MADE;
    }

    /** The end of an address: {@code /pulp/api/v3/tasks/018f/} is {@code 018f}. */
    static String lastPart(String href) {
        var end = href.endsWith("/") ? href.length() - 1 : href.length();
        return href.substring(href.lastIndexOf('/', end - 1) + 1, end);
    }

    private String path(String address) {
        return (address.startsWith("/") ? address : root + address).substring(1);
    }

    private HttpReply send(Operation operation, HttpCall call, Deadline deadline) {
        HttpReply reply;
        try (var permit = backend.admit()) {
            reply = backend.call(operation, deadline, attempt -> peer.send(call, attempt));
        }
        var status = reply.status();
        if (status / 100 == 2 || (status == 404 && !call.method().equals("POST") && isJson(reply))) {
            return reply;
        }
        throw refused(operation, call, reply);
    }

    private RuntimeException refused(Operation operation, HttpCall call, HttpReply reply) {
        var status = reply.status();
        var words = said(operation, words(reply));
        if (status / 100 == 3 || (status == 404 && !isJson(reply))) {
            return new BackendException(Kind.REJECTED, Outcome.NOT_APPLIED, words, null);
        }
        return switch (status) {
            case 400 -> isTaken(words) ? CallerException.conflict(words) : CallerException.badRequest(words);
            case 404 -> CallerException.notFound(words);
            case 409 -> CallerException.conflict(words);
            case 401, 403 ->
                BackendException.rejected(said(
                        operation,
                        "status " + status
                                + ": it does not accept the daemon's login; check user, password or certificate of this Pulp in"
                                + " pulpcore.yml"));
            case 503 -> failed(Kind.UNAVAILABLE, call, words);
            case 504 -> failed(Kind.TIMEOUT, call, words);
            default -> failed(Kind.REJECTED, call, words);
        };
    }

    /** After an error of the server, or what is no answer of it, whether a change was made is not known. */
    private static BackendException failed(Kind kind, HttpCall call, String words) {
        return call.isSafe()
                ? new BackendException(kind, Outcome.NOT_APPLIED, words, null)
                : new BackendException(kind, Outcome.UNKNOWN, words + "; whether the change was made is unknown", null);
    }

    private static boolean isTaken(String words) {
        return words.contains("must be unique") || words.contains("Overlaps with existing distribution");
    }

    private String said(Operation operation, String what) {
        return "Pulp '" + pulp + "': " + operation.name() + ": " + what;
    }

    private static String words(HttpReply reply) {
        var status = reply.status();
        if (status / 100 == 3) {
            return "status " + status + ", it is somewhere else: "
                    + line(reply.header("location").orElse("nowhere"))
                    + "; nothing was done: check api_url of this Pulp";
        }
        if (status == 404 && !isJson(reply)) {
            return "status 404 and a page in place of JSON; nothing was done: check api_url of this Pulp, and whether it has"
                    + " that plug-in";
        }
        if (status >= 500 && !isJson(reply)) {
            return "status " + status + " and a page in place of JSON: its database may be away, see the log of Pulp";
        }
        return status == 400 || status == 409 ? line(fields(reply)) : "status " + status + ": " + line(fields(reply));
    }

    private static boolean isJson(HttpReply reply) {
        var text = reply.text().strip();
        return text.startsWith("{") || text.startsWith("[");
    }

    /** {@code {"name":["This field must be unique."]}} as {@code name: This field must be unique.} */
    private static String fields(HttpReply reply) {
        JsonNode body;
        try {
            body = JSON.readTree(reply.body());
        } catch (java.io.IOException e) {
            return reply.text();
        }
        if (!body.isObject()) {
            return values(body);
        }
        var parts = new ArrayList<String>();
        body.properties().forEach(field -> parts.add(field.getKey() + ": " + values(field.getValue())));
        return String.join("; ", parts);
    }

    private static String values(JsonNode value) {
        if (!value.isContainerNode()) {
            return value.asText();
        }
        var parts = new ArrayList<String>();
        value.forEach(one -> parts.add(values(one)));
        return String.join(" ", parts);
    }

    /** On one line, and not too long. */
    static String line(String text) {
        var line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }

    private JsonNode json(Operation operation, HttpCall call, HttpReply reply) {
        if (reply.body().length == 0) {
            return MissingNode.getInstance();
        }
        try {
            var body = JSON.readTree(reply.body());
            if (body != null && body.isObject()) {
                return body;
            }
        } catch (java.io.IOException e) {
            // said below
        }
        throw failed(
                Kind.REJECTED,
                call,
                said(operation, "status " + reply.status() + " and something that is no JSON: " + line(reply.text())));
    }

    private static String text(Map<String, ?> body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static List<String> texts(JsonNode list) {
        var texts = new ArrayList<String>();
        list.forEach(one -> texts.add(one.asText()));
        return texts;
    }
}
