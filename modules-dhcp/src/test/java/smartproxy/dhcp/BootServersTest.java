package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;

/** Lookups that do not end. */
final class BootServersTest {
    private static final Duration WATCHDOG = Duration.ofSeconds(30);

    private final CountDownLatch end = new CountDownLatch(1);
    private final BootServers servers = new BootServers(this::slowly);

    @AfterEach
    void end() {
        end.countDown();
    }

    private InetAddress[] slowly(String name) throws UnknownHostException {
        try {
            if (name.startsWith("slow")) {
                end.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return new InetAddress[] {InetAddress.getByName("192.0.2.9")};
    }

    @Test
    @DisplayName("a name that is not found in time has no address; others are found meanwhile")
    void isNotWaitedFor() {
        assertTimeoutPreemptively(WATCHDOG, () -> {
            assertThat(servers.addressOf("slow.example.com", Deadline.in(Duration.ofMillis(100))))
                    .isEmpty();
            assertThat(servers.addressOf("boot.example.com", Deadline.in(WATCHDOG)))
                    .contains(Ipv4.of("192.0.2.9"));
        });
    }

    @Test
    @DisplayName("a request with much time waits for five seconds, not longer")
    void waitsFiveSeconds() {
        assertTimeoutPreemptively(WATCHDOG, () -> {
            var deadline = Deadline.in(Duration.ofMinutes(5));
            assertThat(servers.addressOf("slow.example.com", deadline)).isEmpty();
            assertThat(deadline.left()).isGreaterThan(Duration.ofMinutes(4));
        });
    }

    @Test
    @DisplayName("of eight lookups that do not end the ninth hears, without a wait, that nothing was changed")
    void tooMany() {
        for (var i = 0; i < 8; i++) {
            servers.addressOf("slow" + i, Deadline.in(Duration.ofMillis(1)));
        }
        assertThatThrownBy(() -> servers.addressOf("boot.example.com", Deadline.in(WATCHDOG)))
                .isInstanceOf(BusyException.class)
                .hasMessage("Too many lookups of boot servers are running; nothing was changed");
        assertThat(servers.addressOf("192.0.2.7", Deadline.in(WATCHDOG))).contains(Ipv4.of("192.0.2.7"));
    }
}
