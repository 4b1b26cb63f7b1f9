package smartproxy.pulp.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.KeyedSerializer;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Role;
import smartproxy.core.api.SharedResources;
import smartproxy.core.api.SharedResources.Lease;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Store;

/** The content API over some Pulps: its mounts, and the jobs behind them. */
public final class ContentApi implements AutoCloseable {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private final SharedResources shared;
    private final JobRunner jobs;
    private final List<Mount> mounts;
    private volatile @Nullable Lease<MirrorTurns> turns;

    public ContentApi(Pulps pulps, Store store, SharedResources shared) {
        this.shared = shared;
        var host = host();
        var rows = new JobRows(store, host, Clock.systemUTC());
        this.jobs = new JobRunner(store, rows, pulps, host, JobRunner.LIMITS, Patience.Time.SYSTEM, this::turns);
        var answers = new ContentAnswers(jobs);
        var resources = List.of(
                new PulpsResource(pulps, answers),
                new UnitsResource(pulps, answers),
                new UploadsResource(pulps),
                new JobsResource(pulps, jobs, rows, answers),
                new KnownParameters());
        this.mounts = List.of(new Mount("/content", Role.FOREMAN, resources));
    }

    /** Whose jobs these are where daemons share a store. */
    private static String host() {
        try {
            return Files.readString(HOST_NAME).strip();
        } catch (IOException e) {
            return "localhost";
        }
    }

    public List<Mount> mounts() {
        return mounts;
    }

    /** Goes on with the jobs of before. */
    public void start() throws StartException {
        try {
            turns = shared.acquire("content mirrors", MirrorTurns.class, MirrorTurns::new);
        } catch (Exception e) {
            throw new StartException("pulpcore: cannot start: " + e, e);
        }
        jobs.start();
    }

    private KeyedSerializer<String> turns() {
        var lease = turns;
        if (lease == null) {
            throw new IllegalStateException("the content API is not running");
        }
        return lease.get().byPulp;
    }

    /** Leaves the jobs that run to the next one. */
    @Override
    public void close() {
        jobs.close();
        var lease = turns;
        if (lease != null) {
            lease.close(); // it still has the turns for those that end just now
        }
    }
}
