package smartproxy.core.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.StartException;

/**
 * TLS of the https listeners as last loaded. A client certificate is requested and not required; one that does not chain to
 * {@code ssl_ca_file}, is outside its time, not meant for clients or revoked ends the handshake. Renegotiation is off.
 *
 * <p>Thread-safe. A handshake uses what was current when its connection was accepted.
 */
public final class TlsContext {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);
    /** A resumed session is not judged again, so it shall not outlive its certificate by much. */
    private static final int SESSION_SECONDS = 3600;

    private record Loaded(
            TlsMaterial material,
            CipherSuites suites,
            Optional<CipherSuites.Note> fitting,
            SSLContext context,
            SSLParameters parameters,
            Instant at) {}

    private final TlsSettings settings;
    private final Clock clock;
    private volatile Loaded loaded;

    TlsContext(TlsSettings settings) throws StartException {
        this(settings, Clock.systemUTC());
    }

    TlsContext(TlsSettings settings, Clock clock) throws StartException {
        this.settings = settings;
        this.clock = clock;
        loaded = load();
        loaded.suites.notes().forEach(TlsContext::log);
        logNotes();
    }

    /**
     * Reads all files anew and uses them for new connections; those that are open live on.
     *
     * @throws StartException when they are not good; what was loaded before stays in use
     */
    public void reload() throws StartException {
        var fresh = load();
        var now = clock.instant();
        if (now.isAfter(fresh.material.certificateNotAfter()) && now.isBefore(loaded.material.certificateNotAfter())) {
            throw new StartException(settings.certificate().orElseThrow() + ": the new certificate of "
                    + TlsMaterial.name(fresh.material.chain().get(0)) + " expired at "
                    + fresh.material.certificateNotAfter() + " already; put a valid one there");
        }
        loaded = fresh;
        logNotes();
    }

    /** For Jetty's connectors; each call makes a new one, all follow {@link #reload()}. */
    public SslContextFactory.Server sslContextFactory() {
        return new TlsEngines(() -> this);
    }

    /** An engine for a newly accepted connection. */
    SSLEngine newEngine(String peerHost, int peerPort) {
        var current = loaded;
        var engine = current.context.createSSLEngine(peerHost, peerPort);
        engine.setUseClientMode(false);
        engine.setSSLParameters(current.parameters);
        return engine;
    }

    SSLContext sslContext() {
        return loaded.context;
    }

    /** Versions and suites in use, and those that are lacking. */
    public CipherSuites suites() {
        return loaded.suites;
    }

    /** The files that are read, as the settings name them. */
    Set<Path> files() {
        return TlsMaterial.files(settings);
    }

    /** When the server's certificate ends. */
    public Instant certificateNotAfter() {
        return loaded.material.certificateNotAfter();
    }

    /** When the first of the authorities of client certificates ends. */
    public Instant authorityNotAfter() {
        return loaded.material.authorityNotAfter();
    }

    /** When the first of the revocation lists should be replaced; empty without lists. */
    public Optional<Instant> revocationsNextUpdate() {
        return loaded.material.revocationsNextUpdate();
    }

    /** When the files were read. */
    public Instant loadedAt() {
        return loaded.at;
    }

    /** What has expired or will soon, one sentence each. */
    public List<String> expiryWarnings() {
        return loaded.material.expiryWarnings(settings, clock.instant());
    }

    /** The server's certificate, then its authorities as far as they are sent. */
    public List<X509Certificate> chain() {
        return loaded.material.chain();
    }

    /** Of client certificates. */
    public List<X509Certificate> authorities() {
        return loaded.material.authorities();
    }

    /** What was doubtful when it was loaded, one sentence each. */
    public List<String> warnings() {
        var warnings = new ArrayList<String>();
        loaded.suites.notes().stream()
                .filter(CipherSuites.Note::warning)
                .map(CipherSuites.Note::text)
                .forEach(warnings::add);
        loaded.fitting.map(CipherSuites.Note::text).ifPresent(warnings::add);
        warnings.addAll(loaded.material.notes());
        warnings.addAll(expiryWarnings());
        return warnings;
    }

    private Loaded load() throws StartException {
        var material = TlsMaterial.read(settings);
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(
                    new KeyManager[] {new ServerKeyManager(material)},
                    new TrustManager[] {new ClientTrust(material)},
                    null);
            context.getServerSessionContext().setSessionTimeout(SESSION_SECONDS);
            var suites = CipherSuites.choose(settings, engine(context));
            var fitting = suites.fitting(material.key().getAlgorithm());
            fitting.ifPresent(TlsContext::log);
            return new Loaded(material, suites, fitting, context, parameters(suites), clock.instant());
        } catch (GeneralSecurityException e) {
            throw new StartException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private static CipherSuites.Engine engine(SSLContext context) {
        return new CipherSuites.Engine(
                Arrays.asList(context.getDefaultSSLParameters().getCipherSuites()),
                Arrays.asList(context.getSupportedSSLParameters().getCipherSuites()));
    }

    private static SSLParameters parameters(CipherSuites suites) {
        var parameters = new SSLParameters(
                suites.suites().toArray(String[]::new), suites.protocols().toArray(String[]::new));
        parameters.setUseCipherSuitesOrder(true);
        parameters.setWantClientAuth(true);
        return parameters;
    }

    private void logNotes() {
        loaded.material.notes().forEach(LOG::warn);
        expiryWarnings().forEach(LOG::warn);
    }

    private static void log(CipherSuites.Note note) {
        if (note.warning()) {
            LOG.warn(note.text());
        } else {
            LOG.info(note.text());
        }
    }
}
