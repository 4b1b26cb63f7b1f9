package smartproxy.tftp;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;
import smartproxy.tftp.bootfiles.BootFileSettings;
import smartproxy.tftp.server.TftpServerSettings;

/** {@code tftp.yml}. */
public final class TftpSettings {
    public static final Setting<Path> ROOT = SettingTypes.path(
                    "tftproot", "Directory of the TFTP server; configurations and boot files are written below it")
            .defaultsTo(Path.of("/var/lib/tftpboot"));
    public static final Setting<String> SERVER_NAME = SettingTypes.text(
                    "tftp_servername",
                    "Address or name that hosts load from, told to Foreman; unset: Foreman takes the host of this"
                            + " proxy's URL")
            .sampled("tftp.example.com")
            .shownToForeman();

    static final Schema<TftpSettings> SCHEMA =
            new Schema<>("Boot configurations and boot files for TFTP", all(), TftpSettings::new);

    private final Path root;
    private final Optional<String> serverName;
    private final BootFileSettings bootFiles;
    private final Optional<TftpServerSettings> server;

    private TftpSettings(Values values) {
        root = values.get(ROOT).toAbsolutePath().normalize();
        serverName = values.find(SERVER_NAME).filter(name -> !name.isBlank());
        bootFiles = BootFileSettings.of(values);
        server = values.find(TftpServerSettings.SETTING).filter(TftpServerSettings::enabled);
    }

    /** Absolute. */
    Path root() {
        return root;
    }

    /** What Foreman tells hosts to load from. */
    Optional<String> serverName() {
        return serverName;
    }

    BootFileSettings bootFiles() {
        return bootFiles;
    }

    /** The one inside; empty: there is none. */
    Optional<TftpServerSettings> server() {
        return server;
    }

    private static List<Setting<?>> all() {
        var all = new ArrayList<Setting<?>>(List.of(ROOT, SERVER_NAME, TftpServerSettings.SETTING));
        all.addAll(BootFileSettings.ALL);
        return all;
    }
}
