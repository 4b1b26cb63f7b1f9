package smartproxy.pulp;

import java.net.URI;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.Operation;

/** Asks a Pulp 2 for its status. Thread-safe. */
final class Pulp2Status {
    private static final Operation STATUS = Operation.repeatable("status");

    private final URI url;
    private final HttpPeer peer;
    private final Backend backend;

    /** @param url as configured, for errors */
    Pulp2Status(URI url, HttpPeer peer, Backend backend) {
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
            var reply = backend.call(STATUS, deadline, attempt -> peer.send(HttpCall.get("api/v2/status/"), attempt));
            if (reply.status() / 100 != 2) {
                throw Errors.status(url, reply.status());
            }
            return reply.body();
        } catch (BackendException e) {
            throw Errors.silence(url, e);
        }
    }
}
