package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import smartproxy.core.daemon.FreePorts;
import smartproxy.dns.DnsClient;
import smartproxy.dns.RecordType;

/** What the server answers to raw messages. */
final class DnsServerIT {
    private static TestServer server;
    private static DnsClient client;

    @BeforeAll
    static void start(@TempDir Path directory) throws Exception {
        var port = FreePorts.next();
        server = TestServer.start(
                directory,
                Map.of(
                        "listen", List.of("127.0.0.1:" + port, "[::1]:" + port),
                        "zones", List.of("example.com", "2.0.192.in-addr.arpa", "example.net"),
                        "name_servers", List.of("ns1.example.com", "ns2.example.com"),
                        "transfer_to", "127.0.0.2",
                        "soa_minimum", 60));
        client = server.client();
        server.create("Host.example.com", RecordType.A, "192.0.2.1");
        server.create("Host.example.com", RecordType.AAAA, "2001:db8::1");
        server.create("1.2.0.192.in-addr.arpa", RecordType.PTR, "host.example.com");
        server.create("alias.example.com", RecordType.CNAME, "host.example.com");
        server.create("far.example.net", RecordType.CNAME, "alias.example.com");
        server.create("out.example.com", RecordType.CNAME, "www.example.org");
        server.create("dead.example.com", RecordType.CNAME, "nothing.example.net");
        server.create("loop.example.com", RecordType.CNAME, "pool.example.com");
        server.create("pool.example.com", RecordType.CNAME, "loop.example.com");
        server.create("deep.below.example.com", RecordType.A, "192.0.2.2");
        server.create("example.com", RecordType.A, "192.0.2.3");
        for (var i = 0; i < 60; i++) {
            server.create("_many._tcp.example.com", RecordType.SRV, i + " 0 5060 server" + i + ".example.com");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    /** Authority is SOA or -; the answer is the types in their order. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            host.example.com       | A     | NOERROR  | A        | -
            HOST.EXAMPLE.COM       | AAAA  | NOERROR  | AAAA     | -
            1.2.0.192.in-addr.arpa | PTR   | NOERROR  | PTR      | -
            host.example.com       | PTR   | NOERROR  |          | SOA
            host.example.com       | TXT   | NOERROR  |          | SOA
            none.example.com       | A     | NXDOMAIN |          | SOA
            none.host.example.com  | A     | NXDOMAIN |          | SOA
            below.example.com      | A     | NOERROR  |          | SOA
            example.com            | A     | NOERROR  | A        | -
            example.com            | SOA   | NOERROR  | SOA      | -
            example.com            | NS    | NOERROR  | NS NS    | -
            example.net            | A     | NOERROR  |          | SOA
            alias.example.com      | CNAME | NOERROR  | CNAME    | -
            alias.example.com      | A     | NOERROR  | CNAME A  | -
            alias.example.com      | TXT   | NOERROR  | CNAME    | SOA
            far.example.net        | AAAA  | NOERROR  | CNAME CNAME AAAA | -
            out.example.com        | A     | NOERROR  | CNAME    | -
            dead.example.com       | A     | NXDOMAIN | CNAME    | SOA
            loop.example.com       | A     | NOERROR  | CNAME CNAME | -
            example.org            | A     | REFUSED  |          | -
            com                    | A     | REFUSED  |          | -
            .                      | NS    | REFUSED  |          | -
            myexample.com          | A     | REFUSED  |          | -
            host.example.com       | ANY   | NOTIMP   |          | -
            example.com            | IXFR  | NOTIMP   |          | -
            example.com            | MAILB | NOTIMP   |          | -
            example.com            | TKEY  | NOTIMP   |          | -
            """)
    void answers(String name, String type, String rcode, String answers, String authority) {
        var query = DnsClient.query(name, Type.value(type));
        for (var answer : List.of(client.udp(query), client.tcp(query))) {
            assertThat(Rcode.string(answer.getRcode())).isEqualTo(rcode);
            assertThat(types(answer, Section.ANSWER)).isEqualTo(answers == null ? "" : answers);
            assertThat(types(answer, Section.AUTHORITY)).isEqualTo(authority.replace("-", ""));
            assertThat(answer.getHeader().getID()).isEqualTo(query.getHeader().getID());
            assertThat(answer.getQuestion()).isEqualTo(query.getQuestion());
            assertThat(answer.getHeader().getFlag(Flags.QR)).isTrue();
            assertThat(answer.getHeader().getFlag(Flags.RA)).isFalse();
            assertThat(answer.getHeader().getFlag(Flags.AA))
                    .isEqualTo(List.of("NOERROR", "NXDOMAIN").contains(rcode));
            assertThat(answer.getHeader().getFlag(Flags.RD)).isFalse();
            assertThat(answer.getOPT()).isNull();
        }
    }

    private static String types(Message message, int section) {
        return String.join(
                " ",
                message.getSection(section).stream()
                        .map(record -> Type.string(record.getType()))
                        .toList());
    }

    @Test
    void theApexSaysWhatTheSettingsSay() {
        var soa = (SOARecord) client.udp(DnsClient.query("example.com", Type.SOA))
                .getSection(Section.ANSWER)
                .get(0);
        assertThat(soa.getHost()).hasToString("ns1.example.com.");
        assertThat(soa.getAdmin()).hasToString("hostmaster.example.com.");
        assertThat(List.of(soa.getRefresh(), soa.getRetry(), soa.getExpire(), soa.getMinimum()))
                .containsExactly(3600L, 600L, 1209600L, 60L);
    }

    @Test
    void aNegativeAnswerIsKeptNoLongerThanTheMinimum() {
        var soa = client.udp(DnsClient.query("none.example.com", Type.A))
                .getSection(Section.AUTHORITY)
                .get(0);
        assertThat(soa.getTTL()).isEqualTo(60);
    }

    @Test
    void keepsTheCaseOfOwnersAndOfTheQuestion() {
        var answer = client.udp(DnsClient.query("hOST.eXample.com", Type.A));
        assertThat(answer.getQuestion().getName()).hasToString("hOST.eXample.com.");
        assertThat(answer.getSection(Section.ANSWER).get(0).getName()).hasToString("Host.example.com.");
    }

    @Test
    void recursionIsNotOffered() {
        var query = DnsClient.query("host.example.com", Type.A);
        query.getHeader().setFlag(Flags.RD);
        var answer = client.udp(query);
        assertThat(answer.getHeader().getFlag(Flags.RD)).isTrue();
        assertThat(answer.getHeader().getFlag(Flags.RA)).isFalse();
    }

    @Test
    void answersOverIpv6() {
        var six = new DnsClient(server.settings().listen().get(1));
        var query = DnsClient.query("host.example.com", Type.A);
        assertThat(types(six.udp(query), Section.ANSWER)).isEqualTo("A");
        assertThat(types(six.tcp(query), Section.ANSWER)).isEqualTo("A");
    }

    @Test
    void whatDoesNotFitIsTruncatedAndWholeOverTcp() {
        var query = DnsClient.query("_many._tcp.example.com", Type.SRV);
        var plain = client.udp(query.toWire());
        assertThat(plain.length).isLessThanOrEqualTo(512);
        assertThat(plain[2] & 0x02).as("TC").isNotZero();
        assertThat(client.tcp(query).getSection(Section.ANSWER)).hasSize(60);
        assertThat(client.tcp(query).getHeader().getFlag(Flags.TC)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 512", "512, 512", "1000, 1000", "4096, 1232", "65535, 1232"})
    void udpAnswersAreAsLargeAsBothAllow(int offered, int most) throws Exception {
        var query = DnsClient.query("_many._tcp.example.com", Type.SRV);
        query.addRecord(new OPTRecord(offered, 0, 0), Section.ADDITIONAL);
        var wire = client.udp(query.toWire());
        assertThat(wire.length).isLessThanOrEqualTo(most);
        var answer = new Message(wire);
        assertThat(answer.getHeader().getFlag(Flags.TC)).isTrue();
        assertThat(answer.getOPT().getPayloadSize()).isEqualTo(1232);
    }

    @Test
    void ednsMakesRoom() {
        for (var i = 0; i < 20; i++) {
            server.create("_some._tcp.example.com", RecordType.SRV, i + " 0 5060 server" + i + ".example.com");
        }
        var query = DnsClient.query("_some._tcp.example.com", Type.SRV);
        assertThat(client.udp(query).getHeader().getFlag(Flags.TC)).isTrue();
        query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
        assertThat(client.udp(query).getSection(Section.ANSWER)).hasSize(20);
    }

    @Test
    void ednsIsAnsweredWithEdns() {
        var query = DnsClient.query("host.example.com", Type.A);
        query.addRecord(new OPTRecord(1232, 0, 0, ExtendedFlags.DO), Section.ADDITIONAL);
        var option = client.udp(query).getOPT();
        assertThat(option.getVersion()).isZero();
        assertThat(option.getFlags()).isEqualTo(ExtendedFlags.DO);
    }

    @Test
    void anUnknownEdnsVersionIsBadvers() {
        var query = DnsClient.query("host.example.com", Type.A);
        query.addRecord(new OPTRecord(1232, 0, 1), Section.ADDITIONAL);
        var answer = client.udp(query);
        assertThat(answer.getRcode()).isEqualTo(Rcode.BADVERS);
        assertThat(answer.getOPT().getVersion()).isZero();
        assertThat(answer.getSection(Section.ANSWER)).isEmpty();
    }

    @Test
    void twoOptRecordsAreFormerr() {
        var query = DnsClient.query("host.example.com", Type.A);
        query.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
        query.addRecord(new OPTRecord(1400, 0, 0), Section.ADDITIONAL);
        assertThat(client.udp(query).getRcode()).isEqualTo(Rcode.FORMERR);
    }

    @ParameterizedTest
    @CsvSource({"IQUERY, NOTIMP", "STATUS, NOTIMP", "NOTIFY, NOTIMP", "UPDATE, REFUSED", "DSO, NOTIMP"})
    void onlyQueriesAreImplemented(String opcode, String rcode) {
        var query = DnsClient.query("host.example.com", Type.A);
        query.getHeader().setOpcode(Opcode.value(opcode));
        var answer = client.udp(query);
        assertThat(Rcode.string(answer.getRcode())).isEqualTo(rcode);
        assertThat(answer.getHeader().getOpcode()).isEqualTo(Opcode.value(opcode));
        assertThat(answer.getHeader().getID()).isEqualTo(query.getHeader().getID());
    }

    @ParameterizedTest
    @ValueSource(strings = {"CH", "HS", "ANY"})
    void otherClassesAreRefused(String dclass) {
        var query = Message.newQuery(
                Record.newRecord(Name.fromConstantString("host.example.com."), Type.A, DClass.value(dclass)));
        assertThat(client.udp(query).getRcode()).isEqualTo(Rcode.REFUSED);
    }

    @Test
    void noOrSeveralQuestionsAreFormerr() {
        var none = new Message(7);
        assertThat(client.udp(none).getRcode()).isEqualTo(Rcode.FORMERR);
        var two = DnsClient.query("host.example.com", Type.A);
        two.addRecord(two.getQuestion(), Section.QUESTION);
        assertThat(client.udp(two).getRcode()).isEqualTo(Rcode.FORMERR);
    }

    @Test
    void aSignedQueryIsNotauth() throws Exception {
        var query = DnsClient.query("host.example.com", Type.A);
        query.setTSIG(new TSIG(TSIG.HMAC_SHA256, "key.", "c2VjcmV0c2VjcmV0c2VjcmV0"));
        assertThat(new Message(client.udp(query.toWire(Message.MAXLENGTH))).getRcode())
                .isEqualTo(Rcode.NOTAUTH);
    }

    @Test
    void responsesAndCrumbsGetNoAnswer() throws Exception {
        var response = DnsClient.query("host.example.com", Type.A);
        response.getHeader().setFlag(Flags.QR);
        var query = DnsClient.query("alias.example.com", Type.A);
        try (var socket = new DatagramSocket()) {
            socket.connect(client.server());
            socket.setSoTimeout(30_000);
            for (var wire : List.of(response.toWire(), new byte[0], new byte[11], query.toWire())) {
                socket.send(new DatagramPacket(wire, wire.length));
            }
            var packet = new DatagramPacket(new byte[512], 512);
            socket.receive(packet);
            assertThat(new Message(Arrays.copyOf(packet.getData(), packet.getLength()))
                            .getHeader()
                            .getID())
                    .isEqualTo(query.getHeader().getID());
        }
    }

    @Test
    void transfersAreRefusedToOthers() {
        var answer = client.transfer("example.com");
        assertThat(answer).hasSize(1);
        assertThat(answer.get(0).getRcode()).isEqualTo(Rcode.REFUSED);
        assertThat(answer.get(0).getSection(Section.ANSWER)).isEmpty();
        assertThat(client.udp(DnsClient.query("example.com", Type.AXFR)).getRcode())
                .isEqualTo(Rcode.FORMERR);
    }

    @Test
    void answersQueriesOnOneConnectionInOrder() {
        var queries = new ArrayList<Message>();
        for (var i = 0; i < 100; i++) {
            queries.add(DnsClient.query(i % 2 == 0 ? "host.example.com" : "none.example.com", Type.A));
        }
        var answers = client.tcp(queries, queries.size());
        assertThat(answers)
                .extracting(answer -> answer.getHeader().getID())
                .containsExactlyElementsOf(
                        queries.stream().map(query -> query.getHeader().getID()).toList());
    }

    @Test
    void aMessageShorterThanAHeaderEndsTheConnection() throws Exception {
        try (var socket = client.open()) {
            socket.getOutputStream().write(DnsClient.framed(new byte[0]));
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void silentConnectionsDelayNobodyAndGiveWayToNewcomers() throws Exception {
        var silent = new ArrayList<Socket>();
        try {
            for (var i = 0; i < 200; i++) {
                var socket = client.open();
                socket.getOutputStream().write(0);
                silent.add(socket);
            }
            assertThat(types(client.tcp(DnsClient.query("host.example.com", Type.A)), Section.ANSWER))
                    .isEqualTo("A");
            assertThat(silent.get(0).getInputStream().read())
                    .as("the oldest was closed")
                    .isEqualTo(-1);
        } finally {
            for (var socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void digAgrees() throws Exception {
        var dig = new ProcessBuilder(
                        "dig",
                        "@127.0.0.1",
                        "-p",
                        "" + client.server().getPort(),
                        "+short",
                        "+tries=1",
                        "+time=9",
                        "far.example.net",
                        "A")
                .redirectErrorStream(true)
                .start();
        var out = new String(dig.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(out.lines()).containsExactly("alias.example.com.", "host.example.com.", "192.0.2.1");
    }

    @Test
    void garbageNeverEndsTheServer() throws Exception {
        var random = new Random(20260101);
        var seeds = List.of(
                DnsClient.query("host.example.com", Type.A).toWire(),
                DnsClient.query("_many._tcp.example.com", Type.SRV).toWire(),
                client.udp(DnsClient.query("far.example.net", Type.A).toWire()));
        try (var udp = new DatagramSocket();
                var tcp = client.open()) {
            udp.connect(client.server());
            udp.setSoTimeout(30_000);
            for (var i = 0; i < 100_000; i++) {
                var packet = i % 2 == 0 ? mutated(seeds.get(i / 2 % seeds.size()), random) : garbage(random);
                udp.send(new DatagramPacket(packet, packet.length));
                if (i % 50 == 0) { // keeps step with the server, so that its buffer holds all
                    stillAnswers(udp);
                }
            }
            tcp.setTcpNoDelay(true);
            var in = new DataInputStream(tcp.getInputStream());
            for (var i = 0; i < 500; i++) {
                var packet = mutated(seeds.get(0), random);
                packet[2] &= 0x7F;
                tcp.getOutputStream().write(DnsClient.framed(packet));
                assertThat(in.readNBytes(in.readUnsignedShort()).length).isGreaterThanOrEqualTo(12);
            }
        }
        assertThat(types(client.udp(DnsClient.query("host.example.com", Type.A)), Section.ANSWER))
                .isEqualTo("A");
        assertThat(server.context().health("dns server").ok()).isTrue();
    }

    private static void stillAnswers(DatagramSocket udp) throws Exception {
        var query = DnsClient.query("none.example.com", Type.TXT);
        var wire = query.toWire();
        udp.send(new DatagramPacket(wire, wire.length));
        var packet = new DatagramPacket(new byte[4096], 4096);
        var id = -1;
        while (id != query.getHeader().getID()) {
            packet.setLength(4096);
            udp.receive(packet);
            id = (packet.getData()[0] & 0xFF) << 8 | (packet.getData()[1] & 0xFF);
        }
    }

    private static byte[] garbage(Random random) {
        var bytes = new byte[random.nextInt(600)];
        random.nextBytes(bytes);
        if (bytes.length > 2) {
            bytes[2] &= 0x07; // mostly a query, so that more of it is read
        }
        return bytes;
    }

    private static byte[] mutated(byte[] seed, Random random) {
        var bytes = seed.clone();
        for (var changes = 1 + random.nextInt(4); changes > 0; changes--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        bytes[2] &= 0x7F;
        return bytes;
    }
}
