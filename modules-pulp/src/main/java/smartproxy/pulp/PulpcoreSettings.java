package smartproxy.pulp;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * {@code pulpcore.yml}.
 *
 * @param pulpUrl Pulp 3; of its path nothing counts. Always there without the gateway
 * @param contentAppUrl as Katello is told it
 * @param rhsmUrl as Katello is told it
 * @param gateway through which Pulp is reached
 * @param pulps further ones, by name
 * @param authorities of Pulp's certificate; empty: {@code foreman_ssl_ca}, {@code ssl_ca_file}
 */
public record PulpcoreSettings(
        Optional<URI> pulpUrl,
        Optional<URI> contentAppUrl,
        Optional<URI> rhsmUrl,
        GatewaySettings gateway,
        Map<String, PulpTarget> pulps,
        Optional<Path> authorities) {
    private static final List<String> AUTHENTICATION = List.of("password", "client_certificate");

    static final Setting<URI> PULP_URL = SettingTypes.url("pulp_url", "URL of Pulp 3 as Katello reaches it")
            .mandatory()
            .shownToForeman()
            .onlyWhen(PulpcoreSettings::isWithoutGateway)
            .sampled("https://pulp.example.com");
    static final Setting<URI> CONTENT_APP_URL = SettingTypes.url(
                    "content_app_url", "URL of Pulp's content as hosts reach it")
            .mandatory()
            .shownToForeman()
            .onlyWhen(PulpcoreSettings::isWithoutGateway)
            .sampled("https://pulp.example.com/pulp/content");
    static final Setting<URI> RHSM_URL = SettingTypes.url(
                    "rhsm_url", "URL of the subscription service for hosts; Katello takes https only")
            .mandatory()
            .shownToForeman()
            .onlyWhen(PulpcoreSettings::isWithoutGateway)
            .sampled("https://pulp.example.com:443/rhsm");
    static final Setting<Boolean> MIRROR = Setting.of(
                    "mirror",
                    "true or false",
                    PulpcoreSettings::mirror,
                    "Whether this Pulp mirrors the content of Katello's own, on a content proxy")
            .defaultsTo(false)
            .shownToForeman();
    static final Setting<List<String>> CLIENT_AUTHENTICATION = Setting.of(
                    "client_authentication",
                    "list of password, client_certificate",
                    PulpcoreSettings::authentication,
                    "How Katello may log in to Pulp")
            .defaultsTo(AUTHENTICATION)
            .shownToForeman();
    static final Setting<String> USERNAME = SettingTypes.text("username", "User that Katello logs in to Pulp as")
            .shownToForeman()
            .sampled("admin");
    static final Setting<Secret> PASSWORD = SettingTypes.secret("password", "Its password; Foreman is shown it")
            .shownToForeman()
            .sampled("file:/etc/foreman-proxy/pulp-password");
    static final Setting<Path> SSL_CA = SettingTypes.readableFile(
                    "ssl_ca", "Authorities of Pulp's certificate, PEM; unset: foreman_ssl_ca, ssl_ca_file")
            .sampled("/etc/foreman-proxy/pulp-ca.pem");

    static final Schema<PulpcoreSettings> SCHEMA = new Schema<>(
            "Pulp 3, for Katello",
            List.of(
                    GatewaySettings.SETTING,
                    PulpTarget.FURTHER,
                    PULP_URL,
                    MIRROR,
                    CONTENT_APP_URL,
                    USERNAME,
                    PASSWORD,
                    CLIENT_AUTHENTICATION,
                    RHSM_URL,
                    SSL_CA),
            PulpcoreSettings::bind);

    private static PulpcoreSettings bind(Values values) {
        return new PulpcoreSettings(
                values.find(PULP_URL),
                values.find(CONTENT_APP_URL),
                values.find(RHSM_URL),
                values.find(GatewaySettings.SETTING).orElse(GatewaySettings.OFF),
                values.find(PulpTarget.FURTHER).orElse(Map.of()),
                values.find(SSL_CA));
    }

    private static boolean isWithoutGateway(Values values) {
        return !values.find(GatewaySettings.SETTING).orElse(GatewaySettings.OFF).enabled();
    }

    /** Any text is true to Katello, "false" too. */
    private static boolean mirror(String key, Object value) throws InvalidSetting {
        if (value instanceof Boolean mirror) {
            return mirror;
        }
        throw new InvalidSetting(
                "Setting '" + key + "' is expected to be true/false",
                "without quotes: Katello takes any text, 'false' too, for a mirror");
    }

    private static List<String> authentication(String key, Object value) throws InvalidSetting {
        var ways = SettingTypes.texts(key, "").parse(value);
        if (!AUTHENTICATION.containsAll(ways)) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' is expected to be one or more of [\"password\", \"client_certificate\"]",
                    "it is " + ways);
        }
        return ways;
    }

    /** Where Pulp's status is asked for: by scheme, host and port alone. */
    URI statusUrl() {
        return gateway.enabled() ? gateway.pulp().apiUrl() : pulpUrl.orElseThrow();
    }

    /** The Pulps that are spoken to with a login, by name: that of the gateway when it is on, and the further ones. */
    public Map<String, PulpTarget> targets() {
        var targets = new TreeMap<>(pulps);
        if (gateway.enabled()) {
            targets.put(PulpTarget.OWN, gateway.pulp());
        }
        return targets;
    }
}
