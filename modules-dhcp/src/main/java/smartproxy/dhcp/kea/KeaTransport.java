package smartproxy.dhcp.kea;

import java.io.IOException;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;

/** The way to Kea: one command, one answer. Thread-safe. To be used within a call of the backend. */
@FunctionalInterface
interface KeaTransport {
    /** Bytes of a command, and of its answer: a configuration of 12 000 reservations, which takes ten times that in memory. */
    int MOST = 4 << 20;

    /**
     * Sends a command and waits for the whole answer.
     *
     * @param command its name, for errors
     * @param body the command, one JSON text
     * @return what came back, at most {@link #MOST} bytes; whether it is JSON is not looked at
     * @throws OutcomeUnknownException when the transport failed after the command may have been heard
     * @throws IOException when it failed before
     * @throws BackendException {@code REJECTED} when there is somebody who does not let us in, or is not Kea
     */
    byte[] send(String command, String body, Deadline deadline) throws IOException, InterruptedException;

    /** The same of a command that only asks, of whose outcome nothing can be unknown. */
    default byte[] ask(String command, String body, Deadline deadline) throws IOException, InterruptedException {
        return send(command, body, deadline);
    }
}
