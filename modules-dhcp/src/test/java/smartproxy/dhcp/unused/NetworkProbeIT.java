package smartproxy.dhcp.unused;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import smartproxy.dhcp.Ipv4;

/** On loopback: whether port 7 is refused or open, the host is there. */
final class NetworkProbeIT {
    private final NetworkProbe probe = new NetworkProbe();

    @Test
    void aHostThatRefusesIsThere() throws Exception {
        assertThat(probe.answers(Ipv4.of("127.0.0.1"), Duration.ofSeconds(10))).isTrue();
        assertThat(probe.answers(Ipv4.of("127.77.88.99"), Duration.ofSeconds(10)))
                .isTrue();
    }

    @Test
    void whatCannotBeReachedIsNot() throws Exception {
        assertThat(probe.answers(Ipv4.of("255.255.255.255"), Duration.ofMillis(200)))
                .isFalse();
    }
}
