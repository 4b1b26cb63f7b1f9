package smartproxy.pulp;

import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.Operation;
import smartproxy.core.api.Relay;

/**
 * Keeps the registry shut while Pulp hands images to whoever asks, as it does where Katello runs it: through the gateway
 * everybody could ask. What is not known is shut, too. Thread-safe.
 */
final class RegistryGate implements Relay.Gate, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryGate.class);
    private static final Operation ASK = Operation.repeatable("registry");
    private static final Duration FRESH = Duration.ofSeconds(10);
    private static final Duration FETCH = Duration.ofSeconds(10);

    /** So long what Pulp said is believed while it does not answer. */
    private static final Duration OLDEST = Duration.ofSeconds(60);

    private static final String OPEN =
            "Pulp answers /v2/ without asking for a token, so its private images would be open to"
                    + " everybody: the registry stays shut. Set TOKEN_AUTH_DISABLED = False and TOKEN_SERVER in Pulp, or :registry:"
                    + " false in pulpcore.yml";

    private final Lately<Boolean> asksForToken;

    RegistryGate(HttpPeer pulp, Backend backend) {
        asksForToken = new Lately<>(
                "pulpcore-registry", FRESH, Clock.systemUTC(), () -> ask(pulp, backend), RegistryGate::log);
    }

    private static Boolean ask(HttpPeer pulp, Backend backend) {
        try (var permit = backend.admit()) {
            var reply = backend.call(ASK, Deadline.in(FETCH), attempt -> pulp.send(HttpCall.get("v2/"), attempt));
            if (reply.status() / 100 == 2) {
                return false;
            }
            if (reply.status() == 401) {
                return isOfTokens(reply.header("www-authenticate").orElse(""));
            }
            throw BackendException.rejected(
                    "Pulp answers /v2/ with " + reply.status() + "; is its plug-in for containers installed?");
        }
    }

    /** Without tokens a Pulp asks for a password, and takes an empty one for anybody. */
    static boolean isOfTokens(String challenge) {
        return challenge.toLowerCase(Locale.ROOT).startsWith("bearer ");
    }

    private static void log(Lately.Known<Boolean> before, Lately.Known<Boolean> now) {
        if (now.trouble().isEmpty()
                && Boolean.FALSE.equals(now.value())
                && !(before.trouble().isEmpty() && Boolean.FALSE.equals(before.value()))) {
            LOG.error("{}", OPEN);
        }
    }

    /** Asks for the first time, without waiting. */
    void start() {
        asksForToken.ask();
    }

    @Override
    public void check() {
        var known = asksForToken.now();
        var asks = known.value();
        if (asks == null || !asksForToken.isYounger(known, OLDEST)) {
            throw new BackendException(
                    Kind.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    "The registry is shut, as it is not known whether Pulp asks for tokens: " + known.trouble(),
                    null);
        }
        if (!asks) {
            throw CallerException.forbidden(OPEN);
        }
    }

    Health health() {
        var known = asksForToken.last();
        if (Boolean.FALSE.equals(known.value())) {
            return new Health(false, OPEN);
        }
        return known.trouble().isEmpty()
                ? new Health(true, "open: Pulp asks for tokens")
                : new Health(false, "whether Pulp asks for tokens: " + known.trouble());
    }

    @Override
    public void close() {
        asksForToken.close();
    }
}
