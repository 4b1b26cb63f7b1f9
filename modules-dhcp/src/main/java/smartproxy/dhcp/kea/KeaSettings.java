package smartproxy.dhcp.kea;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;
import smartproxy.dhcp.DhcpSettings;
import smartproxy.dhcp.Subnet;

/**
 * {@code dhcp_kea.yml}.
 *
 * @param url of the control agent or of the server's own HTTP socket; {@code unix:/PATH} of its unix control socket
 * @param password present when {@code username} is
 * @param cacheTime how old what is shown of others' changes may be
 * @param caFile authorities of the server's certificate; empty: those of the Java runtime
 * @param certificate of ours; present when {@code privateKey} is
 * @param timeout longest time for one answer
 * @param managed IPv4 subnets that are served; empty: all
 * @param dhcp6Url as {@code url}, of {@code kea-dhcp6}; empty: IPv6 is not served
 */
public record KeaSettings(
        URI url,
        Optional<String> username,
        Optional<Secret> password,
        Duration cacheTime,
        Optional<Path> caFile,
        Optional<Path> certificate,
        Optional<Path> privateKey,
        Duration timeout,
        Duration suggestionTime,
        List<Subnet> managed,
        Optional<URI> dhcp6Url) {

    private static final String UNIX = "unix";

    /** sun_path has 108 bytes, the last is 0. */
    private static final int LONGEST_SOCKET = 107;

    public static final Setting<URI> URL = Setting.of(
                    "dhcp_kea_url",
                    "http(s) URL or unix:/PATH",
                    KeaSettings::url,
                    "Kea's control agent (2.x), the HTTP socket of kea-dhcp4 itself (3.x), or its unix control socket")
            .defaultsTo(URI.create("http://127.0.0.1:8000/"));
    public static final Setting<URI> DHCP6_URL = Setting.of(
                    "dhcp_kea_dhcp6_url",
                    "http(s) URL or unix:/PATH",
                    KeaSettings::url,
                    "The same for kea-dhcp6, with the user and certificates below; unset: no /dhcp/v6. A control agent of 2.x"
                            + " has one URL for both")
            .sampled("http://127.0.0.1:8000/")
            .ownExtension();
    public static final Setting<String> USERNAME = SettingTypes.text(
                    "dhcp_kea_username", "User, where Kea asks for one (basic authentication)")
            .sampled("foreman");
    public static final Setting<Secret> PASSWORD =
            SettingTypes.secret("dhcp_kea_password", "Its password").sampled("file:/etc/foreman-proxy/kea.password");
    public static final Setting<Boolean> VERIFY_SSL = SettingTypes.bool(
                    "dhcp_kea_verify_ssl", "Certificates are always verified; false is refused")
            .defaultsTo(true);
    public static final Setting<Duration> CACHE_TIME = SettingTypes.seconds(
                    "dhcp_kea_lease_timeout",
                    1,
                    3600,
                    "How old lists of reservations and leases may be that others changed, in seconds")
            .defaultsTo(Duration.ofSeconds(60));
    public static final Setting<Path> CA_FILE = SettingTypes.readableFile(
                    "dhcp_kea_ca_file",
                    "Authorities that may have signed Kea's certificate, PEM; unset: those of the Java runtime")
            .sampled("/etc/foreman-proxy/kea-ca.pem")
            .ownExtension();
    public static final Setting<Path> CERTIFICATE = SettingTypes.readableFile(
                    "dhcp_kea_certificate", "Client certificate and its chain, PEM, where Kea asks for one")
            .sampled("/etc/foreman-proxy/kea-client.pem")
            .ownExtension();
    public static final Setting<Path> PRIVATE_KEY = SettingTypes.readableFile(
                    "dhcp_kea_private_key", "Its key, PEM, not encrypted")
            .sampled("/etc/foreman-proxy/kea-client.key")
            .ownExtension();
    public static final Setting<Duration> TIMEOUT = SettingTypes.seconds(
                    "dhcp_kea_timeout", 1, 3600, "Longest time for one answer; never beyond backend_attempt_timeout")
            .defaultsTo(Duration.ofSeconds(10))
            .ownExtension();

    public static final Schema<KeaSettings> SCHEMA = new Schema<>(
            "DHCP reservations and leases of an ISC Kea server, through its control API",
            List.of(
                    URL,
                    DHCP6_URL,
                    USERNAME,
                    PASSWORD,
                    VERIFY_SSL,
                    CACHE_TIME,
                    CA_FILE,
                    CERTIFICATE,
                    PRIVATE_KEY,
                    TIMEOUT,
                    DhcpSettings.BLACKLIST_DURATION),
            KeaSettings::bind);

    private static KeaSettings bind(Values values) throws InvalidSetting {
        if (!values.get(VERIFY_SSL)) {
            throw new InvalidSetting(
                    "Parameter '" + VERIFY_SSL.key() + "' is false, but certificates are always verified",
                    "name the authority that signed Kea's certificate in " + CA_FILE.key());
        }
        together(values, USERNAME, PASSWORD);
        together(values, CERTIFICATE, PRIVATE_KEY);
        if (isSocket(values.get(URL))
                && values.find(DHCP6_URL).map(KeaSettings::isSocket).orElse(true)) {
            for (var setting : List.of(USERNAME, CA_FILE, CERTIFICATE)) {
                notOfASocket(values, setting);
            }
        }
        return new KeaSettings(
                values.get(URL),
                values.find(USERNAME),
                values.find(PASSWORD),
                values.get(CACHE_TIME),
                values.find(CA_FILE),
                values.find(CERTIFICATE),
                values.find(PRIVATE_KEY),
                values.get(TIMEOUT),
                values.get(DhcpSettings.BLACKLIST_DURATION),
                values.get(DhcpSettings.SUBNETS),
                values.find(DHCP6_URL));
    }

    private static boolean isSocket(URI url) {
        return url.getScheme().equals(UNIX);
    }

    /** Those of {@code kea-dhcp6}; empty when IPv6 is not served. */
    Optional<KeaSettings> dhcp6() {
        return dhcp6Url.map(other -> new KeaSettings(
                other,
                username,
                password,
                cacheTime,
                caFile,
                certificate,
                privateKey,
                timeout,
                suggestionTime,
                managed,
                Optional.empty()));
    }

    private static void together(Values values, Setting<?> one, Setting<?> other) throws InvalidSetting {
        if (values.find(one).isPresent() != values.find(other).isPresent()) {
            var present = values.find(one).isPresent() ? one : other;
            var missing = present == one ? other : one;
            throw new InvalidSetting(
                    "Parameter '" + missing.key() + "' is missing beside '" + present.key() + "'", "set both, or none");
        }
    }

    private static void notOfASocket(Values values, Setting<?> setting) throws InvalidSetting {
        if (values.find(setting).isPresent()) {
            throw new InvalidSetting(
                    "Parameter '" + setting.key() + "' has no meaning for a unix socket",
                    "who may open the socket may command Kea; remove " + setting.key());
        }
    }

    /** The unix control socket; empty when it is spoken to over HTTP. */
    Optional<Path> socket() {
        return isSocket(url) ? Optional.of(Path.of(url.getPath())) : Optional.empty();
    }

    /** Where it listens, for errors. */
    String server() {
        return isSocket(url) ? url.toString() : url.getScheme() + "://" + url.getRawAuthority();
    }

    private static URI url(String key, Object value) throws InvalidSetting {
        try {
            var uri = new URI(value.toString().strip());
            var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (scheme.equals(UNIX)) {
                return socket(key, uri);
            }
            if (uri.getHost() != null
                    && (scheme.equals("https") || scheme.equals("http"))
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null) {
                return URI.create(scheme + "://" + uri.getRawAuthority() + uri.getRawPath());
            }
        } catch (URISyntaxException e) {
            // said below; the text is not shown, it may have a password in it
        }
        throw new InvalidSetting(
                "Parameter '" + key + "' is expected to be an http(s) URL without user and query, or unix:/PATH",
                "such as https://kea.example.com:8000/ or unix:/run/kea/kea4-ctrl-socket");
    }

    private static URI socket(String key, URI uri) throws InvalidSetting {
        var path = uri.getPath();
        if (path == null || !path.startsWith("/") || path.endsWith("/") || uri.getRawAuthority() != null) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' does not name a socket by its whole path",
                    "such as unix:/run/kea/kea4-ctrl-socket");
        }
        if (path.getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' names a socket by more than " + LONGEST_SOCKET + " bytes",
                    "the system allows no longer path of a socket");
        }
        return URI.create(UNIX + ":" + uri.getRawPath());
    }
}
