package smartproxy.pulp;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * {@code pulp.yml}, {@code pulpnode.yml}.
 *
 * @param pulpUrl Pulp 2, with its path
 */
public record Pulp2Settings(URI pulpUrl, Path pulpDir, Path pulpContentDir, String puppetContentDir, Path mongodbDir) {
    private static final Setting<URI> PULP_URL = SettingTypes.url("pulp_url", "URL of Pulp 2")
            .defaultsTo(URI.create("https://localhost/pulp"))
            .shownToForeman();
    private static final Setting<Path> PULP_DIR =
            SettingTypes.path("pulp_dir", "Pulp's directory").defaultsTo(Path.of("/var/lib/pulp"));
    private static final Setting<Path> PULP_CONTENT_DIR = SettingTypes.path(
                    "pulp_content_dir", "Directory of its content")
            .defaultsTo(Path.of("/var/lib/pulp/content"));
    private static final Setting<String> PUPPET_CONTENT_DIR = SettingTypes.text(
                    "puppet_content_dir", "Directory that Pulp installs Puppet modules to")
            .defaultsTo("/etc/puppet/environments");
    private static final Setting<Path> MONGODB_DIR =
            SettingTypes.path("mongodb_dir", "Directory of its database").defaultsTo(Path.of("/var/lib/mongodb"));

    static final Schema<Pulp2Settings> SCHEMA = new Schema<>(
            "Pulp 2, for Katello before 4.0",
            List.of(PULP_URL, PULP_DIR, PULP_CONTENT_DIR, PUPPET_CONTENT_DIR, MONGODB_DIR),
            Pulp2Settings::bind);

    private static Pulp2Settings bind(Values values) {
        return new Pulp2Settings(
                values.get(PULP_URL),
                values.get(PULP_DIR),
                values.get(PULP_CONTENT_DIR),
                values.get(PUPPET_CONTENT_DIR),
                values.get(MONGODB_DIR));
    }
}
