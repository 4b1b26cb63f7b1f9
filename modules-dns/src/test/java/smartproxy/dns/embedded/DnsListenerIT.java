package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Type;
import smartproxy.core.daemon.FreePorts;
import smartproxy.dns.DnsClient;

final class DnsListenerIT {
    private static final QueryHandler ECHO = (query, peer, reply) -> reply.send(query);
    private static final TcpServer.Bounds PATIENT = new TcpServer.Bounds(128, 32, Duration.ofMinutes(10));

    private static InetSocketAddress address() throws IOException {
        return TestServer.loopback(FreePorts.next());
    }

    private static int id(DnsClient client, boolean stream) {
        var query = DnsClient.query("host.example.com", Type.A);
        var answer = stream ? client.tcp(query) : client.udp(query);
        return answer.getHeader().getID() - query.getHeader().getID();
    }

    @Test
    void aSocketThatBreaksIsOpenedAgain() throws Exception {
        var address = address();
        try (var listener = DnsListener.open(address)) {
            var calls = new AtomicInteger();
            listener.use((query, peer, reply) -> {
                if (calls.incrementAndGet() == 1) {
                    throw new IOException("broken for a test");
                }
                reply.send(query);
            });
            var client = new DnsClient(address);
            try (var socket = new DatagramSocket()) {
                socket.send(new DatagramPacket(new byte[12], 12, address));
                await().until(() -> calls.get() == 1);
            }
            // what is sent before the socket is opened again is lost
            await().atMost(Duration.ofMinutes(2)).ignoreExceptions().until(() -> id(client, false) == 0);
            assertThat(listener.isListening()).isTrue();
            assertThat(id(client, true)).isZero();
        }
    }

    @Test
    void theHandlerThatCameLastAnswers() throws Exception {
        var address = address();
        try (var listener = DnsListener.open(address)) {
            var client = new DnsClient(address);
            try (var first = listener.use(ECHO)) {
                var calls = new AtomicInteger();
                try (var second = listener.use((query, peer, reply) -> {
                    calls.incrementAndGet();
                    reply.send(query);
                })) {
                    assertThat(second).isNotSameAs(first);
                    id(client, false);
                    id(client, true);
                    assertThat(calls).hasValue(2);
                }
                id(client, false);
                assertThat(calls).hasValue(2);
            }
        }
    }

    @Test
    void aQuietConnectionIsClosedAndABusyOneIsNot() throws Exception {
        var address = address();
        var bounds = new TcpServer.Bounds(128, 32, Duration.ofSeconds(3));
        try (var listener = DnsListener.open(address, bounds);
                var quiet = new DnsClient(address).open();
                var busy = new DnsClient(address).open()) {
            listener.use(ECHO);
            quiet.getOutputStream().write(0); // begins a message and never ends it
            var query =
                    DnsClient.framed(DnsClient.query("host.example.com", Type.A).toWire());
            quiet.setSoTimeout(1);
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                busy.getOutputStream().write(query);
                busy.getInputStream().readNBytes(query.length);
                return isClosed(quiet);
            });
            busy.getOutputStream().write(query);
            assertThat(busy.getInputStream().readNBytes(query.length)).isEqualTo(query);
        }
    }

    private static boolean isClosed(Socket socket) throws IOException {
        try {
            return socket.getInputStream().read() == -1;
        } catch (SocketTimeoutException e) {
            return false;
        }
    }

    @Test
    void aClientThatTakesNoAnswersDelaysNobody() throws Exception {
        var address = address();
        try (var listener = DnsListener.open(address, PATIENT);
                var slow = new DnsClient(address).open()) {
            var full = new AtomicInteger();
            listener.use((query, peer, reply) -> {
                if (query.length == 12) {
                    full.incrementAndGet();
                    for (var i = 0; i < 10_000; i++) {
                        reply.send(new byte[60_000]);
                    }
                }
                reply.send(query);
            });
            slow.getOutputStream().write(DnsClient.framed(new byte[12]));
            await().until(() -> full.get() == 1);
            assertThat(id(new DnsClient(address), true)).isZero();
            assertThat(id(new DnsClient(address), false)).isZero();
        }
    }

    @Test
    void anAddressHasItsShareOfConnectionsAndTheOldestGoes() throws Exception {
        var address = address();
        try (var listener = DnsListener.open(address, new TcpServer.Bounds(8, 3, Duration.ofMinutes(10)))) {
            listener.use(ECHO);
            var neighbour = new Socket();
            neighbour.bind(new InetSocketAddress("127.0.0.9", 0));
            neighbour.connect(address);
            neighbour.setSoTimeout(30_000);
            var open = new ArrayList<Socket>(List.of(neighbour));
            for (var i = 0; i < 6; i++) {
                open.add(new DnsClient(address).open());
                exchange(open.get(open.size() - 1));
            }
            for (var i = 1; i <= 3; i++) {
                assertThat(open.get(i).getInputStream().read())
                        .as("connection %d", i)
                        .isEqualTo(-1);
            }
            for (var kept : List.of(open.get(0), open.get(4), open.get(5), open.get(6))) {
                exchange(kept);
                kept.close();
            }
        }
    }

    private static void exchange(Socket socket) throws IOException {
        var query = DnsClient.framed(DnsClient.query("host.example.com", Type.A).toWire());
        socket.getOutputStream().write(query);
        assertThat(socket.getInputStream().readNBytes(query.length)).isEqualTo(query);
    }
}
