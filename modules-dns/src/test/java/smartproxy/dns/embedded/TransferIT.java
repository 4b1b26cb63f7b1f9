package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import smartproxy.dns.DnsClient;
import smartproxy.dns.RecordType;

/** AXFR and NOTIFY, with this test as the secondary. */
final class TransferIT {
    @TempDir
    Path directory;

    private static List<Record> records(List<Message> messages) {
        return messages.stream()
                .flatMap(message -> message.getSection(Section.ANSWER).stream())
                .toList();
    }

    @Test
    void sendsTheWholeZoneInOrder() throws Exception {
        try (var server = TestServer.start(directory, Map.of("transfer_to", "127.0.0.1"))) {
            server.create("Host.example.com", RecordType.A, "192.0.2.1");
            server.create("Host.example.com", RecordType.AAAA, "2001:db8::1");
            server.create("_sip._tcp.example.com", RecordType.SRV, "1 2 3 Host.example.com");
            var messages = server.client().transfer("example.com");
            assertThat(messages).hasSize(1);
            assertThat(messages.get(0).getHeader().getFlag(Flags.AA)).isTrue();
            assertThat(records(messages))
                    .extracting(record -> record.getName() + " " + Type.string(record.getType()))
                    .containsExactly(
                            "example.com. SOA",
                            "example.com. NS",
                            "_sip._tcp.example.com. SRV",
                            "Host.example.com. A",
                            "Host.example.com. AAAA",
                            "example.com. SOA");
        }
    }

    @Test
    void aLargeZoneGoesInManyMessagesOfOneMoment() throws Exception {
        try (var server = TestServer.start(directory, Map.of("transfer_to", "127.0.0.1"))) {
            server.store().transaction(connection -> {
                var rows = new ZoneStore(server.store());
                for (var i = 0; i < 20_000; i++) {
                    rows.insert(
                            connection,
                            server.settings().zones().get(0),
                            TestServer.record("h" + i + ".example.com", RecordType.A, "192.0.2.1"));
                }
                return rows.head(connection, server.settings().zones().get(0));
            });
            try (var second = TestServer.start(directory, Map.of("transfer_to", "127.0.0.1"));
                    var socket = second.client().open()) {
                socket.getOutputStream()
                        .write(DnsClient.framed(
                                DnsClient.query("example.com", Type.AXFR).toWire()));
                var in = new DataInputStream(socket.getInputStream());
                var all = new ArrayList<Message>();
                all.add(DnsClient.read(in));
                second.create("late.example.com", RecordType.A, "192.0.2.9");
                second.remove("h19999.example.com", RecordType.A);
                while (records(all).stream().filter(SOARecord.class::isInstance).count() < 2) {
                    all.add(DnsClient.read(in));
                }
                var names = new HashSet<String>();
                records(all).forEach(record -> names.add(record.getName().toString()));
                assertThat(all).hasSizeGreaterThan(10);
                assertThat(names)
                        .hasSize(20_001)
                        .contains("h19999.example.com.")
                        .doesNotContain("late.example.com.");
            }
        }
    }

    @Test
    void transfersOnlyWholeZonesItHas() throws Exception {
        try (var server = TestServer.start(directory, Map.of("transfer_to", "127.0.0.1"))) {
            for (var name : List.of("host.example.com", "example.org", "com")) {
                assertThat(server.client().transfer(name).get(0).getRcode()).isEqualTo(Rcode.NOTAUTH);
            }
        }
    }

    @Test
    void ednsInTheQueryIsAnsweredInEachMessage() throws Exception {
        try (var server = TestServer.start(directory, Map.of("transfer_to", "127.0.0.1"))) {
            var query = DnsClient.query("example.com", Type.AXFR);
            query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
            assertThat(server.client().tcp(query).getOPT()).isNotNull();
        }
    }

    /** Reads a NOTIFY and says which zone it is about; answers those of a serial that is to be answered. */
    private static Message told(DatagramSocket secondary, LongPredicate answer) throws Exception {
        var packet = new DatagramPacket(new byte[512], 512);
        secondary.receive(packet);
        var message = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
        assertThat(message.getHeader().getOpcode()).isEqualTo(Opcode.NOTIFY);
        assertThat(message.getHeader().getFlag(Flags.AA)).isTrue();
        assertThat(message.getQuestion().getType()).isEqualTo(Type.SOA);
        if (answer.test(serial(message))) {
            var reply = new Message(message.getHeader().getID());
            reply.getHeader().setOpcode(Opcode.NOTIFY);
            reply.getHeader().setFlag(Flags.QR);
            reply.addRecord(message.getQuestion(), Section.QUESTION);
            var wire = reply.toWire();
            secondary.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
        }
        return message;
    }

    private static long serial(Message notify) {
        return ((SOARecord) notify.getSection(Section.ANSWER).get(0)).getSerial();
    }

    @Test
    void tellsAtStartAndAfterChangesAndUntilItIsHeard() throws Exception {
        try (var secondary = new DatagramSocket(TestServer.loopback(0))) {
            secondary.setSoTimeout(30_000);
            var settings = Map.<String, Object>of(
                    "zones", "example.com", "transfer_to", "127.0.0.1:" + secondary.getLocalPort());
            try (var server = TestServer.start(directory, settings)) {
                var serial = server.serial("example.com");
                var first = told(secondary, any -> true);
                assertThat(first.getQuestion().getName()).hasToString("example.com.");
                assertThat(serial(first)).isEqualTo(serial);
                server.create("a.example.com", RecordType.A, "192.0.2.1");
                var next = told(secondary, old -> old == serial);
                while (serial(next) == serial) { // again, as the answer came late
                    next = told(secondary, old -> old == serial);
                }
                assertThat(serial(next)).isEqualTo(serial + 1);
                assertThat(serial(told(secondary, any -> true)))
                        .as("again, as nobody answered")
                        .isEqualTo(serial + 1);
                for (var i = 0; i < 20; i++) {
                    server.create("b" + i + ".example.com", RecordType.A, "192.0.2.1");
                }
                var told = 1;
                while (serial(told(secondary, any -> true)) != serial + 21) {
                    told++;
                }
                assertThat(told).as("notifications for 20 changes").isLessThan(20);
            }
        }
    }
}
