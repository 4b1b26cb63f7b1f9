package smartproxy.core.log;

import java.io.IOException;
import java.net.DatagramPacket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;

/** The other end: a bound Unix datagram socket, as syslog, the journal and systemd have one. */
public final class UnixReceiver implements AutoCloseable {
    private final AFUNIXDatagramSocket socket;

    private UnixReceiver(AFUNIXSocketAddress address) throws IOException {
        socket = AFUNIXDatagramSocket.newInstance();
        socket.bind(address);
        socket.setSoTimeout(30_000);
    }

    public static UnixReceiver at(Path path) throws IOException {
        Files.deleteIfExists(path);
        return new UnixReceiver(AFUNIXSocketAddress.of(path));
    }

    public static UnixReceiver abstractly(String name) throws IOException {
        return new UnixReceiver(AFUNIXSocketAddress.inAbstractNamespace(name));
    }

    /** The next datagram; waits at most half a minute. */
    public byte[] bytes() throws IOException {
        var packet = new DatagramPacket(new byte[300_000], 300_000);
        socket.receive(packet);
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    public String text() throws IOException {
        return new String(bytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        socket.close();
    }
}
