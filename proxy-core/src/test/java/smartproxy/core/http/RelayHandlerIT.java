package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.Relay;
import smartproxy.core.daemon.Wire;
import smartproxy.core.daemon.Wire.Reply;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.guard.GuardedBackend;
import smartproxy.core.health.Metrics;

/** What becomes of a request that is not passed on. */
class RelayHandlerIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(20);

    @TempDir
    Path directory;

    private Relay relay(HttpIdentity upstream) {
        var settings = new GuardSettings(4, WATCHDOG, 0, 3, WATCHDOG);
        return Relay.to(
                        upstream,
                        new GuardedBackend("pulp", settings, new Metrics()),
                        Relay.ALL,
                        Relay.Times.all(WATCHDOG))
                .collecting(new Relay.Spool(directory, 1 << 20));
    }

    private static HttpIdentity upstream() {
        return HttpIdentity.of(URI.create("http://127.0.0.1:1"), "ca");
    }

    @Test
    void aClientThatWithholdsItsBodyIsTold() throws Exception {
        var budget = new BodyBudget(1 << 20);
        var handler = new RelayHandler(relay(upstream()), budget, budget, Duration.ofMillis(200));
        try (var server = new TestServer(TestServer.settings(), Optional.empty(), new Passing(handler))) {
            handler.setServer(server.server());
            handler.start();
            try (var client = Wire.open(server.httpPort())) {
                client.send(Wire.head("POST", "/pulp", "Content-Length: 10") + "\r\nhalf");
                assertThat(client.read())
                        .returns(408, Reply::status)
                        .returns("close", reply -> reply.header("Connection"))
                        .returns("The body did not arrive in time", Reply::body);
            }
        } finally {
            handler.stop();
        }
    }

    @Test
    void aFileOfTheIdentityThatIsGoneIsNamedAndNothingWasChanged() {
        var gone = directory.resolve("gone.pem");
        assertThatThrownBy(() -> new Relays()
                        .of(
                                relay(HttpIdentity.of(URI.create("https://127.0.0.1:1"), "ca")
                                        .trusting(gone)),
                                new Server()))
                .isInstanceOfSatisfying(
                        BackendException.class,
                        e -> assertThat(e)
                                .returns(Kind.UNAVAILABLE, BackendException::kind)
                                .returns(Outcome.NOT_APPLIED, BackendException::outcome))
                .hasMessageContaining("pulp: ")
                .hasMessageContaining(gone.toString());
    }

    private static final class Passing extends ExchangeHandler {
        private final RelayHandler relay;

        Passing(RelayHandler relay) {
            super(WATCHDOG);
            this.relay = relay;
        }

        @Override
        void handle(Exchange exchange) {
            relay.pass(exchange, new LongAdder(), new LongAdder());
        }
    }
}
