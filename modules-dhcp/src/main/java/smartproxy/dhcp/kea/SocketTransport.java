package smartproxy.dhcp.kea;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;

/**
 * A unix control socket of {@code kea-dhcp4}: a connection for each command, closed by Kea after its answer. Who may open the
 * socket is who may command: there is no password.
 */
final class SocketTransport implements KeaTransport {
    private static final int CHUNK = 16 * 1024;
    private static final String FULL = "too many connections wait";

    private final String owner;
    private final Path socket;

    /** @param owner the provider, for errors */
    SocketTransport(String owner, Path socket) {
        this.owner = owner;
        this.socket = socket;
    }

    @Override
    public byte[] send(String command, String body, Deadline deadline) throws IOException, InterruptedException {
        try (var channel = connected(command);
                var selector = Selector.open()) {
            var ready = channel.register(selector, SelectionKey.OP_WRITE);
            write(channel, ready, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)), deadline);
            try {
                ready.interestOps(SelectionKey.OP_READ);
                return answer(command, channel, ready, deadline);
            } catch (IOException e) {
                throw new OutcomeUnknownException(e);
            }
        }
    }

    /** Never waits: a queue that is full, as of a server that is frozen for long, is no connection. */
    private SocketChannel connected(String command) throws IOException {
        var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.configureBlocking(false);
            if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
                throw new IOException(FULL);
            }
            return channel;
        } catch (IOException e) {
            channel.close();
            var text = String.valueOf(e.getMessage());
            if (text.contains("Permission denied")) {
                throw BackendException.rejected(
                        owner + ": " + command + ": " + socket + ": Permission denied" + obstacle(socket));
            }
            // how some releases of Java tell of a full queue
            var isFull = text.contains("Resource temporarily unavailable");
            var refused = new ConnectException(socket + ": " + (isFull ? FULL : text));
            refused.initCause(e);
            throw refused;
        }
    }

    /** What keeps the daemon's user out: the socket or a directory above it, whichever can be looked at. */
    static String obstacle(Path socket) {
        for (var at = socket; at != null; at = at.getParent()) {
            try {
                var file = Files.readAttributes(at, PosixFileAttributes.class);
                var group = file.group().getName();
                return "; " + at + " is " + PosixFilePermissions.toString(file.permissions()) + " of user "
                        + file.owner().getName() + " and group " + group
                        + ": the user of this daemon needs to be in group " + group
                        + " (usermod -aG), that group to have write permission, and the daemon to be restarted";
            } catch (IOException e) {
                // not to be seen either
            }
        }
        return "";
    }

    /** Kea begins when the text is whole: until its last byte is written, nothing was done. */
    private void write(SocketChannel channel, SelectionKey ready, ByteBuffer body, Deadline deadline)
            throws IOException, InterruptedException {
        while (body.hasRemaining()) {
            if (channel.write(body) == 0) {
                await(ready, deadline);
            }
        }
    }

    private byte[] answer(String command, SocketChannel channel, SelectionKey ready, Deadline deadline)
            throws IOException, InterruptedException {
        var answer = new ByteArrayOutputStream();
        var chunk = ByteBuffer.allocate(CHUNK);
        while (true) {
            var read = channel.read(chunk);
            if (read == 0) {
                await(ready, deadline);
                continue;
            }
            if (read < 0) {
                return whole(answer.toByteArray());
            }
            answer.write(chunk.array(), 0, read);
            chunk.clear();
            if (answer.size() > MOST) {
                throw BackendException.rejected(owner + ": " + command + ": the answer of " + socket
                        + " is larger than " + (MOST >> 20) + " MiB");
            }
        }
    }

    /** One that ended in the middle is a transport that failed. */
    private byte[] whole(byte[] answer) throws IOException {
        var text = new String(answer, StandardCharsets.UTF_8).stripTrailing();
        if (!text.endsWith("}") && !text.endsWith("]")) {
            throw new IOException(
                    socket + " was closed " + (text.isEmpty() ? "without an answer" : "before the end of its answer"));
        }
        return answer;
    }

    private void await(SelectionKey ready, Deadline deadline) throws IOException, InterruptedException {
        var left = deadline.leftMillis();
        if (left == 0) {
            throw new SocketTimeoutException(socket + " does not answer in time");
        }
        ready.selector().select(left);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        ready.selector().selectedKeys().clear();
    }
}
