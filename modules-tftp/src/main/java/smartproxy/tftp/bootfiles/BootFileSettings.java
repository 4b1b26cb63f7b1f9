package smartproxy.tftp.bootfiles;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.HttpDownloads;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * What {@code tftp.yml} says of boot files.
 *
 * @param patience how long a request waits for its file
 * @param maxSize of a file, in bytes
 * @param checksumBeside whether a file counts only with its {@code .sha256} beside it
 * @param keep how long they stay
 */
public record BootFileSettings(
        HttpDownloads.Terms terms,
        SourceRules rules,
        Duration patience,
        long maxSize,
        boolean checksumBeside,
        KeepRule keep) {
    public static final Setting<Duration> CONNECT_TIMEOUT = SettingTypes.seconds(
                    "tftp_connect_timeout", 1, 3600, "A server that boot files come from is reached within this time")
            .defaultsTo(Duration.ofSeconds(10));
    public static final Setting<Boolean> VERIFY_CERTIFICATE = SettingTypes.bool(
                    "verify_server_cert", "Take boot files over https only from servers with a good certificate")
            .defaultsTo(true);
    public static final Setting<Duration> WAIT = SettingTypes.seconds(
                    "boot_file_wait",
                    0,
                    600,
                    "A request for a boot file waits this long for it, and tells when it fails; then the download goes on by"
                            + " itself")
            .defaultsTo(Duration.ofSeconds(5))
            .ownExtension();
    public static final Setting<Integer> MAX_SIZE = SettingTypes.integer(
                    "max_boot_file_size", 1, 1 << 20, "MiB of a boot file; a larger one is refused")
            .defaultsTo(8192)
            .ownExtension();
    public static final Setting<Boolean> CHECKSUM_BESIDE = SettingTypes.bool(
                    "boot_file_sha256", "Take a boot file only when its digest is in URL.sha256 beside it")
            .defaultsTo(false)
            .ownExtension();
    public static final Setting<Path> CA_FILE = SettingTypes.readableFile(
                    "boot_file_ca_file",
                    "PEM file of the authorities that may have signed the certificates of servers of boot files; unset: those of"
                            + " the system")
            .sampled("/etc/foreman-proxy/mirrors_ca.pem")
            .ownExtension();
    public static final Setting<Hosts> ALLOW = Hosts.setting(
                    "boot_file_allow", "Boot files come from these servers alone; unset: from any")
            .sampled("['*.example.com', 192.0.2.0/24]");
    public static final Setting<Hosts> DENY = Hosts.setting(
                    "boot_file_deny", "Boot files never come from these servers")
            .sampled("[198.51.100.0/24]");

    public static final Setting<Integer> KEEP_DAYS = SettingTypes.integer(
                    "boot_file_keep_days",
                    1,
                    36_500,
                    "A boot file that was fetched is removed when it was neither asked for nor read for more than so many days; unset:"
                            + " never for that reason")
            .sampled("90")
            .ownExtension();
    public static final Setting<Integer> KEEP_SIZE = SettingTypes.integer(
                    "boot_file_keep_size",
                    1,
                    1 << 30,
                    "MiB that boot files that were fetched may take together; above that those that were used longest ago are removed,"
                            + " but none that was used within a day; unset: no bound")
            .sampled("20000")
            .ownExtension();

    /** In the order of the file. */
    public static final List<Setting<?>> ALL = List.of(
            CONNECT_TIMEOUT,
            VERIFY_CERTIFICATE,
            WAIT,
            MAX_SIZE,
            CHECKSUM_BESIDE,
            CA_FILE,
            ALLOW,
            DENY,
            KEEP_DAYS,
            KEEP_SIZE);

    /** No byte for so long: the connection is given up. */
    private static final Duration MAX_IDLE = Duration.ofSeconds(60);

    /** Where systems keep the authorities they trust: Debian, Red Hat, SUSE. */
    private static final List<Path> OF_THE_SYSTEM = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
            Path.of("/etc/ssl/ca-bundle.pem"));

    static final long MEBIBYTE = 1L << 20;

    public static BootFileSettings of(Values values) {
        var authorities = values.find(CA_FILE)
                .or(() -> OF_THE_SYSTEM.stream().filter(Files::isReadable).findFirst());
        return new BootFileSettings(
                new HttpDownloads.Terms(
                        values.get(CONNECT_TIMEOUT),
                        MAX_IDLE,
                        authorities,
                        ":" + CA_FILE.key() + ":",
                        values.get(VERIFY_CERTIFICATE)),
                new SourceRules(
                        values.find(ALLOW).orElse(Hosts.NONE), values.find(DENY).orElse(Hosts.NONE)),
                values.get(WAIT),
                values.get(MAX_SIZE) * MEBIBYTE,
                values.get(CHECKSUM_BESIDE),
                new KeepRule(
                        values.find(KEEP_DAYS).map(Duration::ofDays),
                        values.find(KEEP_SIZE).map(mebibytes -> mebibytes * MEBIBYTE)));
    }

    Optional<String> warning() {
        return terms.verify()
                ? Optional.empty()
                : Optional.of("certificates of servers are not verified (:verify_server_cert: false)");
    }
}
