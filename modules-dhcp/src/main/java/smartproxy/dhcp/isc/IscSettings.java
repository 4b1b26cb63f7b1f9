package smartproxy.dhcp.isc;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;
import smartproxy.dhcp.DhcpSettings;

/**
 * {@code dhcp_isc.yml} and {@code dhcp_remote_isc.yml}.
 *
 * @param config dhcpd's configuration
 * @param leases its leases file
 * @param server where OMAPI is
 * @param suggestionTime how long a suggested address is kept from others
 */
public record IscSettings(Path config, Path leases, OmapiServer server, Duration suggestionTime) {
    public static final Setting<Path> CONFIG = SettingTypes.readableFile("config", "dhcpd's configuration file")
            .defaultsTo(Path.of("/etc/dhcp/dhcpd.conf"));
    public static final Setting<Path> LEASES = SettingTypes.readableFile("leases", "dhcpd's leases file")
            .defaultsTo(Path.of("/var/lib/dhcpd/dhcpd.leases"));
    public static final Setting<String> KEY_NAME = SettingTypes.text(
                    "key_name", "Name of the OMAPI key (omapi-key in dhcpd.conf); used when key_secret is set too")
            .sampled("omapi_key")
            .besides("key_secret");
    public static final Setting<Secret> KEY_SECRET = SettingTypes.secret(
                    "key_secret", "Secret of the OMAPI key, in Base64")
            .sampled("file:/etc/foreman-proxy/omapi.secret")
            .besides("key_name");
    public static final Setting<OmapiKey.Algorithm> KEY_ALGORITHM = Setting.of(
                    "key_algorithm",
                    "one of " + String.join(", ", OmapiKey.Algorithm.names()),
                    IscSettings::algorithm,
                    "Algorithm of the OMAPI key, as in dhcpd.conf")
            .defaultsTo(OmapiKey.Algorithm.HMAC_MD5);
    public static final Setting<Integer> OMAPI_PORT = SettingTypes.integer(
                    "omapi_port", 1, 65_535, "Port of OMAPI at the server of dhcp.yml")
            .defaultsTo(7911);

    /** A name, an IPv4 address or an IPv6 address. */
    private static final Pattern HOST =
            Pattern.compile("[\\w.-]+|[0-9a-fA-F]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(?:%[\\w.-]+)?");

    static final Schema<IscSettings> SCHEMA = schema("DHCP reservations and leases of ISC dhcpd on this host");
    static final Schema<IscSettings> REMOTE_SCHEMA =
            schema("DHCP reservations and leases of ISC dhcpd elsewhere, whose files are on a mount");

    private static Schema<IscSettings> schema(String doc) {
        return new Schema<>(
                doc,
                List.of(
                        CONFIG,
                        LEASES,
                        KEY_NAME,
                        KEY_SECRET,
                        KEY_ALGORITHM,
                        OMAPI_PORT,
                        DhcpSettings.BLACKLIST_DURATION),
                IscSettings::bind);
    }

    private static OmapiKey.Algorithm algorithm(String key, Object value) throws InvalidSetting {
        try {
            return OmapiKey.Algorithm.of(value.toString().strip());
        } catch (IllegalArgumentException e) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' must be one of " + String.join(", ", OmapiKey.Algorithm.names()),
                    "it is '" + value + "'");
        }
    }

    private static IscSettings bind(Values values) throws InvalidSetting {
        for (var file : List.of(CONFIG, LEASES)) {
            // a default was not looked at yet
            var unused = file.parse(values.get(file).toString());
        }
        var name = values.find(KEY_NAME);
        var secret = values.find(KEY_SECRET);
        var key = Optional.<OmapiKey>empty();
        if (name.isPresent() && secret.isPresent()) {
            try {
                key = Optional.of(OmapiKey.of(name.get(), values.get(KEY_ALGORITHM), secret.get()));
            } catch (IllegalArgumentException e) {
                throw new InvalidSetting(
                        "Parameter 'key_secret' is expected to be Base64", "as in the key's secret in dhcpd.conf");
            }
        }
        var server = values.get(DhcpSettings.SERVER).strip();
        if (!HOST.matcher(server).matches()) {
            throw new InvalidSetting(
                    "Parameter 'server' is expected to be a name or an address",
                    "it is '" + server + "'; the port of OMAPI is omapi_port");
        }
        return new IscSettings(
                values.get(CONFIG),
                values.get(LEASES),
                new OmapiServer(server, values.get(OMAPI_PORT), key),
                values.get(DhcpSettings.BLACKLIST_DURATION));
    }
}
