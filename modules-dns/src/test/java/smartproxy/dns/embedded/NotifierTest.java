package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.SOARecord;

final class NotifierTest {
    private static final Name ZONE = Name.fromConstantString("example.com.");

    @Test
    void aMomentWithoutMemoryDoesNotEndTheNotifications() throws Exception {
        var full = new AtomicBoolean(true);
        var soa = new SOARecord(ZONE, DClass.IN, 60, ZONE, ZONE, 1, 2, 3, 4, 60);
        try (var secondary = new DatagramSocket(TestServer.loopback(0));
                var notifier = new Notifier(List.of(TestServer.loopback(secondary.getLocalPort())), List.of(), zone -> {
                    if (full.getAndSet(false)) {
                        throw new OutOfMemoryError("Java heap space");
                    }
                    return Optional.of(soa);
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
