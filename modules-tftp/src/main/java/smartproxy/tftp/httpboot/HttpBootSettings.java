package smartproxy.tftp.httpboot;

import java.nio.file.Path;
import java.util.List;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/**
 * {@code httpboot.yml}.
 *
 * @param root absolute
 */
public record HttpBootSettings(Path root) {
    public static final Setting<Path> ROOT = SettingTypes.path(
                    "root_dir", "Directory whose files anybody may read over HTTP; that of the TFTP server, as a rule")
            .defaultsTo(Path.of("/var/lib/tftpboot"));

    static final Schema<HttpBootSettings> SCHEMA = new Schema<>(
            "Boot files over HTTP, below /EFI and /httpboot",
            List.of(ROOT),
            values -> new HttpBootSettings(values.get(ROOT).toAbsolutePath().normalize()));
}
