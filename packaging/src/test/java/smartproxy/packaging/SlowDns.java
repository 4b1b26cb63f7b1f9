package smartproxy.packaging;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A way to a name server by UDP on which each question takes its time, however many there are. */
final class SlowDns implements AutoCloseable {
    private static final int LARGEST = 65_535;

    private final DatagramSocket front = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    private final ScheduledThreadPoolExecutor delay = new ScheduledThreadPoolExecutor(1);
    private final Map<SocketAddress, DatagramSocket> backs = new ConcurrentHashMap<>();
    private final InetSocketAddress server;
    private final long millis;

    private SlowDns(int port, long millis) throws IOException {
        this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        this.millis = millis;
    }

    /** @param port of the server, on 127.0.0.1 */
    static SlowDns before(int port, long millis) throws IOException {
        var slow = new SlowDns(port, millis);
        slow.pump(slow.front, packet -> {
            var back = slow.back(packet.getSocketAddress());
            var question = new DatagramPacket(packet.getData().clone(), packet.getLength(), slow.server);
            var unused = slow.delay.schedule(() -> send(back, question), slow.millis, TimeUnit.MILLISECONDS);
        });
        return slow;
    }

    int port() {
        return front.getLocalPort();
    }

    @FunctionalInterface
    private interface Taker {
        void take(DatagramPacket packet) throws IOException;
    }

    private DatagramSocket back(SocketAddress client) throws IOException {
        var back = backs.get(client);
        if (back == null) {
            var made = new DatagramSocket(0, InetAddress.getLoopbackAddress());
            backs.put(client, made);
            pump(made, answer -> front.send(new DatagramPacket(answer.getData(), answer.getLength(), client)));
            back = made;
        }
        return back;
    }

    private void pump(DatagramSocket socket, Taker taker) {
        var thread = new Thread(
                () -> {
                    try {
                        var buffer = new byte[LARGEST];
                        while (true) {
                            var packet = new DatagramPacket(buffer, buffer.length);
                            socket.receive(packet);
                            taker.take(packet);
                        }
                    } catch (IOException e) {
                        // closed
                    }
                },
                "slow DNS");
        thread.setDaemon(true);
        thread.start();
    }

    private static void send(DatagramSocket socket, DatagramPacket packet) {
        try {
            socket.send(packet);
        } catch (IOException e) {
            // closed
        }
    }

    @Override
    public void close() {
        delay.shutdownNow();
        front.close();
        backs.values().forEach(DatagramSocket::close);
    }
}
