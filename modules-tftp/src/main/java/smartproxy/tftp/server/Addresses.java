package smartproxy.tftp.server;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.core.api.Ipv6Text;

/** IP addresses as they are written. */
public final class Addresses {
    private static final Pattern FOUR = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern SIX = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(%[A-Za-z0-9._-]+)?");

    private Addresses() {}

    /** Names are not looked up. */
    public static Optional<InetAddress> literal(String text) {
        if (!FOUR.matcher(text).matches() && !SIX.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    /** {@code 192.0.2.1}, {@code 2001:db8::1}. */
    public static String text(InetAddress address) {
        return address.getAddress().length == 4 ? address.getHostAddress() : Ipv6Text.of(address.getAddress());
    }

    /** {@code 192.0.2.1:69}, {@code [2001:db8::1]:69}. */
    static String text(InetSocketAddress endpoint) {
        var host = text(endpoint.getAddress());
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + endpoint.getPort();
    }
}
