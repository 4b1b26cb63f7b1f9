package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.log.Capture;

class SystemdNotifierTest {
    private static final String SELF = Long.toString(ProcessHandle.current().pid());

    @Test
    void withoutSocketNothingHappens() {
        try (var capture = new Capture(SystemdNotifier.class, Level.DEBUG);
                var notifier = SystemdNotifier.fromEnvironment(Map.of("WATCHDOG_USEC", "1000000"))) {
            notifier.ready();
            notifier.reloading();
            notifier.status("x");
            notifier.watchdog();
            notifier.stopping();

            assertThat(notifier.watchdogInterval()).isEmpty();
            assertThat(capture.lines()).isEmpty();
        }
    }

    @Test
    void anotherKindOfSocketIsNamed() {
        try (var capture = new Capture(SystemdNotifier.class, Level.DEBUG);
                var notifier = SystemdNotifier.fromEnvironment(Map.of("NOTIFY_SOCKET", "vsock:2:9"))) {
            notifier.ready();

            assertThat(capture.lines())
                    .containsExactly("WARN NOTIFY_SOCKET vsock:2:9 is neither a path nor an abstract socket;"
                            + " systemd is told nothing");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "30000000, , 15000000",
        "30000000, SELF, 15000000",
        "30000000, 1, ",
        ", SELF, ",
        "abc, SELF, ",
        "0, SELF, ",
        "-5, SELF, ",
        "99999999999999999999, SELF, "
    })
    void theIntervalIsHalfTheTimeIfItIsMeantForUs(
            @Nullable String micros, @Nullable String pid, @Nullable Long expectedMicros) {
        var env = new HashMap<String, String>();
        env.put("NOTIFY_SOCKET", "/nowhere");
        if (micros != null) {
            env.put("WATCHDOG_USEC", micros);
        }
        if (pid != null) {
            env.put("WATCHDOG_PID", pid.equals("SELF") ? SELF : pid);
        }
        try (var capture = new Capture(SystemdNotifier.class, Level.DEBUG);
                var notifier = SystemdNotifier.fromEnvironment(env)) {
            assertThat(capture).isNotNull();
            assertThat(notifier.watchdogInterval().map(Duration::toNanos).orElse(null))
                    .isEqualTo(expectedMicros == null ? null : Long.valueOf(expectedMicros * 1000));
        }
    }
}
