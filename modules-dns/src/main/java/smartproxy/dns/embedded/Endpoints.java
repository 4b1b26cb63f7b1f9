package smartproxy.dns.embedded;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Address;
import smartproxy.core.api.InvalidSetting;

/** Addresses with ports as they are written: {@code 192.0.2.1:53}, {@code [2001:db8::1]:53}. */
final class Endpoints {
    private static final int MAX_PORT = 65535;

    private Endpoints() {}

    static InetSocketAddress withPort(String key, String text) throws InvalidSetting {
        return parse(key, text, null);
    }

    /** Also {@code 192.0.2.1}, {@code 2001:db8::1} and {@code [2001:db8::1]}. */
    static InetSocketAddress withPortOr(String key, String text, int port) throws InvalidSetting {
        return parse(key, text, port);
    }

    private static InetSocketAddress parse(String key, String text, @Nullable Integer defaultPort)
            throws InvalidSetting {
        if (defaultPort != null) {
            var bare = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
            var address = literal(bare);
            if (address != null) {
                return new InetSocketAddress(address, defaultPort);
            }
        }
        var colon = text.lastIndexOf(':');
        if (colon > 0) {
            var host = text.substring(0, colon);
            var bracketed = host.startsWith("[") && host.endsWith("]");
            var address = literal(bracketed ? host.substring(1, host.length() - 1) : host);
            var port = port(text.substring(colon + 1));
            if (address != null && port > 0 && bracketed == host.contains(":")) {
                return new InetSocketAddress(address, port);
            }
        }
        throw new InvalidSetting(
                "Parameter '" + key + "' has '" + text + "', which is not an address"
                        + (defaultPort == null ? " with a port" : ""),
                "such as 192.0.2.1:53 or [2001:db8::1]:53; names are not looked up");
    }

    private static @Nullable InetAddress literal(String text) {
        try {
            var four = Address.toByteArray(text, Address.IPv4);
            var bytes = four != null ? four : Address.toByteArray(text, Address.IPv6);
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null;
        }
    }

    private static int port(String text) {
        if (!text.matches("[0-9]{1,5}")) {
            return 0;
        }
        var port = Integer.parseInt(text);
        return port <= MAX_PORT ? port : 0;
    }

    static boolean isAllOfIpv6(InetSocketAddress endpoint) {
        return endpoint.getAddress() instanceof Inet6Address six && six.isAnyLocalAddress();
    }

    /** Whether it is {@code ::1} on a host without IPv6: the shipped default shall start there too. */
    static boolean isMissingLoopback(InetSocketAddress endpoint) {
        try {
            return endpoint.getAddress() instanceof Inet6Address six
                    && six.isLoopbackAddress()
                    && NetworkInterface.getByInetAddress(six) == null;
        } catch (SocketException e) {
            return false;
        }
    }

    /** As it is written in the settings. */
    static String text(InetSocketAddress endpoint) {
        var host = endpoint.getAddress().getHostAddress();
        return (host.contains(":") ? "[" + shortened(host) + "]" : host) + ":" + endpoint.getPort();
    }

    private static String shortened(String host) {
        return switch (host) {
            case "0:0:0:0:0:0:0:1" -> "::1";
            case "0:0:0:0:0:0:0:0" -> "::";
            default -> host;
        };
    }
}
