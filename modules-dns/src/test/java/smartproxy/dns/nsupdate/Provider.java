package smartproxy.dns.nsupdate;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.StartException;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsProvider.Creation;
import smartproxy.dns.DnsProvider.Removal;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** A started provider, and words for what tests do with it. */
final class Provider implements AutoCloseable {
    private static final Duration TIME = Duration.ofSeconds(20);
    private static final Duration SLACK = Duration.ofSeconds(2);

    final TestContext context = new TestContext();
    final NsupdateProvider provider;

    private Provider(NsupdateSettings settings, Clock clock, Duration fresh) {
        try {
            var key = settings.key().isPresent() ? KeyFile.read(settings.key().get()) : null;
            provider = new NsupdateProvider(settings, key, clock, fresh, context);
            provider.start();
        } catch (StartException e) {
            throw new IllegalStateException(e);
        }
    }

    static Provider of(String host, int port, @Nullable Path key) {
        return of(host, port, key, Clock.systemUTC());
    }

    static Provider of(String host, int port, @Nullable Path key, Clock clock) {
        return new Provider(settings(host, port, key), clock, NsupdateProvider.FRESH);
    }

    /** One that, once it heard the server, sends updates without asking first whether it is still there. */
    static Provider trusting(int port, @Nullable Path key) {
        return trusting(port, key, SLACK);
    }

    /** @param slack how long signatures live beyond the time of their request */
    static Provider trusting(int port, @Nullable Path key, Duration slack) {
        return new Provider(settings("127.0.0.1", port, key, slack), Clock.systemUTC(), Duration.ofHours(1));
    }

    static NsupdateSettings settings(String host, int port, @Nullable Path key) {
        return settings(host, port, key, SLACK);
    }

    private static NsupdateSettings settings(String host, int port, @Nullable Path key, Duration slack) {
        return new NsupdateSettings(
                new ServerAddress(host, port),
                Optional.ofNullable(key),
                Duration.ofMinutes(5),
                slack,
                Duration.ofMinutes(5));
    }

    static DnsName name(String text) {
        return DnsName.service(text).orElseThrow();
    }

    static DnsRecord record(String name, RecordType type, String data) {
        return new DnsRecord(name(name), type, data, 3600);
    }

    Creation create(String name, RecordType type, String data) {
        return create(name, type, data, TIME);
    }

    Creation create(String name, RecordType type, String data, Duration time) {
        return provider.create(record(name, type, data), Deadline.in(time));
    }

    Removal remove(String name, RecordType type) {
        return remove(name, type, TIME);
    }

    Removal remove(String name, RecordType type, Duration time) {
        return provider.remove(name(name), type, Deadline.in(time));
    }

    Health unsettled() {
        var source = context.health.get("unsettled changes");
        if (source == null) {
            throw new AssertionError("no health item");
        }
        return source.health();
    }

    @Override
    public void close() {
        provider.close();
    }
}
