package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire.Reply;

/** Requests of Foreman's to a whole daemon, each on a connection of its own. */
public abstract class RoutesOfDaemon {
    /** The daemon. */
    protected abstract DaemonFixture proxy();

    protected final Reply get(String path) throws Exception {
        try (var wire = proxy().https()) {
            return wire.get(path);
        }
    }

    protected final Reply post(String path, String form) throws Exception {
        try (var wire = proxy().https()) {
            return wire.post(path, form);
        }
    }

    protected final Reply delete(String path) throws Exception {
        try (var wire = proxy().https()) {
            return wire.request("DELETE", path);
        }
    }

    protected static void is(Reply reply, int status, String body) {
        assertThat(reply).returns(status, Reply::status).returns(body, Reply::body);
    }
}
