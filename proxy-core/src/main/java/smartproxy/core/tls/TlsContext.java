package smartproxy.core.tls;

import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
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

    private record Loaded(TlsSetup setup, Instant at) {}

    private final TlsSettings settings;
    private final Clock clock;
    private final Map<Path, Optional<TlsReloader.Fingerprint>> asLoaded;
    private volatile Loaded loaded;

    TlsContext(TlsSettings settings) throws StartException {
        this(settings, Clock.systemUTC());
    }

    TlsContext(TlsSettings settings, Clock clock) throws StartException {
        this.settings = settings;
        this.clock = clock;
        asLoaded = TlsReloader.fingerprints(files());
        loaded = load();
        loaded.setup.notes().forEach(TlsContext::log);
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
        if (now.isAfter(fresh.setup.material().certificateNotAfter())
                && now.isBefore(loaded.setup.material().certificateNotAfter())) {
            throw new StartException(settings.certificate().orElseThrow() + ": the new certificate of "
                    + TlsMaterial.name(fresh.setup.material().chain().get(0)) + " expired at "
                    + fresh.setup.material().certificateNotAfter() + " already; put a valid one there");
        }
        var same = fresh.setup.notes().equals(loaded.setup.notes());
        loaded = fresh;
        if (!same) {
            fresh.setup.notes().forEach(TlsContext::log);
        }
        logNotes();
    }

    /** For Jetty's connectors; each call makes a new one, all follow {@link #reload()}. */
    public SslContextFactory.Server sslContextFactory() {
        return new TlsEngines(() -> this);
    }

    /** An engine for a newly accepted connection. */
    SSLEngine newEngine(String peerHost, int peerPort) {
        var current = loaded;
        var engine = current.setup.context().createSSLEngine(peerHost, peerPort);
        engine.setUseClientMode(false);
        engine.setSSLParameters(current.setup.parameters());
        return engine;
    }

    SSLContext sslContext() {
        return loaded.setup.context();
    }

    /** Versions and suites in use, and those that are lacking. */
    public CipherSuites suites() {
        return loaded.setup.suites();
    }

    /** The library that does it and its version. */
    public String library() {
        return loaded.setup.crypto().title();
    }

    /** Whether the native library does it; else the Java runtime's. */
    public boolean isNative() {
        return loaded.setup.crypto().isNative();
    }

    /** The files that are read, as the settings name them. */
    Set<Path> files() {
        return TlsMaterial.files(settings);
    }

    /** The files just before they were read for the first time. */
    Map<Path, Optional<TlsReloader.Fingerprint>> asLoaded() {
        return asLoaded;
    }

    /** When the server's certificate ends. */
    public Instant certificateNotAfter() {
        return loaded.setup.material().certificateNotAfter();
    }

    /** When the first of the authorities of client certificates ends. */
    public Instant authorityNotAfter() {
        return loaded.setup.material().authorityNotAfter();
    }

    /** When the first of the revocation lists should be replaced; empty without lists. */
    public Optional<Instant> revocationsNextUpdate() {
        return loaded.setup.material().revocationsNextUpdate();
    }

    /** When the files were read. */
    public Instant loadedAt() {
        return loaded.at;
    }

    /** What has expired or will soon, one sentence each. */
    public List<String> expiryWarnings() {
        return loaded.setup.material().expiryWarnings(settings, clock.instant());
    }

    /** The server's certificate, then its authorities as far as they are sent. */
    public List<X509Certificate> chain() {
        return loaded.setup.material().chain();
    }

    /** Of client certificates. */
    public List<X509Certificate> authorities() {
        return loaded.setup.material().authorities();
    }

    /** What was doubtful when it was loaded, one sentence each. */
    public List<String> warnings() {
        var warnings = new ArrayList<String>();
        loaded.setup.notes().stream()
                .filter(CipherSuites.Note::warning)
                .map(CipherSuites.Note::text)
                .forEach(warnings::add);
        warnings.addAll(loaded.setup.material().notes());
        warnings.addAll(expiryWarnings());
        return warnings;
    }

    private Loaded load() throws StartException {
        return new Loaded(TlsSetup.of(settings), clock.instant());
    }

    private void logNotes() {
        loaded.setup.material().notes().forEach(LOG::warn);
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
