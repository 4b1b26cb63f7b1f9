package smartproxy.pulp.content;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Role;
import smartproxy.core.api.Store;

/** The content API over some Pulps: its mounts, and the jobs behind them. */
public final class ContentApi implements AutoCloseable {
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private final JobRunner jobs;
    private final List<Mount> mounts;

    public ContentApi(Pulps pulps, Store store) {
        var host = host();
        var rows = new JobRows(store, host, Clock.systemUTC());
        this.jobs = new JobRunner(store, rows, pulps, host, JobRunner.LIMITS, Patience.Time.SYSTEM);
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
    public void start() {
        jobs.start();
    }

    /** Leaves the jobs that run to the next one. */
    @Override
    public void close() {
        jobs.close();
    }
}
