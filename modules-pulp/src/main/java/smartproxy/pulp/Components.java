package smartproxy.pulp;

import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.SharedResources.Lease;
import smartproxy.core.api.StartException;

/**
 * The components of a Pulp, as the feature's capabilities. Foreman removes what it is not told of, so what was known last
 * stays while Pulp is away; and its question for all features must not wait for a Pulp that hangs. Thread-safe.
 */
final class Components implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Components.class);

    /** Foreman asks several times in a row. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private static final Duration FETCH = Duration.ofSeconds(10);

    private final URI url;
    private final SharedResources shared;
    private final Lately<List<String>> lately;
    private volatile @Nullable Lease<Last> last;

    /** What was known last, for the generation that comes after a reload: Pulp may be away just then. */
    private static final class Last implements AutoCloseable {
        private volatile Lately.Known<List<String>> known = Lately.nothing();

        @Override
        public void close() {
            // nothing is held
        }
    }

    /** @param url of this Pulp: of another one nothing is known */
    Components(Pulp3Status pulp, URI url, SharedResources shared) {
        this.url = url;
        this.shared = shared;
        lately = new Lately<>(
                "pulpcore-capabilities",
                FRESH,
                Clock.systemUTC(),
                () -> pulp.components(Deadline.in(FETCH)),
                this::changed);
    }

    private void changed(Lately.Known<List<String>> before, Lately.Known<List<String>> now) {
        var lease = last;
        if (lease != null) {
            lease.get().known = now;
        }
        log(before, now);
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
    void start() throws StartException {
        try {
            var lease = shared.acquire("pulpcore capabilities of " + url, Last.class, Last::new);
            last = lease;
            lately.goOnFrom(lease.get().known);
        } catch (Exception e) {
            throw new StartException("pulpcore: cannot start: " + e, e);
        }
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
        var lease = last;
        last = null; // the end of its question is no news
        lately.close();
        if (lease != null) {
            lease.close();
        }
    }
}
