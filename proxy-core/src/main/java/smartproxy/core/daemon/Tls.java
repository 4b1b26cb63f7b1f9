package smartproxy.core.daemon;

import java.time.Duration;
import smartproxy.core.api.StartException;
import smartproxy.core.tls.TlsContext;
import smartproxy.core.tls.TlsContexts;
import smartproxy.core.tls.TlsReloader;
import smartproxy.core.tls.TlsSettings;

/** The certificates in use and the watch over their files. */
record Tls(TlsContext context, TlsReloader reloader) {
    private static final Duration CHECK = Duration.ofSeconds(5);

    static Tls load(TlsSettings settings) throws StartException {
        var context = TlsContexts.load(settings);
        return new Tls(context, new TlsReloader(context, CHECK));
    }
}
