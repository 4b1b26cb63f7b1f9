package smartproxy.tftp;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.tftp.server.TftpServerSettings;

/**
 * {@code tftp.yml}.
 *
 * @param root absolute
 * @param connectTimeout for a connection to where a boot file comes from
 * @param verifyCertificate whether the certificate of such a server must be good
 * @param serverName what Foreman tells hosts to load from
 * @param server the one inside; empty: there is none
 */
public record TftpSettings(
        Path root,
        Duration connectTimeout,
        boolean verifyCertificate,
        Optional<String> serverName,
        Optional<TftpServerSettings> server) {
    public static final Setting<Path> ROOT = SettingTypes.path(
                    "tftproot", "Directory of the TFTP server; configurations and boot files are written below it")
            .defaultsTo(Path.of("/var/lib/tftpboot"));
    public static final Setting<Duration> CONNECT_TIMEOUT = SettingTypes.seconds(
                    "tftp_connect_timeout", 1, 3600, "A server that boot files come from is reached within this time")
            .defaultsTo(Duration.ofSeconds(10));
    public static final Setting<Boolean> VERIFY_CERTIFICATE = SettingTypes.bool(
                    "verify_server_cert", "Take boot files over https only from servers with a good certificate")
            .defaultsTo(true);
    public static final Setting<String> SERVER_NAME = SettingTypes.text(
                    "tftp_servername",
                    "Address or name that hosts load from, told to Foreman; unset: Foreman takes the host of this"
                            + " proxy's URL")
            .sampled("tftp.example.com")
            .shownToForeman();

    static final Schema<TftpSettings> SCHEMA = new Schema<>(
            "Boot configurations and boot files for TFTP",
            List.of(ROOT, CONNECT_TIMEOUT, VERIFY_CERTIFICATE, SERVER_NAME, TftpServerSettings.SETTING),
            values -> new TftpSettings(
                    values.get(ROOT).toAbsolutePath().normalize(),
                    values.get(CONNECT_TIMEOUT),
                    values.get(VERIFY_CERTIFICATE),
                    values.find(SERVER_NAME).filter(name -> !name.isBlank()),
                    values.find(TftpServerSettings.SETTING).filter(TftpServerSettings::enabled)));
}
