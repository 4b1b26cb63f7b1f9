package smartproxy.pulp;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;

/**
 * The components of a Pulp, as the feature's capabilities. Foreman removes what it is not told of, so what was known last
 * stays while Pulp is away; and its question for all features must not wait for a Pulp that hangs. Thread-safe.
 */
final class Components implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Components.class);

    /** Foreman asks several times in a row. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private static final Duration FETCH = Duration.ofSeconds(10);

    private final Lately<List<String>> lately;

    Components(Pulp3Status pulp) {
        lately = new Lately<>(
                "pulpcore-capabilities",
                FRESH,
                Clock.systemUTC(),
                () -> pulp.components(Deadline.in(FETCH)),
                Components::log);
    }

    private static void log(Lately.Known<List<String>> before, Lately.Known<List<String>> now) {
        if (now.trouble().isEmpty()) {
            if (!before.trouble().isEmpty() && before.at() != null) {
                LOG.info("Pulp tells its capabilities again: {}", now.value());
            }
        } else if (!before.trouble().equals(now.trouble())) {
            LOG.error("Could not fetch capabilities: {}", now.trouble());
        }
    }

    /** Asks for the first time, without waiting. */
    void start() {
        lately.ask();
    }

    /** The newest there are: those of now when Pulp answers at once, else the last known; empty when it never answered. */
    List<String> now() {
        return known(lately.now());
    }

    private static List<String> known(Lately.Known<List<String>> known) {
        var components = known.value();
        return components == null ? List.of() : components;
    }

    Health health() {
        var now = lately.last();
        if (now.at() == null) {
            return new Health(false, "Pulp never told its capabilities: " + now.trouble());
        }
        var said = String.join(", ", known(now)) + ", as Pulp said "
                + lately.age(now).toSeconds() + " s ago";
        return now.trouble().isEmpty()
                ? new Health(true, said)
                : new Health(false, said + "; kept, as it does not answer now: " + now.trouble());
    }

    @Override
    public void close() {
        lately.close();
    }
}
