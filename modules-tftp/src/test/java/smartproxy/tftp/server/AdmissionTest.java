package smartproxy.tftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Bounds BOUNDS = new Bounds(3, 2, 10);

    private final Admission admission = new Admission(0);

    private static InetAddress client(int number) {
        try {
            return InetAddress.getByAddress(
                    new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number});
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static InetSocketAddress port(int number) {
        return new InetSocketAddress(client(number), 2070);
    }

    private int asked(InetAddress client, int requests, long now) {
        var admitted = 0;
        for (var i = 0; i < requests; i++) {
            admitted += admission.mayAsk(client, BOUNDS, now) ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void aClientMaySendTwoSecondsWorthAtOnceThenItsRate() {
        assertThat(asked(client(1), 100, 0)).isEqualTo(20);
        assertThat(asked(client(2), 5, 0)).isEqualTo(5);
        assertThat(asked(client(1), 100, TimeUnit.SECONDS.toNanos(1))).isEqualTo(10);
        assertThat(asked(client(1), 100, TimeUnit.SECONDS.toNanos(100))).isEqualTo(20);
    }

    @Test
    void allTogetherAreBoundedToo() {
        var admitted = 0;
        for (var i = 0; i < 10_000; i++) {
            admitted += asked(client(i), 1, 0);
        }
        assertThat(admitted).isEqualTo(2 * Admission.MAX_PER_SECOND);
    }

    @Test
    void roomIsForSomeOfEachAndSomeOfAll() {
        admission.begun(port(1));
        assertThat(admission.hasRoom(client(1), BOUNDS)).isTrue();
        admission.begun(port(1));
        assertThat(admission.hasRoom(client(1), BOUNDS)).isFalse();
        assertThat(admission.hasRoom(client(2), BOUNDS)).isTrue();
        admission.begun(port(2));
        assertThat(admission.hasRoom(client(3), BOUNDS)).isFalse();
        admission.ended(port(1), 0);
        assertThat(admission.hasRoom(client(1), BOUNDS)).isTrue();
        assertThat(admission.hasRoom(client(3), BOUNDS)).isTrue();
        admission.begun(port(1));
        assertThat(admission.hasRoom(client(1), new Bounds(100, 2, 10)))
                .as("the other one still runs")
                .isFalse();
    }

    @Test
    void aClientIsLateForAWhileAfterItsTransfer() {
        assertThat(admission.isLate(port(1), 0)).isFalse();
        admission.begun(port(1));
        admission.ended(port(1), TimeUnit.SECONDS.toNanos(5));
        assertThat(admission.isLate(port(1), TimeUnit.SECONDS.toNanos(14))).isTrue();
        assertThat(admission.isLate(port(1), TimeUnit.SECONDS.toNanos(15))).isFalse();
        assertThat(admission.isLate(new InetSocketAddress(client(1), 2071), TimeUnit.SECONDS.toNanos(5)))
                .as("another port")
                .isFalse();
    }
}
