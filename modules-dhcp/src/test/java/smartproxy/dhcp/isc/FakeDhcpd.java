package smartproxy.dhcp.isc;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import smartproxy.core.api.Secret;
import smartproxy.dhcp.isc.OmapiMessage.Values;

/** OMAPI in this process, whose answers the test writes. It knows one key. */
final class FakeDhcpd implements AutoCloseable {
    static final OmapiKey KEY = OmapiKey.of("k", OmapiKey.Algorithm.HMAC_SHA256, new Secret("c2VjcmV0c2VjcmV0"));

    /** What is done with a question. */
    @FunctionalInterface
    interface Script {
        void on(OmapiMessage question, Reply reply) throws IOException;
    }

    /** The connection that a question came on. */
    record Reply(Socket socket, OutputStream out) {
        void signed(OmapiMessage answer) throws IOException {
            var plain = answer.encode(KEY.algorithm().bytes);
            out.write(ByteBuffer.allocate(plain.length + KEY.algorithm().bytes)
                    .put(plain)
                    .put(KEY.signer().sign(plain))
                    .array());
        }

        void bytes(byte[] bytes) throws IOException {
            out.write(bytes);
        }

        void cut() throws IOException {
            socket.close();
        }
    }

    final AtomicInteger connections = new AtomicInteger();
    final List<OmapiMessage> questions = new CopyOnWriteArrayList<>();
    private volatile Socket served = new Socket();
    volatile Script script = (question, reply) -> reply.signed(notFound(question));
    private final ServerSocket listener;
    private final Thread thread;

    FakeDhcpd() throws IOException {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        thread = new Thread(this::accept, "fake dhcpd");
        thread.setDaemon(true);
        thread.start();
    }

    OmapiServer server() {
        return new OmapiServer("127.0.0.1", listener.getLocalPort(), Optional.of(KEY));
    }

    static OmapiMessage status(OmapiMessage question, int result) {
        return new OmapiMessage(
                1,
                OmapiMessage.STATUS,
                0,
                77,
                question.id(),
                new Values().with("result", result).map(),
                new Values().map());
    }

    static OmapiMessage notFound(OmapiMessage question) {
        return status(question, OmapiResult.NOT_FOUND);
    }

    static OmapiMessage host(OmapiMessage question, String name, int ip, byte[] mac) {
        return new OmapiMessage(
                1,
                OmapiMessage.UPDATE,
                5,
                78,
                question.id(),
                new Values().map(),
                new Values()
                        .with("name", name)
                        .with("ip-address", ip)
                        .with("hardware-address", mac)
                        .map());
    }

    static boolean isCreate(OmapiMessage question) {
        return question.message().containsKey("create");
    }

    private void accept() {
        try {
            while (true) {
                // as dhcpd: one after the other
                try (var socket = listener.accept()) {
                    served = socket;
                    if (listener.isClosed()) {
                        return;
                    }
                    connections.incrementAndGet();
                    serve(socket);
                } catch (IOException e) {
                    if (listener.isClosed()) {
                        return;
                    }
                }
            }
        } catch (RuntimeException e) {
            throw new AssertionError(e);
        }
    }

    private void serve(Socket socket) throws IOException {
        var out = socket.getOutputStream();
        out.write(ByteBuffer.allocate(8).putInt(100).putInt(24).array());
        var in = new DataInputStream(socket.getInputStream());
        in.readLong();
        while (true) {
            var received = OmapiMessage.read(in);
            var question = received.message();
            if (question.authId() == 0) {
                var answer = new OmapiMessage(
                        0, OmapiMessage.UPDATE, 1, 76, question.id(), new Values().map(), question.object());
                out.write(answer.encode(0));
                continue;
            }
            if (!KEY.signer().verifies(received.unsigned(), received.signature())) {
                out.write(status(question, OmapiResult.BAD_SIGNATURE).encode(0));
                continue;
            }
            questions.add(question);
            script.on(question, new Reply(socket, out));
        }
    }

    /** Afterwards connections are refused: one that came in this moment may have been taken still. */
    @Override
    public void close() throws IOException {
        listener.close();
        served.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
