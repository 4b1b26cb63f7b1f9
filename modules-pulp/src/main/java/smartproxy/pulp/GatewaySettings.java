package smartproxy.pulp;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Relay.Spool;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/**
 * {@code :gateway:} of {@code pulpcore.yml}.
 *
 * @param enabled whether Pulp is reached through the daemon
 * @param apiUrl where Pulp's API really is
 * @param contentUrl where its content really is
 * @param url of the daemon as Katello and hosts reach it; empty: by its certificate and port
 * @param login how the daemon logs in to the API
 * @param rhsm whether the subscription service of Foreman is reached through it, too
 * @param spool for large bodies on their way to the API
 */
record GatewaySettings(
        boolean enabled, URI apiUrl, URI contentUrl, Optional<URI> url, Login login, boolean rhsm, Spool spool) {
    static final GatewaySettings OFF = new GatewaySettings(
            false,
            URI.create("http://127.0.0.1:24817"),
            URI.create("http://127.0.0.1:24816"),
            Optional.empty(),
            new Login(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty()),
            false,
            new Spool(Path.of("/var/cache/foreman-proxy/spool"), 1L << 30));

    private static final TreeSet<String> KEYS = new TreeSet<>(List.of(
            "enabled",
            "api_url",
            "content_url",
            "url",
            "username",
            "password_file",
            "client_cert",
            "client_key",
            "ca_file",
            "remote_user",
            "rhsm",
            "spool_directory",
            "spool_size"));

    static final Setting<GatewaySettings> SETTING = Setting.of(
                    "gateway",
                    "mapping of " + String.join(", ", KEYS),
                    GatewaySettings::parse,
                    "Katello and hosts reach Pulp through the daemon, off unless enabled; see docs/pulpcore.md")
            .sampled("""
                    :enabled: true
                    :api_url: http://127.0.0.1:24817
                    :content_url: http://127.0.0.1:24816
                    :username: admin
                    :password_file: /etc/foreman-proxy/pulp-password
                    """)
            .ownExtension();

    /**
     * How to log in to Pulp: user and password, a client certificate, or the header {@code Remote-User}.
     *
     * @param authorities of Pulp's certificate
     */
    record Login(
            Optional<String> username,
            Optional<Secret> password,
            Optional<Path> certificate,
            Optional<Path> key,
            Optional<Path> authorities,
            Optional<String> remoteUser) {
        /** A server, spoken to with this login. */
        HttpIdentity to(URI base) {
            var identity = at(base);
            if (username.isPresent() && password.isPresent()) {
                identity = identity.basic(username.get(), password.get());
            }
            return remoteUser.isPresent() ? identity.header("Remote-User", new Secret(remoteUser.get())) : identity;
        }

        /** A server, spoken to as nobody but with the client certificate. */
        HttpIdentity at(URI base) {
            var identity = HttpIdentity.of(base, "ca_file");
            if (authorities.isPresent()) {
                identity = identity.trusting(authorities.get());
            }
            return certificate.isPresent() && key.isPresent()
                    ? identity.presenting(certificate.get(), key.get())
                    : identity;
        }
    }

    private static GatewaySettings parse(String key, Object value) throws InvalidSetting {
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
        var block = new Block(key, map);
        var login = new Login(
                block.find(SettingTypes.text("username", "")),
                block.password(),
                block.find(SettingTypes.readableFile("client_cert", "")),
                block.find(SettingTypes.readableFile("client_key", "")),
                block.find(SettingTypes.readableFile("ca_file", "")),
                block.find(SettingTypes.text("remote_user", "")));
        var url = block.find(SettingTypes.url("url", ""));
        return new GatewaySettings(
                block.find(SettingTypes.bool("enabled", "")).orElse(false),
                server(key, block.find(SettingTypes.url("api_url", "")).orElse(OFF.apiUrl)),
                server(key, block.find(SettingTypes.url("content_url", "")).orElse(OFF.contentUrl)),
                url.isPresent() ? Optional.of(server(key, url.get())) : url,
                checked(key, login),
                block.find(SettingTypes.bool("rhsm", "")).orElse(false),
                new Spool(
                        block.find(SettingTypes.path("spool_directory", "")).orElse(OFF.spool.directory()),
                        block.find(SettingTypes.integer("spool_size", 1, 1 << 20, ""))
                                .map(size -> (long) size << 20)
                                .orElse(OFF.spool.bytes())));
    }

    private static Login checked(String key, Login login) throws InvalidSetting {
        var password = login.username().isPresent() || login.password().isPresent();
        var certificate = login.certificate().isPresent() || login.key().isPresent();
        var whole = (!password
                        || (login.username().isPresent() && login.password().isPresent()))
                && (!certificate
                        || (login.certificate().isPresent() && login.key().isPresent()));
        if (!whole || (password && login.remoteUser().isPresent())) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' does not say how to log in to Pulp",
                    "username and password_file, or client_cert and client_key, or remote_user");
        }
        return login;
    }

    /** The routes are those of Pulp: no other path can come before them. */
    private static URI server(String key, URI url) throws InvalidSetting {
        var scheme = String.valueOf(url.getScheme());
        if (url.getHost() == null
                || !(scheme.equals("http") || scheme.equals("https"))
                || !(url.getRawPath().isEmpty() || url.getRawPath().equals("/"))
                || url.getRawQuery() != null
                || url.getRawUserInfo() != null) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' has a URL that is not http or https, host and port alone",
                    "such as http://127.0.0.1:24817");
        }
        return URI.create(scheme + "://" + url.getRawAuthority());
    }

    /** The mapping, read key by key with the rules of settings. */
    private record Block(String key, Map<?, ?> map) {
        <T> Optional<T> find(Setting<T> setting) throws InvalidSetting {
            var value = map.get(setting.key());
            return value == null ? Optional.empty() : Optional.of(setting.parse(value));
        }

        Optional<Secret> password() throws InvalidSetting {
            var file = find(SettingTypes.readableFile("password_file", ""));
            return file.isEmpty()
                    ? Optional.empty()
                    : Optional.of(SettingTypes.secret("password_file", "").parse("file:" + file.get()));
        }
    }

    /** Whether it is on, for a person. */
    @Override
    public String toString() {
        return enabled ? apiUrl + ", " + contentUrl : "off";
    }
}
