package smartproxy.dhcp.kea;

import java.io.IOException;
import java.util.Set;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.HttpReply;
import smartproxy.core.api.OutcomeUnknownException;

/** A control agent, or the server's own HTTP socket: a POST for each command. */
final class HttpTransport implements KeaTransport {
    private static final Set<Integer> AWAY = Set.of(502, 503, 504);

    private final String owner;
    private final Family family;
    private final KeaSettings settings;
    private final HttpPeer peer;

    /** @param owner the provider, for errors */
    HttpTransport(String owner, Family family, KeaSettings settings, HttpPeer peer) {
        this.owner = owner;
        this.family = family;
        this.settings = settings;
        this.peer = peer;
    }

    @Override
    public byte[] send(String command, String body, Deadline deadline) throws IOException, InterruptedException {
        return send(command, HttpCall.post("").upTo(MOST).json(body), deadline);
    }

    @Override
    public byte[] ask(String command, String body, Deadline deadline) throws IOException, InterruptedException {
        return send(command, HttpCall.post("").upTo(MOST).asking().json(body), deadline);
    }

    private byte[] send(String command, HttpCall call, Deadline deadline) throws IOException, InterruptedException {
        var reply = peer.send(call, deadline);
        checkStatus(command, reply);
        return reply.body();
    }

    private void checkStatus(String command, HttpReply reply) throws IOException {
        var status = reply.status();
        if (status < 300) {
            return;
        }
        if (AWAY.contains(status)) {
            throw new OutcomeUnknownException(new IOException(settings.server() + " answers with status " + status));
        }
        throw BackendException.rejected(owner + ": " + command + ": " + settings.server() + " "
                + switch (status) {
                    case 401 ->
                        settings.username()
                                        .map(user -> "does not accept user '" + user + "'; check")
                                        .orElse("wants a user and a password; set")
                                + " dhcp_kea_username and dhcp_kea_password";
                    case 403 ->
                        "does not allow it to "
                                + settings.username()
                                        .map(user -> "user '" + user + "'")
                                        .orElse("somebody without a user")
                                + " (status 403)";
                    default -> "answers with status " + status + "; check " + family.urlSetting();
                });
    }
}
