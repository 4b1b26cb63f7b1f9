package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.log.Capture;
import smartproxy.core.log.UnixReceiver;

@Timeout(60)
class SystemdNotifierIT {
    @TempDir
    private Path directory;

    @Test
    void eachStateIsOneDatagram() throws IOException {
        var path = directory.resolve("notify");
        try (var systemd = UnixReceiver.at(path);
                var notifier = SystemdNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", path.toString()))) {
            long before = System.nanoTime() / 1000;
            notifier.reloading();
            long after = System.nanoTime() / 1000;
            notifier.ready();
            notifier.status("fine\nREADY=1");
            notifier.watchdog();
            notifier.stopping();

            var reloading = systemd.text();
            assertThat(reloading).startsWith("RELOADING=1\nMONOTONIC_USEC=");
            assertThat(Long.parseLong(reloading.substring(reloading.lastIndexOf('=') + 1)))
                    .isBetween(before, after);
            assertThat(systemd.text()).isEqualTo("READY=1");
            assertThat(systemd.text()).isEqualTo("STATUS=fine READY=1");
            assertThat(systemd.text()).isEqualTo("WATCHDOG=1");
            assertThat(systemd.text()).isEqualTo("STOPPING=1");
        }
    }

    @Test
    void abstractSocketsToo() throws IOException {
        var name = "smart-proxy-" + UUID.randomUUID();
        try (var systemd = UnixReceiver.abstractly(name);
                var notifier = SystemdNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", "@" + name))) {
            notifier.ready();

            assertThat(systemd.text()).isEqualTo("READY=1");
        }
    }

    @Test
    void anAbsentSocketIsLoggedNotThrown() {
        var path = directory.resolve("nobody");
        try (var capture = new Capture(SystemdNotifier.class, Level.INFO);
                var notifier = SystemdNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", path.toString()))) {
            notifier.ready();

            assertThat(capture.lines()).hasSize(1).first().asString().startsWith("WARN systemd was not told READY=1: ");
        }
    }

    @Test
    void theWatchdogSpeaksForTheLivingOnly() throws IOException {
        var path = directory.resolve("notify");
        var env = Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "200000");
        var alive = new AtomicBoolean(true);
        var asked = new AtomicInteger();
        try (var capture = new Capture(Watchdog.class, Level.INFO);
                var systemd = UnixReceiver.at(path);
                var notifier = SystemdNotifier.fromEnvironment(env);
                var watchdog = Watchdog.start(notifier, () -> {
                    asked.incrementAndGet();
                    return alive.get();
                })) {
            assertThat(watchdog).isNotNull();
            assertThat(systemd.text()).isEqualTo("WATCHDOG=1");
            assertThat(systemd.text()).isEqualTo("WATCHDOG=1");

            alive.set(false);
            // what was asked before counts as well
            int before = asked.get() + 1;
            await().until(() -> asked.get() > before + 2);
            notifier.status("end of pings");
            var next = systemd.text();
            while (next.equals("WATCHDOG=1")) {
                next = systemd.text();
            }
            int silent = asked.get();
            await().until(() -> asked.get() > silent + 2);
            notifier.status("still silent");
            assertThat(systemd.text()).isEqualTo("STATUS=still silent");
            assertThat(capture.lines())
                    .containsExactly("ERROR The daemon does not answer itself; systemd will restart it");

            alive.set(true);
            assertThat(systemd.text()).isEqualTo("WATCHDOG=1");
        }
    }

    @Test
    void aFailingQuestionIsADeadDaemon() throws IOException {
        var path = directory.resolve("notify");
        var env = Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "200000");
        var asked = new AtomicInteger();
        try (var capture = new Capture(Watchdog.class, Level.INFO);
                var systemd = UnixReceiver.at(path);
                var notifier = SystemdNotifier.fromEnvironment(env);
                var watchdog = Watchdog.start(notifier, () -> {
                    asked.incrementAndGet();
                    throw new IllegalStateException("odd");
                })) {
            assertThat(watchdog).isNotNull();
            await().until(() -> asked.get() > 2);
            notifier.status("end");

            assertThat(systemd.text()).isEqualTo("STATUS=end");
            assertThat(capture.lines()).contains("ERROR The daemon cannot tell whether it is alive");
        }
    }
}
