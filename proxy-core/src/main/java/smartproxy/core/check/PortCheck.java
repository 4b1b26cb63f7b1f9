package smartproxy.core.check;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SocketChannel;
import java.util.Locale;
import smartproxy.core.api.Finding;

/** Whether the daemon could listen at an address, or does. */
final class PortCheck {
    private static final int FIRST_FREE_FOR_ALL = 1024;

    private final SocketOwners owners;

    PortCheck(SocketOwners owners) {
        this.owners = owners;
    }

    Finding look(String what, boolean tcp, InetSocketAddress address) {
        var subject = what + ", " + text(address) + (tcp ? " tcp" : " udp");
        if (address.getPort() == 0) {
            return Finding.ok(subject, "any free port");
        }
        try {
            bind(tcp, address);
            return Finding.ok(subject, "free");
        } catch (IOException e) {
            var message = String.valueOf(e.getMessage());
            var lower = message.toLowerCase(Locale.ROOT);
            if (lower.contains("in use")) {
                return taken(subject, tcp, address);
            }
            if (lower.contains("permission denied") && address.getPort() < FIRST_FREE_FOR_ALL) {
                return Finding.warning(
                        subject,
                        "this user may not listen below port 1024, so it is not known whether it is free",
                        "give the unit CAP_NET_BIND_SERVICE, as docs/operations.md says, or choose a higher port");
            }
            if (lower.contains("assign requested address")) {
                return Finding.error(subject, "this host does not have that address", "correct it in the settings");
            }
            return Finding.error(subject, "cannot be listened on: " + message, "correct it in the settings");
        }
    }

    private Finding taken(String subject, boolean tcp, InetSocketAddress address) {
        var owner = owners.of(tcp, address.getPort());
        if (owner.isEmpty()) {
            return Finding.warning(
                    subject,
                    "in use by a process that user " + System.getProperty("user.name", "(unknown)") + " cannot see",
                    "fine if that is the daemon; as root, ss -ln" + (tcp ? "t" : "u") + "p 'sport = "
                            + address.getPort() + "' shows it");
        }
        if (owner.get().isSmartProxy()) {
            return Finding.ok(
                    subject,
                    "held by the daemon that runs, process " + owner.get().pid());
        }
        if (owner.get().isRubyProxy()) {
            return Finding.warning(
                    subject,
                    "held by the Ruby daemon, process " + owner.get().pid(),
                    "stop it before this one is started");
        }
        return Finding.error(subject, "held by " + owner.get(), "stop that program, or change the port");
    }

    /** Without listening: nobody can connect in the moment it takes. */
    private static void bind(boolean tcp, InetSocketAddress address) throws IOException {
        var ipv4 = address.getAddress() instanceof Inet4Address && !isWildcard(address);
        if (tcp) {
            try (var channel = ipv4 ? SocketChannel.open(StandardProtocolFamily.INET) : SocketChannel.open()) {
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(address);
            }
        } else {
            try (var channel = ipv4 ? DatagramChannel.open(StandardProtocolFamily.INET) : DatagramChannel.open()) {
                channel.bind(address);
            }
        }
    }

    private static boolean isWildcard(InetSocketAddress address) {
        return address.getAddress().isAnyLocalAddress();
    }

    private static String text(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        var text = isWildcard(address) ? "*" : host.getHostAddress();
        return (text.contains(":") ? "[" + text + "]" : text) + ":" + address.getPort();
    }
}
