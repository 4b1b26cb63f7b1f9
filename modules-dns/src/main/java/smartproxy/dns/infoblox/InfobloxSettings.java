package smartproxy.dns.infoblox;

import java.net.URI;
import java.net.URISyntaxException;
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

/**
 * {@code dns_infoblox.yml}.
 *
 * @param server the grid master, without path
 * @param view DNS view of all records
 * @param timeout longest time for one answer
 * @param caFile authorities of the grid master's certificate; empty: those of the Java runtime
 * @param version of the WAPI
 */
public record InfobloxSettings(
        URI server,
        String username,
        Secret password,
        String view,
        Duration timeout,
        Optional<Path> caFile,
        WapiVersion version) {

    public static final Setting<String> USERNAME =
            SettingTypes.text("username", "User of the WAPI").defaultsTo("infoblox");
    public static final Setting<Secret> PASSWORD = SettingTypes.secret("password", "Its password; there is no default")
            .mandatory()
            .sampled("file:/etc/foreman-proxy/infoblox.password");
    public static final Setting<URI> SERVER = Setting.of(
                    "dns_server", "host, host:port or URL", InfobloxSettings::server, "Grid master, spoken to by https")
            .defaultsTo(URI.create("https://localhost"));
    public static final Setting<String> VIEW =
            SettingTypes.text("dns_view", "DNS view of the records").defaultsTo("default");
    public static final Setting<Duration> TIMEOUT = SettingTypes.seconds(
                    "timeout", 1, 3600, "Longest time for one answer; never beyond backend_attempt_timeout")
            .defaultsTo(Duration.ofSeconds(60));
    public static final Setting<Path> CA_FILE = SettingTypes.readableFile(
                    "infoblox_ca_file",
                    "Authorities that may have signed the grid master's certificate, PEM; unset: those of the Java runtime")
            .sampled("/etc/foreman-proxy/infoblox-ca.pem")
            .ownExtension();
    public static final Setting<WapiVersion> VERSION = Setting.of(
                    "wapi_version",
                    "version such as '2.12'",
                    WapiVersion::parse,
                    "Version of the WAPI; from 2.6 on the members' DNS caches are cleared of a changed name")
            .defaultsTo(new WapiVersion(2, 0, "2.0"))
            .ownExtension();

    public static final Schema<InfobloxSettings> SCHEMA = new Schema<>(
            "DNS records in an Infoblox grid, through its WAPI",
            List.of(USERNAME, PASSWORD, SERVER, VIEW, TIMEOUT, CA_FILE, VERSION),
            InfobloxSettings::bind);

    private static InfobloxSettings bind(Values values) {
        return new InfobloxSettings(
                values.get(SERVER),
                values.get(USERNAME),
                values.get(PASSWORD),
                values.get(VIEW),
                values.get(TIMEOUT),
                values.find(CA_FILE),
                values.get(VERSION));
    }

    /** Where the calls go. */
    URI base() {
        return URI.create(server + "/wapi/v" + version);
    }

    boolean clearsCaches() {
        return version.isAtLeast(2, 6);
    }

    /** A host, with or without port, is reached by https. */
    private static URI server(String key, Object value) throws InvalidSetting {
        var text = value.toString().strip().replaceFirst("(?<![:/])/\\z", "");
        var advice = "such as grid.example.com or https://grid.example.com";
        try {
            var uri = new URI(text.contains("://") ? text : "https://" + text);
            var scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
            if (uri.getHost() != null
                    && (scheme.equals("https") || scheme.equals("http"))
                    && uri.getRawUserInfo() == null
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null
                    && uri.getRawPath().isEmpty()) {
                return URI.create(scheme + "://" + uri.getRawAuthority());
            }
        } catch (URISyntaxException e) {
            // said below; the text is not shown, it may have a password in it
        }
        throw new InvalidSetting(
                "Parameter '" + key + "' is expected to be a host or an http(s) URL without user, path and query",
                advice);
    }
}
