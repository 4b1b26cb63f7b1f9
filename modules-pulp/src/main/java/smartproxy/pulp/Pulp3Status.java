package smartproxy.pulp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.Operation;

/** Asks a Pulp 3 for its status, which takes no credentials. Thread-safe. */
final class Pulp3Status {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Operation STATUS = Operation.repeatable("status");

    private final URI url;
    private final HttpPeer peer;
    private final Backend backend;

    /** @param url as configured, for errors */
    Pulp3Status(URI url, HttpPeer peer, Backend backend) {
        this.url = url;
        this.peer = peer;
        this.backend = backend;
    }

    /**
     * The status as Pulp gives it.
     *
     * @throws BackendException when there is none
     */
    byte[] fetch(Deadline deadline) {
        try (var permit = backend.admit()) {
            var reply =
                    backend.call(STATUS, deadline, attempt -> peer.send(HttpCall.get("pulp/api/v3/status/"), attempt));
            if (reply.status() / 100 != 2) {
                throw Errors.status(url, reply.status());
            }
            return reply.body();
        } catch (BackendException e) {
            throw Errors.communication(url, e);
        }
    }

    /**
     * What this Pulp can do: {@code core}, {@code rpm}.
     *
     * @throws BackendException when it does not tell
     */
    List<String> components(Deadline deadline) {
        JsonNode status;
        try {
            status = JSON.readTree(fetch(deadline));
        } catch (IOException e) {
            throw BackendException.rejected("Pulp server at " + url + " gave a status that is no JSON");
        }
        var versions = status.path("versions");
        if (!versions.isArray()) {
            throw BackendException.rejected("Pulp server at " + url + " gave a status without versions");
        }
        var components = new ArrayList<String>();
        versions.forEach(version -> {
            if (version.path("component").isTextual()) {
                components.add(version.path("component").asText());
            }
        });
        return List.copyOf(components);
    }
}
