package smartproxy.dhcp.unused;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.Ipv4;

/**
 * A TCP connection to port 7, which a host without an echo service refuses, and an ICMP echo request, side by side. Without
 * {@code CAP_NET_RAW} Java sends no ICMP, and tries TCP port 7 as well.
 */
public final class NetworkProbe implements Probe {
    private static final int ECHO = 7;
    private static final long CAP_NET_RAW = 1L << 13;

    /** Whether this process may send ICMP. */
    public static boolean sendsIcmp() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("CapEff:"))
                    .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & CAP_NET_RAW) != 0);
        } catch (IOException | UncheckedIOException | NumberFormatException e) {
            return false; // not Linux
        }
    }

    @Override
    public boolean answers(Ipv4 ip, Duration time) throws IOException {
        var deadline = Deadline.in(time);
        var address = InetAddress.getByAddress(
                ByteBuffer.allocate(Integer.BYTES).putInt(ip.bits()).array());
        // where no descriptor is left for these, nothing is known of the host
        try (var selector = Selector.open();
                var channel = SocketChannel.open()) {
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_CONNECT);
            return isThere(selector, channel, address, deadline);
        }
    }

    private static boolean isThere(Selector selector, SocketChannel channel, InetAddress address, Deadline deadline) {
        try {
            return connects(channel, address)
                    || isReachable(address, deadline)
                    || connected(selector, channel, deadline);
        } catch (ConnectException e) {
            return isRefusal(e);
        } catch (IOException e) {
            return false; // no route, host unreachable: nobody there
        }
    }

    private static boolean connects(SocketChannel channel, InetAddress address) throws IOException {
        return channel.connect(new InetSocketAddress(address, ECHO));
    }

    /** Without a descriptor for it, or where a packet filter keeps it back, the connection alone counts. */
    private static boolean isReachable(InetAddress address, Deadline deadline) {
        try {
            return address.isReachable((int) Math.max(1, deadline.leftMillis()));
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean connected(Selector selector, SocketChannel channel, Deadline deadline) throws IOException {
        var left = deadline.leftMillis();
        if ((left > 0 ? selector.select(left) : selector.selectNow()) == 0) {
            return false;
        }
        return channel.finishConnect();
    }

    private static boolean isRefusal(ConnectException e) {
        return String.valueOf(e.getMessage()).contains("refused");
    }
}
