package smartproxy.core.tls;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import smartproxy.core.api.StartException;

/**
 * Which TLS versions and cipher suites are offered: OpenSSL names as administrators know them, turned into those of the Java
 * engine.
 *
 * @param protocols engine names, such as {@code TLSv1.2}; not empty
 * @param suites engine names in order of preference; not empty
 * @param lacking suites that were wanted, as they were written, and that the engine does not have or has switched off
 * @param notes what an administrator should know of the choice, for the log
 */
public record CipherSuites(List<String> protocols, List<String> suites, List<String> lacking, List<Note> notes) {

    /** @param warning else information */
    public record Note(boolean warning, String text) {}

    /**
     * What an engine has.
     *
     * @param enabled what it offers by itself, in its order
     * @param supported what it can be told to offer
     */
    public record Engine(List<String> enabled, List<String> supported) {}

    /** The list of the Ruby daemon for TLS 1.2, in its order. */
    static final List<String> BUILT_IN = List.of(
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "AES128-GCM-SHA256",
            "AES256-GCM-SHA384",
            "AES128-SHA256",
            "AES256-SHA256",
            "AES128-SHA",
            "AES256-SHA");

    private static final String SYSTEM_PROFILE = "PROFILE=SYSTEM";
    static final String TLS_1_2 = "TLSv1.2";
    private static final String TLS_1_3 = "TLSv1.3";
    private static final Set<String> KNOWN_VERSIONS = Set.of("TLSv1", "TLSv1.0", "TLSv1.1", TLS_1_2, TLS_1_3);
    private static final Pattern SEPARATORS = Pattern.compile("[:,\\s]+");
    private static final Pattern OPERATORS = Pattern.compile(".*[!+@=].*|-.*");
    /** Words of OpenSSL's cipher string language, ciphers(1), that stand for many suites. */
    private static final Set<String> KEYWORDS = Set.of(
            "DEFAULT",
            "COMPLEMENTOFDEFAULT",
            "ALL",
            "COMPLEMENTOFALL",
            "HIGH",
            "MEDIUM",
            "LOW",
            "NULL",
            "ENULL",
            "ANULL",
            "EXPORT",
            "RSA",
            "KRSA",
            "ARSA",
            "DHE",
            "KDHE",
            "EDH",
            "KEDH",
            "ECDHE",
            "KECDHE",
            "EECDH",
            "KEECDH",
            "ECDSA",
            "AECDSA",
            "ADH",
            "AECDH",
            "PSK",
            "SRP",
            "AES",
            "AES128",
            "AES256",
            "AESGCM",
            "AESCCM",
            "CHACHA20",
            "CAMELLIA",
            "ARIA",
            "3DES",
            "SHA",
            "SHA1",
            "SHA256",
            "SHA384",
            "MD5",
            "TLSV1",
            "TLSV1.0",
            "TLSV1.2",
            "SSLV3",
            "SUITEB128",
            "SUITEB128ONLY",
            "SUITEB192");

    private static final Map<String, String> ENGINE_NAMES = engineNames();

    /**
     * Makes the choice that the settings ask for.
     *
     * @throws StartException for a keyword or an unknown name in {@code tls_ciphers}, or when nothing is left
     */
    public static CipherSuites choose(TlsSettings settings, Engine engine) throws StartException {
        var notes = new ArrayList<Note>();
        var lacking = new ArrayList<String>();
        var protocols = protocols(settings, notes);
        var suites = new LinkedHashSet<String>();
        for (var suite : wanted(settings, engine, notes)) {
            var name = engineName(suite, engine);
            if (!engine.supported.contains(name)) {
                lacking.add(suite);
            } else if (protocols.contains(isOfTls13(name) ? TLS_1_3 : TLS_1_2)) {
                suites.add(name);
            }
        }
        protocols.removeIf(
                protocol -> suites.stream().noneMatch(suite -> isOfTls13(suite) == protocol.equals(TLS_1_3)));
        if (protocols.isEmpty()) {
            throw new StartException("No TLS version with a cipher suite is left; look at tls_ciphers,"
                    + " ssl_disabled_ciphers, tls_disabled_versions and tls_min_version"
                    + (lacking.isEmpty() ? "" : " (the TLS library lacks " + String.join(", ", lacking) + ")"));
        }
        return new CipherSuites(List.copyOf(protocols), List.copyOf(suites), List.copyOf(lacking), List.copyOf(notes));
    }

    /**
     * Checks that a server key can be used with the choice.
     *
     * @param algorithm of the key: {@code RSA}, {@code EC}, {@code RSASSA-PSS}
     * @return a note when TLS 1.2 is of no use with this key
     */
    Optional<Note> fitting(String algorithm) throws StartException {
        if (!protocols.contains(TLS_1_2) || hasTls12For(algorithm)) {
            return Optional.empty();
        }
        var reason = "no cipher suite of TLS 1.2 that is enabled fits the " + algorithm + " key of ssl_private_key";
        if (!protocols.contains(TLS_1_3)) {
            throw new StartException(
                    reason + ", and TLS 1.3 is off; use an RSA key, or name suites in tls_ciphers, such as"
                            + " ECDHE-ECDSA-AES128-GCM-SHA256");
        }
        return Optional.of(new Note(true, "Only TLS 1.3 can be spoken: " + reason));
    }

    /** Whether TLS 1.2 can be spoken with a key of this algorithm. */
    boolean hasTls12For(String algorithm) {
        return protocols.contains(TLS_1_2)
                && suites.stream().anyMatch(suite -> !isOfTls13(suite) && fits(suite, algorithm));
    }

    private static boolean fits(String suite, String algorithm) {
        var kind = algorithm.equals("EC")
                ? "_ECDSA_WITH_"
                : algorithm.equals("RSASSA-PSS") ? "DHE_RSA_WITH_" : "_RSA_WITH_";
        return suite.contains(kind);
    }

    private static List<String> protocols(TlsSettings settings, List<Note> notes) {
        var protocols = new ArrayList<>(List.of(TLS_1_3, TLS_1_2));
        if (settings.minVersion().equals("1.3")) {
            protocols.remove(TLS_1_2);
        }
        for (var version : settings.disabledVersions()) {
            var name = "TLSv" + version.strip().replaceFirst("(?i)^(TLS)?\\s*v?", "");
            if (KNOWN_VERSIONS.contains(name)) {
                notes.add(new Note(false, name + " will be disabled."));
                protocols.remove(name);
            } else {
                notes.add(new Note(true, name + " was not found."));
            }
        }
        return protocols;
    }

    /** The suites as the settings name them, those of TLS 1.3 included. */
    private static Collection<String> wanted(TlsSettings settings, Engine engine, List<Note> notes)
            throws StartException {
        var named = settings.ciphers().map(String::strip).filter(text -> !text.isEmpty());
        Collection<String> wanted;
        if (named.isEmpty()) {
            wanted = withTls13(BUILT_IN, engine);
        } else if (named.get().equals(SYSTEM_PROFILE)) {
            wanted = engine.enabled;
        } else {
            wanted = withTls13(parse(named.get(), engine), engine);
        }
        return without(wanted, settings.disabledCiphers(), engine, notes);
    }

    private static Collection<String> withTls13(List<String> names, Engine engine) {
        if (names.stream().anyMatch(name -> isOfTls13(engineName(name, engine)))) {
            return names;
        }
        var all = new ArrayList<String>();
        engine.enabled.stream().filter(CipherSuites::isOfTls13).forEach(all::add);
        all.addAll(names);
        return all;
    }

    private static Collection<String> without(
            Collection<String> wanted, List<String> disabled, Engine engine, List<Note> notes) {
        var names = new LinkedHashSet<String>();
        for (var suite : disabled) {
            var name = engineName(suite.strip(), engine);
            if (name.isEmpty()) {
                notes.add(new Note(true, "ssl_disabled_ciphers: unknown cipher suite '" + suite + "'"));
            } else if (isOfTls13(name)) {
                notes.add(
                        new Note(
                                true,
                                "ssl_disabled_ciphers: " + suite
                                        + " stays, the setting concerns TLS 1.2 alone; tls_ciphers can choose suites of TLS 1.3"));
            } else {
                names.add(name);
            }
        }
        return wanted.stream()
                .filter(Predicate.not(suite -> names.contains(engineName(suite, engine))))
                .toList();
    }

    private static List<String> parse(String list, Engine engine) throws StartException {
        var names = new ArrayList<String>();
        for (var name : SEPARATORS.split(list, -1)) {
            if (name.isEmpty()) {
                continue;
            }
            if (OPERATORS.matcher(name).matches() || KEYWORDS.contains(name.toUpperCase(Locale.ROOT))) {
                throw new StartException(
                        "tls_ciphers: the keyword '" + name + "' is not supported; name each cipher suite,"
                                + " such as ECDHE-RSA-AES256-GCM-SHA384, or write " + SYSTEM_PROFILE
                                + " for the Java runtime's own list");
            }
            if (engineName(name, engine).isEmpty()) {
                throw new StartException("tls_ciphers: unknown cipher suite '" + name + "'; known are "
                        + ENGINE_NAMES.keySet().stream().sorted().collect(Collectors.joining(", ")));
            }
            names.add(name);
        }
        return names;
    }

    /** The engine's name of a suite that goes by this OpenSSL name. */
    static Optional<String> engineName(String openSslName) {
        return Optional.ofNullable(ENGINE_NAMES.get(openSslName));
    }

    /** @return empty when there is no such suite */
    private static String engineName(String suite, Engine engine) {
        var name = ENGINE_NAMES.get(suite);
        if (name != null) {
            return name;
        }
        return engine.supported.contains(suite) || ENGINE_NAMES.containsValue(suite) ? suite : "";
    }

    static boolean isOfTls13(String suite) {
        return suite.startsWith("TLS_") && !suite.contains("_WITH_") && !suite.endsWith("_SCSV");
    }

    private static Map<String, String> engineNames() {
        var names = new LinkedHashMap<String, String>();
        for (var name : List.of(
                "TLS_AES_128_GCM_SHA256",
                "TLS_AES_256_GCM_SHA384",
                "TLS_CHACHA20_POLY1305_SHA256",
                "TLS_AES_128_CCM_SHA256",
                "TLS_AES_128_CCM_8_SHA256")) {
            names.put(name, name);
        }
        var exchanges = new LinkedHashMap<String, String>();
        exchanges.put("ECDHE-ECDSA-", "TLS_ECDHE_ECDSA_WITH_");
        exchanges.put("ECDHE-RSA-", "TLS_ECDHE_RSA_WITH_");
        exchanges.put("DHE-RSA-", "TLS_DHE_RSA_WITH_");
        exchanges.put("", "TLS_RSA_WITH_");
        exchanges.forEach((openSsl, iana) -> {
            var elliptic = openSsl.startsWith("EC");
            names.put(openSsl + "AES128-GCM-SHA256", iana + "AES_128_GCM_SHA256");
            names.put(openSsl + "AES256-GCM-SHA384", iana + "AES_256_GCM_SHA384");
            names.put(openSsl + "AES128-SHA256", iana + "AES_128_CBC_SHA256");
            names.put(
                    openSsl + (elliptic ? "AES256-SHA384" : "AES256-SHA256"),
                    iana + (elliptic ? "AES_256_CBC_SHA384" : "AES_256_CBC_SHA256"));
            names.put(openSsl + "AES128-SHA", iana + "AES_128_CBC_SHA");
            names.put(openSsl + "AES256-SHA", iana + "AES_256_CBC_SHA");
            if (!openSsl.equals("ECDHE-RSA-")) {
                names.put(openSsl + "AES128-CCM", iana + "AES_128_CCM");
                names.put(openSsl + "AES256-CCM", iana + "AES_256_CCM");
            }
            if (!openSsl.isEmpty()) {
                names.put(openSsl + "CHACHA20-POLY1305", iana + "CHACHA20_POLY1305_SHA256");
            }
        });
        return Map.copyOf(names);
    }
}
