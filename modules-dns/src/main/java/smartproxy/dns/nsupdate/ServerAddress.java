package smartproxy.dns.nsupdate;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import smartproxy.core.api.InvalidSetting;

/**
 * A name server.
 *
 * @param host name or address, an IPv6 address without brackets
 */
record ServerAddress(String host, int port) {
    static final int DNS_PORT = 53;

    /** Takes {@code host}, {@code host:port}, {@code v6}, {@code [v6]} and {@code [v6]:port}. */
    static ServerAddress parse(String key, Object value) throws InvalidSetting {
        var text = value.toString().strip();
        if (text.isEmpty()) {
            throw new InvalidSetting("Parameter '" + key + "' is expected to have a non-empty value", "a name server");
        }
        var close = text.indexOf(']');
        if (text.startsWith("[") && close > 1) {
            var rest = text.substring(close + 1);
            if (!rest.isEmpty() && !rest.startsWith(":")) {
                throw malformed(key, text);
            }
            return of(key, text, text.substring(1, close), rest.isEmpty() ? "" : rest.substring(1), rest.isEmpty());
        }
        var colon = text.indexOf(':');
        var onlyHost = colon < 0 || colon != text.lastIndexOf(':');
        return onlyHost
                ? of(key, text, text, "", true)
                : of(key, text, text.substring(0, colon), text.substring(colon + 1), false);
    }

    private static ServerAddress of(String key, String text, String host, String port, boolean portLeftOut)
            throws InvalidSetting {
        var wellFormed = host.chars().allMatch(c -> c > ' ' && c < 127 && "/@[]?#".indexOf(c) < 0);
        if (host.isEmpty() || !wellFormed) {
            throw malformed(key, text);
        }
        if (portLeftOut) {
            return new ServerAddress(host, DNS_PORT);
        }
        try {
            var number = Integer.parseInt(port);
            if (number >= 1 && number <= 65_535) {
                return new ServerAddress(host, number);
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw malformed(key, text);
    }

    private static InvalidSetting malformed(String key, String text) {
        return new InvalidSetting(
                "Parameter '" + key + "' is expected to be a name server: '" + text + "' is none",
                "such as ns.example.com, ns.example.com:53, 192.0.2.1, 2001:db8::1 or [2001:db8::1]:53");
    }

    /** All addresses it has now, in the order of the system's resolver. */
    List<InetAddress> resolve() throws UnknownHostException {
        return List.of(InetAddress.getAllByName(host));
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
