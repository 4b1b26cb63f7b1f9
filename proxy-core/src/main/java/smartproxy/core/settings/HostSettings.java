package smartproxy.core.settings;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;
import smartproxy.core.auth.AuthSettings;
import smartproxy.core.http.HttpSettings;
import smartproxy.core.http.ListenerSettings;
import smartproxy.core.log.LogSettings;
import smartproxy.core.store.StoreSettings;
import smartproxy.core.tls.TlsSettings;

/**
 * {@code settings.yml}: the settings of the daemon, each group declared in the room it belongs to.
 *
 * @param settingsDirectory module files
 * @param stateDirectory what the daemon must remember, where no database keeps it
 * @param store where that is kept
 * @param pluginDirectory jars of third parties
 * @param foreman how Foreman is called
 * @param listeners besides the main ones
 */
public record HostSettings(
        Path settingsDirectory,
        Path stateDirectory,
        StoreSettings store,
        Path pluginDirectory,
        ForemanSettings foreman,
        HttpSettings http,
        TlsSettings tls,
        List<ListenerSettings> listeners,
        AuthSettings auth,
        LogSettings log) {

    /**
     * Where Foreman is and who we are to it.
     *
     * @param url ends with a slash
     */
    public record ForemanSettings(
            Optional<URI> url, Optional<Path> ca, Optional<Path> certificate, Optional<Path> key) {}

    public static final Setting<Path> SETTINGS_DIRECTORY = SettingTypes.path(
                    "settings_directory",
                    "Directory of the modules' files; without this line, settings.d beside settings.yml")
            .defaultsTo(Path.of("/etc/foreman-proxy/settings.d"));
    public static final Setting<Path> STATE_DIRECTORY = SettingTypes.path(
                    "state_directory", "Directory of what the daemon must remember")
            .defaultsTo(Path.of("/var/lib/foreman-proxy"))
            .ownExtension();
    public static final Setting<Path> PLUGIN_DIRECTORY = SettingTypes.path(
                    "plugin_directory", "Directory of plug-ins; without this line, plugins beside the daemon's lib")
            .defaultsTo(Path.of("/usr/share/foreman-proxy/plugins"))
            .ownExtension();
    public static final Setting<String> FOREMAN_URL =
            SettingTypes.text("foreman_url", "URL of the Foreman server").sampled("https://foreman.example.com");
    public static final Setting<Path> FOREMAN_CA = SettingTypes.path(
                    "foreman_ssl_ca", "Authority of Foreman's certificate; unset: ssl_ca_file")
            .sampled("/etc/foreman-proxy/foreman_ssl_ca.pem");
    public static final Setting<Path> FOREMAN_CERTIFICATE = SettingTypes.path(
                    "foreman_ssl_cert", "Certificate shown to Foreman; unset: ssl_certificate")
            .sampled("/etc/foreman-proxy/foreman_ssl_cert.pem");
    public static final Setting<Path> FOREMAN_KEY = SettingTypes.path(
                    "foreman_ssl_key", "Key of foreman_ssl_cert; unset: ssl_private_key")
            .sampled("/etc/foreman-proxy/foreman_ssl_key.pem");

    /** What an administrator who comes from the Ruby proxy finds different in the daemon itself. */
    public static final List<String> DIFFERENCES = List.of(
            "plain http without `:trusted_hosts:` is refused (403) unless `:allow_http_without_trusted_hosts: true`",
            "`:trusted_hosts:` are compared with the certificate's SAN and CN, regardless of case",
            "the whole chain of `:ssl_certificate:` is sent, not its first certificate alone",
            "HUP reloads and does not end the daemon",
            "changed certificate files are used without HUP or restart",
            "a failing backend is answered 502, 503 or 504, not 400");

    public static final Schema<HostSettings> SCHEMA =
            new Schema<>("The daemon: listeners, certificates, who is let in, logs", settings(), HostSettings::bind);

    private static List<Setting<?>> settings() {
        var all = new ArrayList<Setting<?>>(List.of(SETTINGS_DIRECTORY, STATE_DIRECTORY));
        all.addAll(StoreSettings.SETTINGS);
        all.add(PLUGIN_DIRECTORY);
        all.addAll(HttpSettings.SETTINGS);
        all.addAll(TlsSettings.SETTINGS);
        all.add(ListenerSettings.SETTING);
        all.addAll(AuthSettings.SETTINGS);
        all.addAll(List.of(FOREMAN_URL, FOREMAN_CA, FOREMAN_CERTIFICATE, FOREMAN_KEY));
        all.addAll(LogSettings.SETTINGS);
        return all;
    }

    private static HostSettings bind(Values values) throws InvalidSetting {
        var tls = TlsSettings.bind(values);
        return new HostSettings(
                values.get(SETTINGS_DIRECTORY),
                values.get(STATE_DIRECTORY),
                StoreSettings.bind(values.get(STATE_DIRECTORY), values),
                values.get(PLUGIN_DIRECTORY),
                new ForemanSettings(
                        foremanUrl(values),
                        values.find(FOREMAN_CA).or(tls::ca),
                        values.find(FOREMAN_CERTIFICATE).or(tls::certificate),
                        values.find(FOREMAN_KEY).or(tls::privateKey)),
                HttpSettings.bind(values),
                tls,
                ListenerSettings.of(values.find(ListenerSettings.SETTING).orElse(List.of()), tls),
                AuthSettings.bind(values),
                LogSettings.bind(values));
    }

    /** What modules may know of it. */
    public DaemonSettings forModules() {
        return new DaemonSettings(
                http.ports(),
                new DaemonSettings.Identity(tls.ca(), tls.certificate(), tls.privateKey()),
                foreman.url(),
                new DaemonSettings.Identity(foreman.ca(), foreman.certificate(), foreman.key()),
                listeners.stream()
                        .map(listener -> new DaemonSettings.Listener(
                                listener.port(),
                                listener.served() == ListenerSettings.Served.ALL,
                                listener.tls().flatMap(TlsSettings::certificate)))
                        .toList());
    }

    private static Optional<URI> foremanUrl(Values values) throws InvalidSetting {
        var url = values.find(FOREMAN_URL);
        if (url.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new URI(url.get().endsWith("/") ? url.get() : url.get() + "/"));
        } catch (URISyntaxException e) {
            throw new InvalidSetting(
                    "Setting '" + FOREMAN_URL.key() + "' contains an invalid url",
                    "such as https://foreman.example.com");
        }
    }
}
