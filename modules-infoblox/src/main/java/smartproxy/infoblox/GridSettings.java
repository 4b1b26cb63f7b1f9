package smartproxy.infoblox;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/**
 * Where a grid is and as whom it is spoken to: what the settings of all its providers have in common.
 *
 * @param server the grid master, without path
 * @param serverKey key of the setting that names it, for errors
 * @param timeout longest time for one answer
 * @param caFile authorities of the grid master's certificate; empty: those of the Java runtime
 * @param version of the WAPI
 */
public record GridSettings(
        URI server,
        String serverKey,
        String username,
        Secret password,
        Duration timeout,
        Optional<Path> caFile,
        WapiVersion version) {

    public static final Setting<Secret> PASSWORD = SettingTypes.secret("password", "Its password; there is no default")
            .mandatory()
            .sampled("file:/etc/foreman-proxy/infoblox.password");
    public static final Setting<Duration> TIMEOUT = SettingTypes.seconds(
                    "timeout", 1, 3600, "Longest time for one answer; never beyond backend_attempt_timeout")
            .defaultsTo(Duration.ofSeconds(60));
    public static final Setting<Path> CA_FILE = SettingTypes.readableFile(
                    "infoblox_ca_file",
                    "Authorities that may have signed the grid master's certificate, PEM; unset: those of the Java runtime")
            .sampled("/etc/foreman-proxy/infoblox-ca.pem")
            .ownExtension();

    /** The version that is spoken. */
    public static Setting<WapiVersion> version(String doc) {
        return Setting.of("wapi_version", "version such as '2.12'", WapiVersion::parse, doc)
                .defaultsTo(WapiVersion.OLDEST)
                .ownExtension();
    }

    /** Where the calls go. */
    public URI base() {
        return URI.create(server + "/wapi/v" + version);
    }

    /** Whether the password goes there as it is. */
    public boolean isClear() {
        return server.getScheme().equals("http");
    }

    /** The value of a setting: a host, with or without port, is reached by https; an http(s) URL is taken as it is. */
    public static URI server(String key, Object value) throws InvalidSetting {
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
