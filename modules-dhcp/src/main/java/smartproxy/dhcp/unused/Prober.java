package smartproxy.dhcp.unused;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.Ipv4;

/** Probes some addresses side by side, within bounds. */
public final class Prober {
    private static final Logger LOG = LoggerFactory.getLogger(Prober.class);

    /** Probed at once for one request. */
    static final int MOST_AT_ONCE = 3;

    private static final int MOST_THREADS = 64;
    private static final Duration PROBE_TIME = Duration.ofSeconds(1);

    /** What a probe found. */
    enum Verdict {
        SILENT,
        ANSWERS,
        /** It could not be found out, or there was no thread for it. */
        UNKNOWN
    }

    private final Probe probe;
    private final Executor threads;

    public Prober(Probe probe) {
        this.probe = probe;
        threads = new ThreadPoolExecutor(0, MOST_THREADS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            var thread = new Thread(task, "address-probe");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Takes the time of one probe. The first address is probed on this thread, so that something is found out in any case.
     *
     * @throws BusyException when there is not enough time: silence would prove nothing
     */
    Map<Ipv4, Verdict> probe(List<Ipv4> ips, Deadline deadline) {
        if (deadline.left().compareTo(PROBE_TIME) < 0) {
            throw new BusyException("no time is left to probe addresses; see ping_free_ip in dhcp.yml");
        }
        var others = new ArrayList<FutureTask<Verdict>>();
        for (var ip : ips.subList(1, ips.size())) {
            var task = new FutureTask<>(() -> probe(ip));
            try {
                threads.execute(task);
            } catch (RejectedExecutionException e) {
                task.cancel(false);
            }
            others.add(task);
        }
        var verdicts = new LinkedHashMap<Ipv4, Verdict>();
        verdicts.put(ips.get(0), probe(ips.get(0)));
        for (var i = 0; i < others.size(); i++) {
            verdicts.put(ips.get(i + 1), verdict(others.get(i), deadline));
        }
        return verdicts;
    }

    private Verdict probe(Ipv4 ip) {
        try {
            return probe.answers(ip, PROBE_TIME) ? Verdict.ANSWERS : Verdict.SILENT;
        } catch (IOException e) {
            LOG.warn("Address {} cannot be probed and is not suggested: {}", ip, e.toString());
            return Verdict.UNKNOWN;
        }
    }

    private static Verdict verdict(FutureTask<Verdict> task, Deadline deadline) {
        if (task.isCancelled()) {
            return Verdict.UNKNOWN;
        }
        try {
            return task.get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return Verdict.UNKNOWN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException("interrupted while addresses were probed");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
