package smartproxy.core.daemon;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.tls.TlsContext;

/**
 * Whether the JVM's compiler fits the library that does TLS. The quick compiler alone is right for the native one; with the
 * runtime's own, an RSA handshake would take four to seven times the CPU.
 */
final class CryptoFit {
    private static final Logger LOG = LoggerFactory.getLogger(CryptoFit.class);

    private CryptoFit() {}

    /** Warns in the log where it does not fit. */
    static void warn(Optional<TlsContext> tls) {
        var health = of(tls);
        if (!health.ok()) {
            LOG.warn("{}", health.detail());
        }
    }

    static Health of(Optional<TlsContext> tls) {
        return of(tls, System.getProperty("java.vm.info", ""));
    }

    /** @param vmInfo what the JVM says of itself; {@code emulated-client} stands for the quick compiler alone */
    static Health of(Optional<TlsContext> tls, String vmInfo) {
        if (tls.isEmpty()) {
            return new Health(true, "no https");
        }
        var title = tls.get().library();
        if (!tls.get().isNative() && vmInfo.contains("emulated-client")) {
            return new Health(
                    false,
                    "TLS is done by " + title + " with the quick compiler alone (-XX:TieredStopAtLevel=1), at several"
                            + " times the CPU; set SMART_PROXY_JAVA_OPTS=-XX:TieredStopAtLevel=4, or crypto to auto");
        }
        return new Health(true, "TLS is done by " + title);
    }
}
