package smartproxy.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HealthSource.Health;

class BootServerIT {
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

    @Test
    void loopbackIsNoPlaceToLoadFrom() throws Exception {
        var server = new BootServer(Optional.of("127.0.0.1"), () -> "listens on 127.0.0.1:6969");
        server.refresh();
        Awaitility.await().until(() -> !server.health().ok());
        assertThat(server.health().detail())
                .startsWith("hosts load from 127.0.0.1 (127.0.0.1);"
                        + " the built-in TFTP server listens on 127.0.0.1:6969;"
                        + " that is loopback, no other host can load from there; ");
    }

    @Test
    void healthTellsWhetherATftpServerAnswersThere() throws Exception {
        try (var silent = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            assertThat(seen(silent.getLocalPort()))
                    .returns(false, Health::ok)
                    .satisfies(seen -> assertThat(seen.detail())
                            .contains("; nothing answers there on UDP port " + silent.getLocalPort() + "; seen ")
                            .endsWith(" s ago"));
        }
        try (var answering = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            var port = answering.getLocalPort();
            var thread = answer(answering, answering);
            assertThat(seen(port).detail()).contains("; a TFTP server answers at 127.0.0.1 port " + port + "; seen ");
            thread.join();
        }
    }

    private static Health seen(int port) {
        var server = new BootServer(Optional.of("127.0.0.1"), () -> BootServer.OFF, port);
        assertThat(server.health().detail()).as("nobody waits for a look").isEqualTo("not looked at yet");
        server.refresh();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> !server.health().detail().equals("not looked at yet"));
        return server.health();
    }

    private static Thread answer(DatagramSocket server, DatagramSocket from) {
        var answering = new Thread(() -> {
            try {
                var request = new DatagramPacket(new byte[100], 100);
                server.receive(request);
                var error = new byte[] {0, 5, 0, 1, 'n', 'o', 0};
                from.send(new DatagramPacket(error, error.length, request.getSocketAddress()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        answering.start();
        return answering;
    }

    @Test
    void anAddressOfAnotherHostIsSaid() throws Exception {
        var server = new BootServer(Optional.of("192.0.2.77"), () -> BootServer.OFF);
        assertThat(server.finding())
                .hasToString("warning: boot server: hosts load from 192.0.2.77 (192.0.2.77);"
                        + " the built-in TFTP server is off;"
                        + " that is no address of this host, where the files are written;"
                        + " correct tftp_servername in tftp.yml");
        assertThat(server.findings(Deadline.in(Duration.ofMillis(300))))
                .extracting(Finding::toString)
                .containsExactly("warning: boot server: nothing answers at 192.0.2.77 port 69 (UDP);"
                        + " start the TFTP server there, or correct tftp_servername in tftp.yml");
    }

    @Test
    void aNameIsLookedUpByTheLiveCheckAlone() throws Exception {
        var server = new BootServer(Optional.of("no-such-host.invalid"), () -> "is to listen on [::1]:69");
        assertThat(server.finding())
                .hasToString("ok: boot server: hosts load from no-such-host.invalid;"
                        + " the built-in TFTP server is to listen on [::1]:69");
        assertThat(server.findings(Deadline.in(Duration.ofMillis(300))))
                .extracting(Finding::toString)
                .containsExactly("warning: boot server: hosts load from no-such-host.invalid;"
                        + " the built-in TFTP server is to listen on [::1]:69; the name has no address;"
                        + " correct tftp_servername in tftp.yml");
    }

    @Test
    void withoutANameForemanTakesTheHostOfTheUrl() throws Exception {
        var server = new BootServer(Optional.empty(), () -> BootServer.OFF);
        assertThat(server.finding())
                .hasToString(
                        "ok: boot server: hosts load from the server that Foreman takes;"
                                + " the built-in TFTP server is off;"
                                + " tftp_servername is not set: Foreman takes the host of this proxy's URL, which may be another one");
        assertThat(server.findings(Deadline.in(Duration.ofMillis(300))).get(0).found())
                .contains("tftp_servername is not set: Foreman takes the host of this proxy's URL");
    }

    @Test
    void anAnswerOfAnyKindIsOneAndSilenceIsNone() throws Exception {
        try (var server = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
                var reply = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            var address = (InetSocketAddress) server.getLocalSocketAddress();
            assertThat(TftpProbe.answers(address, Deadline.in(Duration.ofMillis(200))))
                    .isFalse();
            server.receive(new DatagramPacket(new byte[100], 100)); // of the first look
            var answering = answer(server, reply);
            assertThat(TftpProbe.answers(address, Deadline.in(Duration.ofSeconds(10))))
                    .isTrue();
            answering.join();
        }
    }
}
