package smartproxy.core.daemon;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.log.UnixDatagram;

/**
 * Tells systemd how the daemon is, by the protocol of sd_notify(3), from this very process. Without {@code NOTIFY_SOCKET} it
 * does nothing; what goes wrong is logged and never thrown.
 */
public final class SystemdNotifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}+");
    private static final int MAX_STATUS = 1000;

    private final @Nullable UnixDatagram socket;
    private final Optional<Duration> watchdogInterval;

    private SystemdNotifier(@Nullable UnixDatagram socket, Optional<Duration> watchdogInterval) {
        this.socket = socket;
        this.watchdogInterval = watchdogInterval;
    }

    /** @param env of the process: {@code NOTIFY_SOCKET}, {@code WATCHDOG_USEC} and {@code WATCHDOG_PID} are read */
    public static SystemdNotifier fromEnvironment(Map<String, String> env) {
        var address = env.getOrDefault("NOTIFY_SOCKET", "");
        if (address.isEmpty()) {
            return new SystemdNotifier(null, Optional.empty());
        }
        if (!address.startsWith("/") && !address.startsWith("@")) {
            LOG.warn("NOTIFY_SOCKET {} is neither a path nor an abstract socket; systemd is told nothing", address);
            return new SystemdNotifier(null, Optional.empty());
        }
        return new SystemdNotifier(new UnixDatagram(address), interval(env));
    }

    private static Optional<Duration> interval(Map<String, String> env) {
        var time = env.getOrDefault("WATCHDOG_USEC", "");
        var pid = env.getOrDefault("WATCHDOG_PID", "");
        var ours = pid.isEmpty()
                || pid.equals(Long.toString(ProcessHandle.current().pid()));
        if (time.isEmpty() || !ours) {
            return Optional.empty();
        }
        try {
            long micros = Long.parseLong(time);
            if (micros >= 2 && micros <= Long.MAX_VALUE / 1000) {
                return Optional.of(Duration.ofNanos(micros * 1000 / 2));
            }
        } catch (NumberFormatException e) {
            // said below
        }
        LOG.warn("WATCHDOG_USEC {} is not a time in microseconds; the watchdog is not served", time);
        return Optional.empty();
    }

    /** All listeners are open, or a reload has ended. */
    public void ready() {
        send("READY=1");
    }

    /** A reload begins; {@link #ready()} ends it. */
    public void reloading() {
        // on Linux nanoTime is CLOCK_MONOTONIC, which systemd asks for
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    public void stopping() {
        send("STOPPING=1");
    }

    /** @param text one line for {@code systemctl status} */
    public void status(String text) {
        var line = CONTROL.matcher(text.substring(0, Math.min(text.length(), MAX_STATUS)))
                .replaceAll(" ");
        send("STATUS=" + line);
    }

    /** The daemon is alive. */
    public void watchdog() {
        send("WATCHDOG=1");
    }

    /** How often {@link #watchdog()} is to be called: half the time after which systemd would restart the daemon. */
    public Optional<Duration> watchdogInterval() {
        return watchdogInterval;
    }

    private void send(String message) {
        if (socket == null) {
            return;
        }
        try {
            socket.send(message.getBytes(StandardCharsets.UTF_8), PATIENCE);
        } catch (IOException e) {
            LOG.warn("systemd was not told {}: {}", message, e.getMessage());
        }
    }

    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
    }
}
