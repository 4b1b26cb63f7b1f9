package smartproxy.core.tls;

import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import smartproxy.core.api.StartException;
import smartproxy.core.tls.Crypto.UnfitException;

/**
 * Files, library and suites as one reading of them gave.
 *
 * @param notes what an administrator should know of the choices, for the log
 */
record TlsSetup(
        TlsMaterial material,
        Crypto crypto,
        CipherSuites suites,
        SSLContext context,
        SSLParameters parameters,
        List<CipherSuites.Note> notes) {

    /** A resumed session is not judged again, so it shall not outlive its certificate by much. */
    private static final int SESSION_SECONDS = 3600;

    /**
     * Reads all files and chooses the library: with {@code auto} the native one, unless it lacks what the settings name.
     *
     * @throws StartException naming the file or setting and what to do
     */
    static TlsSetup of(TlsSettings settings) throws StartException {
        var material = TlsMaterial.read(settings);
        if (settings.crypto().equals(TlsSettings.JDK)) {
            return ofJdk(settings, material, List.of());
        }
        try {
            return ofPlatform(settings, material);
        } catch (UnfitException e) {
            if (settings.crypto().equals(TlsSettings.NATIVE)) {
                throw new StartException(
                        "crypto: native cannot be used: " + e.getMessage() + "; set crypto to auto or jdk", e);
            }
            var note = new CipherSuites.Note(false, "Native crypto is not used: " + e.getMessage());
            return ofJdk(settings, material, List.of(note));
        }
    }

    private static TlsSetup ofPlatform(TlsSettings settings, TlsMaterial material)
            throws StartException, UnfitException {
        var setup = build(settings, material, Crypto.ofPlatform(), List.of());
        if (settings.crypto().equals(TlsSettings.AUTO) && settings.ciphers().isPresent()) {
            var jdk = CipherSuites.choose(settings, engine(context(material, Crypto.jdk())));
            var missed = new TreeSet<>(jdk.suites());
            setup.suites.suites().forEach(missed::remove);
            if (!missed.isEmpty()) {
                throw new UnfitException("it lacks what tls_ciphers asks for: " + String.join(", ", missed));
            }
        }
        return setup;
    }

    private static TlsSetup ofJdk(TlsSettings settings, TlsMaterial material, List<CipherSuites.Note> notes)
            throws StartException {
        try {
            return build(settings, material, Crypto.jdk(), notes);
        } catch (UnfitException e) {
            throw new StartException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static TlsSetup build(
            TlsSettings settings, TlsMaterial material, Crypto crypto, List<CipherSuites.Note> before)
            throws StartException, UnfitException {
        var context = context(material, crypto);
        var engine = engine(context);
        var suites = CipherSuites.choose(settings, engine);
        if (crypto.isNative()) {
            checkTls13(suites, engine);
        }
        var notes = new ArrayList<>(before);
        notes.add(new CipherSuites.Note(
                false,
                "TLS is done by " + crypto.title()
                        + (suites.lacking().isEmpty() ? "" : "; it lacks " + String.join(", ", suites.lacking()))));
        notes.addAll(suites.notes());
        var algorithm = material.key().getAlgorithm();
        suites.fitting(algorithm).ifPresent(notes::add);
        return new TlsSetup(
                material, crypto, suites, context, parameters(suites, crypto, algorithm), List.copyOf(notes));
    }

    /** BoringSSL offers all its suites of TLS 1.3 or none. */
    private static void checkTls13(CipherSuites suites, CipherSuites.Engine engine) throws UnfitException {
        var all = suites13(engine.supported());
        var chosen = suites13(suites.suites());
        if (!chosen.isEmpty() && !chosen.equals(all)) {
            throw new UnfitException(
                    "it cannot leave out suites of TLS 1.3, and tls_ciphers names only " + String.join(", ", chosen));
        }
    }

    private static Set<String> suites13(List<String> suites) {
        var names = new TreeSet<>(suites);
        names.removeIf(suite -> !CipherSuites.isOfTls13(suite));
        return names;
    }

    private static SSLContext context(TlsMaterial material, Crypto crypto) throws StartException, UnfitException {
        try {
            var context = crypto.context();
            context.init(
                    new KeyManager[] {new ServerKeyManager(crypto.own(material.key()), material.chain())},
                    new TrustManager[] {new ClientTrust(material, crypto)},
                    null);
            context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
            return context;
        } catch (GeneralSecurityException e) {
            throw new StartException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static CipherSuites.Engine engine(SSLContext context) {
        return new CipherSuites.Engine(
                Arrays.asList(context.getDefaultSSLParameters().getCipherSuites()),
                Arrays.asList(context.getSupportedSSLParameters().getCipherSuites()));
    }

    private static SSLParameters parameters(CipherSuites suites, Crypto crypto, String keyAlgorithm) {
        var protocols = new ArrayList<>(suites.protocols());
        var names = new ArrayList<>(suites.suites());
        if (crypto.isNative() && !suites.hasTls12For(keyAlgorithm)) {
            // Conscrypt finds the key by a suite of TLS 1.2; that version is off, so this one is never used.
            protocols.remove(CipherSuites.TLS_1_2);
            names.add("TLS_ECDHE_" + (keyAlgorithm.equals("EC") ? "ECDSA" : "RSA") + "_WITH_AES_128_GCM_SHA256");
        }
        var parameters = new SSLParameters(names.toArray(String[]::new), protocols.toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true);
        parameters.setWantClientAuth(true);
        return parameters;
    }
}
