package smartproxy.pulp;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Relay.Spool;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingBlock;
import smartproxy.core.api.SettingTypes;

/**
 * {@code :gateway:} of {@code pulpcore.yml}.
 *
 * @param enabled whether Pulp is reached through the daemon
 * @param pulp the one that Katello is told of
 * @param url of the daemon as Katello and hosts reach it; empty: by its certificate and port
 * @param rhsm whether the subscription service of Foreman is reached through it, too
 * @param registry whether Pulp's container registry is
 * @param routes of an administrator's choice
 * @param spool for large bodies on their way to the API
 */
record GatewaySettings(
        boolean enabled,
        PulpTarget pulp,
        Optional<URI> url,
        boolean rhsm,
        boolean registry,
        List<FreeRoute> routes,
        Spool spool) {
    static final GatewaySettings OFF = new GatewaySettings(
            false,
            new PulpTarget(
                    PulpTarget.OWN,
                    URI.create("http://127.0.0.1:24817"),
                    URI.create("http://127.0.0.1:24816"),
                    PulpTarget.ROOT,
                    Login.NONE,
                    PulpTarget.PULP3,
                    Optional.empty()),
            Optional.empty(),
            false,
            false,
            List.of(),
            new Spool(Path.of("/var/cache/foreman-proxy/spool"), 1L << 30));

    private static final Set<String> KEYS = keys();

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

    private static Set<String> keys() {
        var keys = new TreeSet<>(PulpTarget.KEYS);
        keys.removeAll(Set.of("api_root", "provider", "content_directory")); // Katello knows no other than Pulp 3's own
        keys.addAll(Set.of("enabled", "url", "rhsm", "registry", "routes", "spool_directory", "spool_size"));
        return keys;
    }

    private static GatewaySettings parse(String key, Object value) throws InvalidSetting {
        var block = SettingBlock.of(key, value, KEYS);
        var url = block.find(SettingTypes.url("url", ""));
        return new GatewaySettings(
                block.find(SettingTypes.bool("enabled", "")).orElse(false),
                PulpTarget.parse(PulpTarget.OWN, block, Optional.of(OFF.pulp)),
                url.isPresent() ? Optional.of(PulpTarget.server(key + ": url", url.get())) : url,
                block.find(SettingTypes.bool("rhsm", "")).orElse(false),
                block.find(SettingTypes.bool("registry", "")).orElse(false),
                FreeRoute.parse(block),
                new Spool(
                        spoolDirectory(block),
                        block.find(SettingTypes.integer("spool_size", 1, 1 << 20, ""))
                                .map(size -> (long) size << 20)
                                .orElse(OFF.spool.bytes())));
    }

    private static Path spoolDirectory(SettingBlock block) throws InvalidSetting {
        var directory = block.find(SettingTypes.path("spool_directory", "")).orElse(OFF.spool.directory());
        if (!directory.isAbsolute() || (Files.exists(directory) && !Files.isDirectory(directory))) {
            throw new InvalidSetting(
                    "Parameter '" + block.key()
                            + ": spool_directory' is no directory, or its path does not begin with a slash",
                    "such as " + OFF.spool.directory() + ", writable by the daemon's user; it is '" + directory + "'");
        }
        return directory;
    }

    /** Whether it is on, for a person. */
    @Override
    public String toString() {
        return enabled ? pulp.toString() : "off";
    }
}
