package smartproxy.tftp.server;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/**
 * {@code :tftp_server:} of {@code tftp.yml}.
 *
 * @param enabled whether there is one
 * @param listen where requests are answered
 * @param singlePort whether transfers leave from the port that was asked, too; else each from one of its own
 * @param bounds of each listening address
 */
public record TftpServerSettings(boolean enabled, List<InetSocketAddress> listen, boolean singlePort, Bounds bounds) {
    /** How much is served at once. */
    static final int MAX_SESSIONS = 1000;

    static final int MAX_SESSIONS_PER_ADDRESS = 64;
    static final int MAX_REQUESTS_PER_SECOND = 100;

    private static final int PORT = 69;
    private static final int MOST = 10_000;
    private static final TreeSet<String> KEYS = new TreeSet<>(List.of(
            "enabled",
            "address",
            "port",
            "single_port",
            "max_sessions",
            "max_sessions_per_address",
            "max_requests_per_second"));

    public static final Setting<TftpServerSettings> SETTING = Setting.of(
                    "tftp_server",
                    "mapping of " + String.join(", ", KEYS),
                    TftpServerSettings::parse,
                    "The TFTP server inside the daemon, off unless enabled; address: one or a list, single_port: for firewalls,"
                            + " see docs/tftp_server.md")
            .sampled("""
                    :enabled: true
                    :address: 0.0.0.0
                    :port: 69
                    :single_port: false
                    :max_sessions: 1000
                    :max_sessions_per_address: 64
                    :max_requests_per_second: 100
                    """)
            .ownExtension();

    public TftpServerSettings {
        listen = List.copyOf(listen);
    }

    private static TftpServerSettings parse(String key, Object value) throws InvalidSetting {
        if (!(value instanceof Map<?, ?> map)) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' is expected to be a mapping", "known are " + String.join(", ", KEYS));
        }
        for (var name : map.keySet()) {
            if (!KEYS.contains(String.valueOf(name))) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has '" + name + "'", "known are " + String.join(", ", KEYS));
            }
        }
        return new TftpServerSettings(
                flag(key, map, "enabled"),
                listen(key, map, number(key, map, "port", 1, 65535, PORT)),
                flag(key, map, "single_port"),
                new Bounds(
                        number(key, map, "max_sessions", 1, MOST, MAX_SESSIONS),
                        number(key, map, "max_sessions_per_address", 1, MOST, MAX_SESSIONS_PER_ADDRESS),
                        number(key, map, "max_requests_per_second", 1, MOST, MAX_REQUESTS_PER_SECOND)));
    }

    private static boolean flag(String key, Map<?, ?> map, String name) throws InvalidSetting {
        var value = map.get(name);
        return value != null && SettingTypes.bool(key + ": " + name, "").parse(value);
    }

    private static int number(String key, Map<?, ?> map, String name, int least, int most, int otherwise)
            throws InvalidSetting {
        var value = map.get(name);
        return value == null
                ? otherwise
                : SettingTypes.integer(key + ": " + name, least, most, "").parse(value);
    }

    private static List<InetSocketAddress> listen(String key, Map<?, ?> map, int port) throws InvalidSetting {
        var value = Optional.<Object>ofNullable(map.get("address")).orElse("0.0.0.0");
        var addresses = new ArrayList<InetAddress>();
        for (var text : SettingTypes.texts(key + ": address", "").parse(value)) {
            var address = Addresses.literal(text.strip())
                    .orElseThrow(() -> new InvalidSetting(
                            "Parameter '" + key + "' has the address '" + text + "', which is none",
                            "such as 192.0.2.1 or '2001:db8::1'; names are not looked up"));
            if (addresses.contains(address)) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has the address " + text + " twice", "remove one of them");
            }
            addresses.add(address);
        }
        if (addresses.isEmpty()) {
            throw new InvalidSetting("Parameter '" + key + "' has an empty list of addresses", "such as 0.0.0.0");
        }
        checkWildcards(key, addresses);
        return addresses.stream()
                .map(address -> new InetSocketAddress(address, port))
                .toList();
    }

    private static void checkWildcards(String key, List<InetAddress> addresses) throws InvalidSetting {
        for (var all : addresses) {
            var six = all instanceof Inet6Address;
            var covered = addresses.stream()
                    .filter(other -> !other.equals(all) && (six || !(other instanceof Inet6Address)))
                    .findFirst();
            if (all.isAnyLocalAddress() && covered.isPresent()) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has the addresses " + Addresses.text(all) + " and "
                                + Addresses.text(covered.get()) + ", one inside the other",
                        six ? "'::' is all addresses, those of IPv4 too" : "0.0.0.0 is all addresses of IPv4");
            }
        }
    }

    /** Whether and where, for a person. */
    @Override
    public String toString() {
        return enabled ? String.join(", ", listen.stream().map(Addresses::text).toList()) : "off";
    }
}
