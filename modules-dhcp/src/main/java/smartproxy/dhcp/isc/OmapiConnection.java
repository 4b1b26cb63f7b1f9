package smartproxy.dhcp.isc;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.isc.OmapiClient.Host;
import smartproxy.dhcp.isc.OmapiMessage.Values;

/**
 * One connection to dhcpd, presented the key. One message at a time; after a failure it is of no use. Not thread-safe.
 *
 * <p>Closing it discards what was not sent yet.
 */
final class OmapiConnection implements AutoCloseable {
    private static final int VERSION = 100;
    private static final int HEADER = 24;

    /** dhcpd takes one connection after the other; a SYN that found its queue full is sent again after a second. */
    private static final Duration CONNECT = Duration.ofSeconds(5);

    /** As many hosts that were created on it are removed without a look for them. */
    private static final int MOST_CREATED = 1000;

    private final Socket socket = new Socket();
    private final Map<String, Host> created = new LinkedHashMap<>();
    private final TimedInput timed;
    private final DataInputStream in;
    private final OmapiServer server;
    private int nextId = new SecureRandom().nextInt();
    private int authId;
    private Optional<OmapiKey.Signer> signer = Optional.empty();
    private long heardAt;
    private boolean failed;

    private OmapiConnection(OmapiServer server, Deadline deadline) throws IOException {
        this.server = server;
        try {
            socket.setTcpNoDelay(true);
            socket.setSoLinger(true, 0);
            var millis = deadline.within(CONNECT).leftMillis();
            if (millis == 0) {
                throw new SocketTimeoutException("no time was left to connect to " + server);
            }
            // the name may have another address by now
            var address = new InetSocketAddress(InetAddress.getByName(server.host()), server.port());
            socket.connect(address, (int) millis);
            timed = new TimedInput(socket);
            in = new DataInputStream(new BufferedInputStream(timed));
        } catch (IOException e) {
            close();
            throw e instanceof SocketTimeoutException
                    ? timeout("does not take the connection to " + server)
                    : new IOException("connection to " + server + ": " + e.getMessage(), e);
        }
    }

    /**
     * @throws BackendException {@code REJECTED} when dhcpd does not take the key
     * @throws IOException when it cannot be reached, or does not answer
     */
    static OmapiConnection open(OmapiServer server, Deadline deadline) throws IOException {
        var connection = new OmapiConnection(server, deadline);
        try {
            connection.greet(deadline);
            if (server.key().isPresent()) {
                connection.present(server.key().get(), deadline);
            }
            return connection;
        } catch (IOException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private void greet(Deadline deadline) throws IOException {
        var greeting = ByteBuffer.allocate(8).putInt(VERSION).putInt(HEADER);
        socket.getOutputStream().write(greeting.array());
        timed.until(deadline);
        try {
            var version = in.readInt();
            var header = in.readInt();
            if (version != VERSION || header != HEADER) {
                throw BackendException.rejected(server + " does not speak OMAPI " + VERSION
                        + "; is it dhcpd's omapi-port? It greets with " + version + " and " + header);
            }
        } catch (EOFException e) {
            throw new IOException(server + " closed the connection at once", e);
        }
    }

    private void present(OmapiKey key, Deadline deadline) throws IOException {
        var answer = ask(
                OmapiMessage.ask(
                        OmapiMessage.OPEN,
                        0,
                        new Values().with("type", "authenticator"),
                        new Values()
                                .with("name", key.name())
                                .with("algorithm", key.algorithm().wireName())),
                deadline);
        if (answer.op() != OmapiMessage.UPDATE || answer.handle() == 0) {
            throw BackendException.rejected(server + " does not know " + key
                    + "; name and algorithm must be those of omapi-key in dhcpd.conf (answer: "
                    + OmapiResult.text(answer) + ")");
        }
        authId = answer.handle();
        signer = Optional.of(key.signer());
    }

    /** Remembers a host that was created on it: handles are those of the dhcpd at its other end, and of no later one. */
    void created(Host host) {
        created.put(host.name().orElseThrow(), host);
        if (created.size() > MOST_CREATED) {
            created.remove(created.keySet().iterator().next());
        }
    }

    /** One that was created on it, and not asked for since. */
    Optional<Host> created(String name) {
        return Optional.ofNullable(created.remove(name));
    }

    /** Whether dhcpd answered within that time, and nothing failed since. */
    boolean heardWithin(Duration time) {
        return !failed && System.nanoTime() - heardAt <= time.toNanos();
    }

    boolean isUsable() {
        return !failed;
    }

    /**
     * Sends a question and waits for its answer.
     *
     * @throws IOException when it was not answered; it may have been carried out
     */
    OmapiMessage ask(OmapiMessage question, Deadline deadline) throws IOException {
        var done = false;
        try {
            var id = nextId++;
            var plain = question.sentAs(id, authId)
                    .encode(signer.map(by -> by.key().algorithm().bytes).orElse(0));
            if (plain.length > OmapiMessage.MOST) {
                throw new IllegalArgumentException("message of " + plain.length + " bytes");
            }
            var signature = signer.map(by -> by.sign(plain)).orElse(new byte[0]);
            var wire = ByteBuffer.allocate(plain.length + signature.length)
                    .put(plain)
                    .put(signature);
            // one message is on its way at most, and the system's buffers hold it: this does not block
            socket.getOutputStream().write(wire.array());
            timed.until(deadline);
            while (true) {
                var received = OmapiMessage.read(in);
                if (received.message().rid() != id) {
                    continue; // a notification
                }
                verify(received);
                heardAt = System.nanoTime();
                done = true;
                return received.message();
            }
        } catch (SocketTimeoutException e) {
            throw timeout("does not answer");
        } catch (EOFException e) {
            throw new IOException(server + " closed the connection before it answered", e);
        } catch (BackendException | IllegalArgumentException e) {
            throw e;
        } catch (IOException e) {
            throw new IOException("connection to " + server + ": " + e.getMessage(), e);
        } finally {
            if (!done) {
                failed = true;
                close();
            }
        }
    }

    /** What is not signed counts as a refusal of the key and as nothing else: anybody may have sent it. */
    private void verify(OmapiMessage.Received received) throws IOException {
        if (signer.isEmpty()) {
            return;
        }
        if (signer.get().verifies(received.unsigned(), received.signature())
                && received.message().authId() == authId) {
            return;
        }
        var answer = received.message();
        if (received.signature().length == 0
                && answer.op() == OmapiMessage.STATUS
                && OmapiResult.isOfKey(answer.result())) {
            throw BackendException.rejected(server + " does not take the signature of "
                    + signer.get().key()
                    + ": its secret is another one than key_secret" + " (answer: " + OmapiResult.text(answer) + ")");
        }
        throw new IOException(server + " sent an answer without the signature of "
                + signer.get().key());
    }

    private SocketTimeoutException timeout(String what) {
        return new SocketTimeoutException("dhcpd at " + server + " " + what);
    }

    /**
     * Whether dhcpd closed it, as far as is known without asking. What it sent unasked is not read before the next question.
     */
    boolean isClosedByServer() {
        try {
            timed.until(Deadline.in(Duration.ofMillis(1)));
            in.mark(1);
            if (in.read() < 0) {
                return true;
            }
            in.reset();
            return false;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() {
        failed = true;
        try {
            socket.close();
        } catch (IOException e) {
            // it is of no use any more either way
        }
    }

    /** Reads of a message end by one deadline however slowly its bytes come. */
    private static final class TimedInput extends FilterInputStream {
        private final Socket socket;
        private Deadline deadline = Deadline.in(Duration.ZERO);

        TimedInput(Socket socket) throws IOException {
            super(socket.getInputStream());
            this.socket = socket;
        }

        void until(Deadline until) {
            deadline = until;
        }

        @Override
        public int read() throws IOException {
            throw new UnsupportedOperationException("read through a buffer");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            var left = deadline.leftMillis();
            if (left == 0) {
                throw new SocketTimeoutException("no time is left");
            }
            socket.setSoTimeout((int) Math.min(left, Integer.MAX_VALUE));
            InputStream input = in;
            return input.read(bytes, offset, length);
        }
    }
}
