package smartproxy.core.http;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.server.Server;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Relay;
import smartproxy.core.api.StartException;

/** The relays of one generation, each made when it is used first. */
final class Relays {
    private static final Logger LOG = LoggerFactory.getLogger(Relays.class);

    /** Bodies that wait to be passed on and are kept in memory. */
    private static final long MEMORY = 16L << 20;

    private final Map<Relay, RelayHandler> running = new ConcurrentHashMap<>();
    private final BodyBudget memory = new BodyBudget(MEMORY);
    private final Map<Path, BodyBudget> disks = new ConcurrentHashMap<>();

    RelayHandler of(Relay relay, Server server) {
        return running.computeIfAbsent(relay, key -> start(key, server));
    }

    private RelayHandler start(Relay relay, Server server) {
        try {
            var disk = relay.whole()
                    .map(spool -> disks.computeIfAbsent(spool.directory(), directory -> new BodyBudget(spool.bytes())))
                    .orElse(new BodyBudget(0));
            var handler = new RelayHandler(relay, memory, disk);
            handler.setServer(server);
            handler.start();
            return handler;
        } catch (StartException e) {
            // the files were read when the module was built, and are wrong since
            throw new BackendException(
                    Kind.UNAVAILABLE, Outcome.NOT_APPLIED, relay.backend().name() + ": " + e.getMessage(), e);
        } catch (Exception e) {
            throw new IllegalStateException("a relay does not start", e);
        }
    }

    /** Ends them, on a thread of its own: whoever sent the last answer may be one of theirs. */
    void close() {
        if (running.isEmpty()) {
            return;
        }
        var thread = new Thread(
                () -> running.values().forEach(handler -> {
                    try {
                        handler.stop();
                    } catch (Exception e) {
                        LOG.warn("A relay does not stop", e);
                    }
                }),
                "relays-end");
        thread.setDaemon(true);
        thread.start();
    }
}
