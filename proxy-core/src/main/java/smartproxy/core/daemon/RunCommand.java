package smartproxy.core.daemon;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.StartException;

/** {@code run}: starts the daemon, passes signals to it and waits for its end. */
final class RunCommand {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    private final PrintStream out;
    private final Map<String, String> environment;

    RunCommand(PrintStream out, Map<String, String> environment) {
        this.out = out;
        this.environment = environment;
    }

    /** @return 0 after TERM or INT, 1 when it cannot start */
    int run(Path config) {
        var notifier = SystemdNotifier.fromEnvironment(environment);
        try {
            var end = new CountDownLatch(1);
            var started = new CompletableFuture<Daemon>();
            Signals.install(started, out, end::countDown);
            var daemon = Daemon.start(config, notifier);
            started.complete(daemon);
            notifier.ready();
            var watchdog = Watchdog.start(notifier, daemon::isAlive);
            end.await();
            watchdog.close();
            daemon.stop();
            return 0;
        } catch (StartException e) {
            LOG.error("Error during startup, terminating: {}", e.getMessage());
            return refuse(e, notifier);
        } catch (RuntimeException e) {
            LOG.error("Error during startup, terminating", e);
            return refuse(e, notifier);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    private int refuse(Exception e, SystemdNotifier notifier) {
        out.println("Errors detected on startup, see log for details. Exiting: " + e.getMessage());
        // between two tries of systemd, its status shows no line of the journal, but this
        notifier.status("Not started: " + e.getMessage());
        return 1;
    }
}
