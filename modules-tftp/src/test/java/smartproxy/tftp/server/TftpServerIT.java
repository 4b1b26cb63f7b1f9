package smartproxy.tftp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.StartException;
import smartproxy.tftp.files.Descriptors;

/** The server over real sockets, and a client that does what clients, networks and enemies do. */
@Timeout(120)
class TftpServerIT {
    private static final Bounds TWO_EACH = new Bounds(3, 2, 10_000);

    @TempDir
    Path root;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 5120})
    void readsFilesOfAnySize(int size) throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            var content = server.file("boot/linux", size);
            assertThat(peer.read("boot/linux")).isEqualTo(content);
        }
    }

    @Test
    void agreesOnOptions() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            var content = server.file("linux", 10_000);
            peer.ask("linux", "tsize|0|blksize|1428|windowsize|4|timeout|5|multicast||");
            var options = peer.receive();
            assertThat(options.text()).isEqualTo("tsize|10000|blksize|1428|windowsize|4|timeout|5|");
            peer.ack(options);
            var received = new ByteArrayOutputStream();
            for (var block = 1; block <= 8; block++) {
                var data = peer.receive();
                assertThat(data.number()).isEqualTo(block);
                received.writeBytes(data.data());
                if (block % 4 == 0) {
                    peer.ack(data);
                }
            }
            assertThat(received.toByteArray()).isEqualTo(content);
        }
    }

    @Test
    void endsLinesAsNetasciiHasThem() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            Files.writeString(root.resolve("text"), "a\nb\r");
            peer.send(TftpPeer.packet(Packets.READ, "text|netascii|"));
            assertThat(new String(peer.receive().data(), StandardCharsets.US_ASCII))
                    .isEqualTo("a\r\nb\r\0");
        }
    }

    @Test
    void servesIpv6() throws Exception {
        try (var server = TestServer.start(
                        root, InetAddress.getByAddress(HexFormat.of().parseHex("0".repeat(31) + "1")));
                var peer = server.peer()) {
            var content = server.file("linux", 3000);
            assertThat(peer.read("linux")).isEqualTo(content);
            assertThat(server.context.health().detail()).startsWith("listening on [::1]:");
        }
    }

    @Test
    void allOfIpv6IsAllOfIpv4Too() throws Exception {
        try (var server = TestServer.start(root, InetAddress.getByName("::"))) {
            var content = server.file("linux", 3000);
            for (var address : new String[] {"127.0.0.1", "::1"}) {
                var own = InetAddress.getByName(address);
                try (var peer = new TftpPeer(new InetSocketAddress(own, server.address.getPort()), own)) {
                    assertThat(peer.read("linux")).as(address).isEqualTo(content);
                }
            }
        }
    }

    @Test
    void aTransferHasAPortOfItsOwnUnlessThereIsToBeOne() throws Exception {
        try (var server = TestServer.start(root)) {
            server.file("linux", 3000);
            try (var peer = server.peer()) {
                peer.ask("linux", "");
                assertThat(peer.receive().from().getPort()).isNotEqualTo(server.address.getPort());
            }
            server.reload(true, TestServer.WIDE);
            try (var peer = server.peer();
                    var other = server.peer()) {
                peer.ask("linux", "blksize|1000|");
                var first = peer.receive();
                assertThat(first.from()).isEqualTo(server.address);
                assertThat(other.read("linux")).hasSize(3000);
                assertThat(peer.rest(first, 1000)).hasSize(3000);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTransferThatHasEndedHoldsNeitherItsFileNorItsPort(boolean complete) throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            server.file("linux", 3000);
            peer.ask("linux", "timeout|100|");
            var options = peer.receive();
            assertThat(Descriptors.below(root)).hasSize(1);
            if (complete) {
                peer.rest(options, 512);
            } else {
                peer.send(new byte[] {0, 5, 0, 0, 0}, options.from());
            }
            await().ignoreException(BindException.class).untilAsserted(() -> {
                assertThat(Descriptors.below(root)).isEmpty();
                try (var port = new DatagramSocket(options.from())) {
                    assertThat(port.isBound()).isTrue();
                }
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "absent, 1 not found",
        "boot, 2 a directory",
        "boot/linux/x, 1 not found",
        "../secret, 2 outside of the root",
        "/../secret, 2 outside of the root",
        "boot/../../secret, 2 outside of the root",
        "..\\secret, 2 outside of the root",
        "out, 2 outside of the root",
        "/, 2 outside of the root",
        "., 2 outside of the root",
        "'new\nline', 2 not a file name"
    })
    void whatIsNotThereOrNotBelowTheRootIsRefused(String name, String error) throws Exception {
        var below = Files.createDirectory(root.resolve("root"));
        Files.writeString(root.resolve("secret"), "secret");
        Files.createSymbolicLink(below.resolve("out"), root.resolve("secret"));
        try (var server = TestServer.start(below);
                var peer = server.peer()) {
            server.file("boot/linux", 10);
            assertThat(peer.error(TftpPeer.packet(Packets.READ, name + "|octet|")))
                    .isEqualTo(error);
            assertThat(peer.read("boot/linux")).hasSize(10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/boot/linux", "//boot//linux", "\\boot\\linux", "boot/./linux", "boot/../boot/linux"})
    void namesAreReadAsLoadersSendThem(String name) throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            var content = server.file("boot/linux", 100);
            assertThat(peer.read(name)).isEqualTo(content);
        }
    }

    @Test
    void aNameIsAsLongAsAPacketAllows() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            var name = ("x".repeat(200) + "/").repeat(4) + "file";
            var content = server.file(name, 10);
            assertThat(peer.read(name)).isEqualTo(content);
            assertThat(peer.error(TftpPeer.packet(Packets.READ, "x".repeat(300) + "|octet|")))
                    .startsWith("2 ");
            assertThat(peer.error(TftpPeer.packet(Packets.READ, "x".repeat(3000) + "|octet|")))
                    .isEqualTo("4 the request is too long");
        }
    }

    @Test
    void writesNothing() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            var content = server.file("linux", 10);
            for (var name : new String[] {"linux", "new"}) {
                assertThat(peer.error(TftpPeer.packet(Packets.WRITE, name + "|octet|")))
                        .isEqualTo("2 this server is read-only");
            }
            assertThat(root.resolve("linux")).hasBinaryContent(content);
            assertThat(root.resolve("new")).doesNotExist();
        }
    }

    /** The source of a forged packet; nothing can be sent there. */
    @Test
    void anAnswerToPortZeroIsLostAndHurtsNobody() throws Exception {
        var loopback = InetAddress.getLoopbackAddress();
        try (var selector = Selector.open();
                var port = Port.listening(new InetSocketAddress(loopback, 0), selector)) {
            assertThat(port.send(Packets.error(TftpError.NOT_FOUND, "not found"), new InetSocketAddress(loopback, 0)))
                    .isTrue();
        }
    }

    @Test
    void whatIsNoTftpIsAnsweredOnceOrNotAtAll() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            server.file("linux", 10);
            assertThat(peer.error(new byte[] {0, 1})).isEqualTo("4 not a whole request");
            assertThat(peer.error(TftpPeer.packet(Packets.READ, "linux|mail|"))).startsWith("4 the mode");
            assertThat(peer.error(TftpPeer.packet(Packets.READ, "lin|ux|octet|")))
                    .startsWith("4 the mode");
            assertThat(peer.error(new byte[] {0, 9, 0, 0})).isEqualTo("4 not a TFTP packet");
            assertThat(peer.error(new byte[] {7})).isEqualTo("4 not a TFTP packet");
            assertThat(peer.error(new byte[] {})).isEqualTo("4 not a TFTP packet");
            assertThat(peer.error(new byte[] {0, 4, 0, 1})).isEqualTo("5 unknown transfer");
            assertThat(peer.error(new byte[] {0, 3, 0, 1, 65})).isEqualTo("5 unknown transfer");
            peer.send(new byte[] {0, 5, 0, 0, 0}); // an error is not answered
            assertThat(peer.read("linux")).hasSize(10);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aStrangerIsToldOffAndDisturbsNothing(boolean singlePort) throws Exception {
        try (var server = TestServer.start(root, singlePort, TestServer.WIDE);
                var peer = server.peer();
                var stranger = server.peer()) {
            var content = server.file("linux", 3000);
            peer.ask("linux", "");
            var first = peer.receive();
            stranger.ack(1, first.from());
            var told = stranger.receive();
            assertThat(told.from()).isEqualTo(first.from());
            assertThat(told.number()).isEqualTo(TftpError.UNKNOWN_TRANSFER);
            stranger.send(new byte[] {0, 5, 0, 0, 0}, first.from()); // not the client's error
            assertThat(peer.rest(first, 512)).isEqualTo(content);
        }
    }

    @Test
    void aRequestThatComesTwiceIsOneTransfer() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            var content = server.file("linux", 3000);
            peer.ask("linux", "blksize|1000|");
            var first = peer.receive();
            peer.ask("linux", "blksize|1000|");
            var second = peer.receive();
            assertThat(second.from()).isEqualTo(first.from());
            assertThat(second.bytes()).isEqualTo(first.bytes());
            assertThat(peer.rest(second, 1000)).isEqualTo(content);
            await().untilAsserted(
                            () -> assertThat(server.context.metric("smart_proxy_tftp_transfers_total{result=complete}"))
                                    .isEqualTo(1));
            assertThat(server.context.metric("smart_proxy_tftp_sessions")).isZero();
        }
    }

    @Test
    void aClientThatBeginsAnewFromThePortItHadGetsItsFile() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            server.file("linux", 3000);
            var other = server.file("other", 2000);
            peer.ask("linux", "");
            var first = peer.receive();
            peer.ack(first);
            peer.receive();
            peer.ask("other", "");
            var reply = peer.receive();
            while (reply.from().equals(first.from())) { // a repetition of what was given up
                reply = peer.receive();
            }
            assertThat(peer.rest(reply, 512)).isEqualTo(other);
            assertThat(server.context.metric("smart_proxy_tftp_transfers_total{result=aborted}"))
                    .isEqualTo(1);
        }
    }

    /** An error would end its boot: it comes from the port that the next file is asked of. */
    @Test
    void anAcknowledgementThatComesTwiceDoesNotSpoilTheNextFile() throws Exception {
        try (var server = TestServer.start(root, true, TestServer.WIDE);
                var peer = server.peer()) {
            server.file("linux", 100);
            var other = server.file("other", 2000);
            peer.ask("linux", "");
            var only = peer.receive();
            peer.ack(only);
            peer.ack(only);
            assertThat(peer.read("other")).isEqualTo(other);
        }
    }

    @Test
    void aClientThatOnlyWantsTheSizeBreaksOff() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            server.file("linux", 3000);
            peer.ask("linux", "tsize|0|");
            var options = peer.receive();
            assertThat(options.text()).isEqualTo("tsize|3000|");
            peer.send(new byte[] {0, 5, 0, 8, 0}, options.from());
            await().untilAsserted(() -> assertThat(server.context.metric("smart_proxy_tftp_sessions"))
                    .isZero());
            assertThat(server.context.metric("smart_proxy_tftp_transfers_total{result=aborted}"))
                    .isEqualTo(1);
        }
    }

    @Test
    void whatIsLostIsSentAgain() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            var content = server.file("linux", 2000);
            peer.ask("linux", "");
            var first = peer.receive();
            assertThat(peer.receive().bytes()).isEqualTo(first.bytes());
            assertThat(peer.rest(first, 512)).isEqualTo(content);
            assertThat(server.context.metric("smart_proxy_tftp_retransmissions_total"))
                    .isGreaterThanOrEqualTo(1);
        }
    }

    /** A client with a network that loses, doubles and swaps what it sends and gets. */
    private static byte[] readOverABadNetwork(TftpPeer peer, int window, Random random) throws IOException {
        peer.ask("linux", "blksize|300|windowsize|" + window + "|");
        var blocks = new TreeMap<Integer, byte[]>();
        var whole = 0;
        while (true) {
            var reply = peer.receive();
            if (random.nextInt(10) == 0) {
                continue;
            }
            if (reply.opcode() == Packets.OPTIONS_ACK) {
                peer.ack(reply);
                continue;
            }
            if (reply.number() == whole + 1) {
                blocks.put(++whole, reply.data());
            }
            var times = random.nextInt(8) == 0 ? 2 : random.nextInt(12) == 0 ? 0 : 1;
            for (var i = 0; i < times; i++) {
                peer.ack(Math.max(0, whole - (random.nextInt(6) == 0 ? random.nextInt(window + 2) : 0)), reply.from());
            }
            var newest = blocks.get(whole);
            if (newest != null && newest.length < 300) {
                peer.ack(whole, reply.from());
                var out = new ByteArrayOutputStream();
                blocks.values().forEach(out::writeBytes);
                return out.toByteArray();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16})
    void arrivesWholeOverABadNetwork(int window) throws Exception {
        try (var server = TestServer.start(root)) {
            var content = server.file("linux", 20_000);
            for (var seed = 0; seed < 4; seed++) {
                try (var peer = server.peer()) {
                    assertThat(readOverABadNetwork(peer, window, new Random(seed)))
                            .as("seed " + seed)
                            .isEqualTo(content);
                }
            }
        }
    }

    @Test
    void blocksAreNumberedOnBeyond65535() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer()) {
            var content = server.file("linux", 8 * 66_000 + 1);
            peer.ask("linux", "blksize|8|windowsize|64|");
            peer.ack(peer.receive());
            var received = new ByteArrayOutputStream();
            for (var block = 1; block <= 66_001; ) {
                var data = peer.receive();
                if (data.number() == (block & 0xffff)) {
                    received.writeBytes(data.data());
                    if (block % 64 == 0 || block == 66_001) {
                        peer.ack(data);
                    }
                    block++;
                }
            }
            assertThat(received.toByteArray()).isEqualTo(content);
        }
    }

    @Test
    void beyondItsBoundsItIsSilentUntilThereIsRoom() throws Exception {
        try (var server = TestServer.start(root, false, TWO_EACH);
                var one = server.peer();
                var two = server.peer();
                var three = server.peer();
                var elsewhere = new TftpPeer(server.address, InetAddress.getByName("127.0.0.2"));
                var fourth = new TftpPeer(server.address, InetAddress.getByName("127.0.0.3"))) {
            server.file("linux", 3000);
            one.ask("linux", "timeout|100|");
            var held = one.receive();
            two.ask("linux", "timeout|100|");
            two.receive();
            three.ask("linux", "timeout|100|"); // the third of its address
            elsewhere.ask("linux", "timeout|100|");
            elsewhere.receive();
            fourth.ask("linux", "timeout|100|"); // the fourth of all
            await().untilAsserted(
                            () -> assertThat(server.context.metric("smart_proxy_tftp_errors_total{reason=over_limit}"))
                                    .isEqualTo(2));
            assertThat(server.context.metric("smart_proxy_tftp_sessions")).isEqualTo(3);
            one.send(new byte[] {0, 5, 0, 0, 0}, held.from());
            await().untilAsserted(() -> assertThat(server.context.metric("smart_proxy_tftp_sessions"))
                    .isEqualTo(2));
            three.ask("linux", "timeout|100|");
            assertThat(three.receive().opcode()).isEqualTo(Packets.OPTIONS_ACK);
        }
    }

    @Test
    void aClientThatAsksTooOftenIsNotAnswered() throws Exception {
        try (var server = TestServer.start(root, false, new Bounds(10, 10, 1));
                var peer = server.peer()) {
            server.file("linux", 10);
            for (var i = 0; i < 50; i++) {
                peer.ask("absent" + i, "");
            }
            await().untilAsserted(
                            () -> assertThat(server.context.metric("smart_proxy_tftp_errors_total{reason=over_limit}"))
                                    .isGreaterThan(20));
            assertThat(server.context.metric("smart_proxy_tftp_errors_total{reason=not_found}"))
                    .isBetween(2.0, 30.0);
            try (var other = new TftpPeer(server.address, InetAddress.getByName("127.0.0.2"))) {
                assertThat(other.read("linux")).hasSize(10);
            }
        }
    }

    @Test
    void aReloadKeepsTransfersAndGivesRequestsToTheNextOne() throws Exception {
        try (var server = TestServer.start(root);
                var peer = server.peer();
                var next = server.peer()) {
            var content = server.file("linux", 3000);
            peer.ask("linux", "timeout|100|");
            var options = peer.receive();
            server.reload(true, TestServer.WIDE);
            next.ask("linux", "");
            assertThat(next.receive().from()).isEqualTo(server.address);
            assertThat(peer.rest(options, 512)).isEqualTo(content);
            assertThat(server.context.health().ok()).isTrue();
        }
    }

    @Test
    void atTheEndTransfersMayEndAndRequestsAreNotAnswered() throws Exception {
        var server = TestServer.start(root);
        try (var peer = server.peer();
                var late = server.peer();
                var stuck = server.peer()) {
            var content = server.file("linux", 3000);
            peer.ask("linux", "timeout|100|");
            var options = peer.receive();
            stuck.ask("linux", "timeout|100|");
            stuck.receive();
            var closing = CompletableFuture.runAsync(server::close);
            assertThat(peer.rest(options, 512)).isEqualTo(content);
            late.ask("linux", "");
            closing.get();
            var told = stuck.receive();
            assertThat(told.opcode()).isEqualTo(Packets.ERROR);
            assertThat(told.text()).contains("the server is stopping");
            try (var port = new DatagramSocket(server.address)) {
                assertThat(port.isBound()).isTrue();
            }
            assertThat(server.context.health().ok()).isFalse();
        }
    }

    /** As when the daemon ends while a socket that broke is bound again. */
    @Test
    void aSocketThatIsBoundAfterTheEndWaitsForNoPacket() throws Exception {
        var end = new CountDownLatch(1);
        end.countDown();
        var sessions = Sessions.bind(TestServer.free(InetAddress.getLoopbackAddress()), () -> null);
        try {
            assertTimeoutPreemptively(Duration.ofSeconds(10), () -> sessions.serve(end));
        } finally {
            sessions.close("the end");
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (var server = TestServer.start(root);
                var taken = new DatagramSocket(TestServer.free(server.address.getAddress()))) {
            var settings = new TftpServerSettings(
                    true, java.util.List.of((InetSocketAddress) taken.getLocalSocketAddress()), false, TestServer.WIDE);
            try (var other = new TftpServer(settings, new smartproxy.tftp.files.FileStore(root), new TestContext())) {
                assertThatThrownBy(other::start)
                        .isInstanceOf(StartException.class)
                        .hasMessageStartingWith("tftp_server: cannot listen on 127.0.0.1:" + taken.getLocalPort())
                        .hasMessageContaining("ss -lnpu 'sport = " + taken.getLocalPort());
            }
        }
    }

    @Test
    void anAddressOfAnotherHostIsNamed() throws Exception {
        var settings = new TftpServerSettings(
                true, java.util.List.of(new InetSocketAddress("203.0.113.1", 6969)), false, TestServer.WIDE);
        try (var server = new TftpServer(settings, new smartproxy.tftp.files.FileStore(root), new TestContext())) {
            assertThatThrownBy(server::start)
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("203.0.113.1:6969")
                    .hasMessageEndingWith("give the host that address or change :tftp_server: in tftp.yml");
        }
    }

    @Test
    void aHundredThousandPacketsOfAnyKindDoNotHurtIt() throws Exception {
        var random = new Random(11);
        try (var server = TestServer.start(root, false, new Bounds(100, 100, 10_000));
                var peer = server.peer();
                var victim = server.peer()) {
            var content = server.file("linux", 3000);
            victim.ask("linux", "timeout|1|");
            var options = victim.receive();
            var valid = TftpPeer.packet(Packets.READ, "linux|octet|blksize|1428|windowsize|16|tsize|0|timeout|1|");
            for (var i = 0; i < 100_000; i++) {
                byte[] packet;
                if (random.nextInt(4) == 0) {
                    packet = valid.clone();
                    for (var changes = random.nextInt(6); changes > 0; changes--) {
                        packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
                    }
                } else {
                    packet = new byte[random.nextInt(random.nextInt(50) == 0 ? 9000 : 60)];
                    random.nextBytes(packet);
                    if (packet.length > 1) {
                        packet[0] = 0;
                        packet[1] = (byte) random.nextInt(8);
                    }
                }
                peer.send(packet, random.nextInt(10) == 0 ? options.from() : server.address);
            }
            assertThat(victim.rest(options, 512)).isEqualTo(content);
            assertThat(server.context.health().ok()).isTrue();
            assertThat(server.context.metric("smart_proxy_tftp_errors_total{reason=stray}"))
                    .isGreaterThan(1000);
        }
    }
}
