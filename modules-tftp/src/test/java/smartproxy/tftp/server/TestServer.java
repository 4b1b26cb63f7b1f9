package smartproxy.tftp.server;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import smartproxy.core.api.StartException;
import smartproxy.tftp.files.FileStore;

/** A server over a directory, as the module has it. */
final class TestServer implements AutoCloseable {
    static final Bounds WIDE = new Bounds(10_000, 10_000, 10_000);

    final Path root;
    final TestContext context;
    final InetSocketAddress address;
    private TftpServer server;

    private TestServer(Path root, TestContext context, InetSocketAddress address, boolean singlePort, Bounds bounds)
            throws StartException {
        this.root = root;
        this.context = context;
        this.address = address;
        server = server(singlePort, bounds);
        server.start();
    }

    static TestServer start(Path root) throws StartException {
        return start(root, false, WIDE);
    }

    static TestServer start(Path root, boolean singlePort, Bounds bounds) throws StartException {
        return new TestServer(root, new TestContext(), free(InetAddress.getLoopbackAddress()), singlePort, bounds);
    }

    static TestServer start(Path root, InetAddress address) throws StartException {
        return new TestServer(root, new TestContext(), free(address), false, WIDE);
    }

    private TftpServer server(boolean singlePort, Bounds bounds) {
        return new TftpServer(
                new TftpServerSettings(true, List.of(address), singlePort, bounds), new FileStore(root), context);
    }

    /** What a reload with other settings does: the next one starts, then the one before is closed. */
    void reload(boolean singlePort, Bounds bounds) throws StartException {
        var next = server(singlePort, bounds);
        next.start();
        server.close();
        server = next;
    }

    /** Below those that the system chooses; each process of tests has a range of its own. */
    static InetSocketAddress free(InetAddress address) {
        var lowest = 12_000 + Integer.getInteger("fork", 0) % 4 * 2_000;
        while (true) {
            var port = ThreadLocalRandom.current().nextInt(lowest, lowest + 2_000);
            try (var probe = new DatagramSocket(port, address)) {
                return new InetSocketAddress(address, probe.getLocalPort());
            } catch (SocketException e) {
                // taken: another one
            }
        }
    }

    TftpPeer peer() throws IOException {
        return new TftpPeer(address);
    }

    /** Writes a file of random bytes. */
    byte[] file(String name, int size) throws IOException {
        var content = new byte[size];
        new Random(size).nextBytes(content);
        var file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
        return content;
    }

    @Override
    public void close() {
        server.close();
    }
}
