package smartproxy.core.tls;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * TLS of the https listeners.
 *
 * @param certificate PEM, the whole chain is sent
 * @param ca PEM, the authority of client certificates
 * @param privateKey PEM: PKCS#1, PKCS#8 or EC, plain or encrypted
 * @param passphraseFile holds the passphrase of an encrypted key in its first line
 * @param crl PEM or DER revocation list of the authority
 * @param disabledCiphers OpenSSL names taken out of the built-in list
 * @param disabledVersions {@code 1.2}, {@code 1.3}
 * @param minVersion {@code 1.2} or {@code 1.3}
 * @param ciphers OpenSSL names that replace the built-in list; empty for the built-in list
 * @param crypto {@code auto}, {@code native} or {@code jdk}
 */
public record TlsSettings(
        Optional<Path> certificate,
        Optional<Path> ca,
        Optional<Path> privateKey,
        Optional<Path> passphraseFile,
        Optional<Path> crl,
        List<String> disabledCiphers,
        List<String> disabledVersions,
        String minVersion,
        Optional<String> ciphers,
        String crypto) {

    static final String AUTO = "auto";
    static final String NATIVE = "native";
    static final String JDK = "jdk";

    public static final Setting<Path> CERTIFICATE = SettingTypes.path(
                    "ssl_certificate", "PEM file of the server certificate, with its chain")
            .sampled("/etc/foreman-proxy/ssl_cert.pem");
    public static final Setting<Path> CA = SettingTypes.path(
                    "ssl_ca_file", "PEM file of the authority that signs client certificates")
            .sampled("/etc/foreman-proxy/ssl_ca.pem");
    public static final Setting<Path> PRIVATE_KEY = SettingTypes.path("ssl_private_key", "PEM file of the server's key")
            .sampled("/etc/foreman-proxy/ssl_key.pem");
    public static final Setting<Path> PASSPHRASE_FILE = SettingTypes.path(
                    "ssl_private_key_passphrase_file", "File with the passphrase of an encrypted key")
            .sampled("/etc/foreman-proxy/ssl_key_passphrase")
            .ownExtension();
    public static final Setting<Path> CRL = SettingTypes.path(
                    "ssl_crl_file", "Revocation list of the authority; a revoked client certificate ends the handshake")
            .sampled("/etc/foreman-proxy/ssl_crl.pem")
            .ownExtension();
    public static final Setting<List<String>> DISABLED_CIPHERS = SettingTypes.texts(
                    "ssl_disabled_ciphers", "Cipher suites taken out of the built-in list, by OpenSSL name")
            .defaultsTo(List.of());
    public static final Setting<List<String>> DISABLED_VERSIONS = SettingTypes.texts(
                    "tls_disabled_versions", "TLS versions switched off besides 1.0 and 1.1")
            .defaultsTo(List.of());
    public static final Setting<String> MIN_VERSION = SettingTypes.oneOf(
                    "tls_min_version", List.of("1.2", "1.3"), "Lowest TLS version")
            .defaultsTo("1.2");
    public static final Setting<String> CIPHERS = SettingTypes.text(
                    "tls_ciphers",
                    "Cipher suites in order of preference: OpenSSL names separated by colons, or PROFILE=SYSTEM for the engine's own")
            .sampled("PROFILE=SYSTEM");
    public static final Setting<String> CRYPTO = SettingTypes.oneOf(
                    "crypto",
                    List.of(AUTO, NATIVE, JDK),
                    "Library that does TLS: auto is native (Conscrypt) where it can do what the settings ask for, else the Java runtime's")
            .defaultsTo(AUTO)
            .ownExtension();

    public static final List<Setting<?>> SETTINGS = List.of(
            CERTIFICATE,
            CA,
            PRIVATE_KEY,
            PASSPHRASE_FILE,
            CRL,
            DISABLED_CIPHERS,
            DISABLED_VERSIONS,
            MIN_VERSION,
            CIPHERS,
            CRYPTO);

    /** https needs all three. */
    public boolean enabled() {
        return certificate.isPresent() && ca.isPresent() && privateKey.isPresent();
    }

    /**
     * The same for another certificate. Its key is not encrypted; the revocation list goes with the authority.
     *
     * @param otherCa empty: the same authority
     */
    public TlsSettings with(
            Optional<Path> otherCertificate, Optional<Path> otherKey, Optional<Path> otherCa, Optional<Path> otherCrl) {
        return new TlsSettings(
                otherCertificate,
                otherCa.or(() -> ca),
                otherKey,
                otherKey.equals(privateKey) ? passphraseFile : Optional.empty(),
                otherCa.isEmpty() || otherCa.equals(ca) ? otherCrl.or(() -> crl) : otherCrl,
                disabledCiphers,
                disabledVersions,
                minVersion,
                ciphers,
                crypto);
    }

    public static TlsSettings bind(Values values) {
        return new TlsSettings(
                values.find(CERTIFICATE),
                values.find(CA),
                values.find(PRIVATE_KEY),
                values.find(PASSPHRASE_FILE),
                values.find(CRL),
                values.get(DISABLED_CIPHERS),
                values.get(DISABLED_VERSIONS),
                values.get(MIN_VERSION),
                values.find(CIPHERS),
                values.get(CRYPTO));
    }
}
