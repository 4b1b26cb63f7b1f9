package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.SOARecord;

final class NotifierTest {
    private static final Name ZONE = Name.fromConstantString("example.com.");

    private static final SOARecord SOA = new SOARecord(ZONE, DClass.IN, 60, ZONE, ZONE, 1, 2, 3, 4, 60);

    /** A secondary takes notifications only from the address that it knows its primary by, which is the one it reaches. */
    @ParameterizedTest
    @CsvSource({
        "127.0.0.2:53 127.0.0.1:53, 127.0.0.1", // the way to the secondary begins at this one
        "127.0.0.3:53 127.0.0.2:53, 127.0.0.3",
        "192.0.2.1:53 [::1]:53, 127.0.0.1",
    })
    void comesFromTheAddressThatIsNearestToTheSecondary(String listen, String from) throws Exception {
        var own = new ArrayList<InetSocketAddress>();
        for (var text : listen.split(" ", -1)) {
            own.add(Endpoints.withPort("listen", text));
        }
        try (var secondary = new DatagramSocket(TestServer.loopback(0));
                var notifier = new Notifier(
                        List.of(TestServer.loopback(secondary.getLocalPort())), own, zone -> Optional.of(SOA))) {
            secondary.setSoTimeout(30_000);
            notifier.changed(ZONE);
            var packet = new DatagramPacket(new byte[512], 512);
            secondary.receive(packet);
            assertThat(packet.getAddress().getHostAddress()).isEqualTo(from);
        }
    }

    @Test
    void aMomentWithoutMemoryDoesNotEndTheNotifications() throws Exception {
        var full = new AtomicBoolean(true);
        try (var secondary = new DatagramSocket(TestServer.loopback(0));
                var notifier = new Notifier(List.of(TestServer.loopback(secondary.getLocalPort())), List.of(), zone -> {
                    if (full.getAndSet(false)) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                    return Optional.of(SOA);
                })) {
            secondary.setSoTimeout(30_000);
            notifier.changed(ZONE);
            var packet = new DatagramPacket(new byte[512], 512);
            secondary.receive(packet);
            var told = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
            assertThat(told.getQuestion().getName()).isEqualTo(ZONE);
        }
    }
}
