package smartproxy.core.tls;

import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * What was made of certificates, for the last {@value #MOST} of them: Foreman comes with one, hosts ask for many files each.
 * Thread-safe.
 *
 * @param <T> what is made of one
 */
public final class CertificateMemo<T> {
    static final int MOST = 256;

    private final Function<X509Certificate, T> maker;
    private final Map<X509Certificate, T> made = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<X509Certificate, T> eldest) {
            return size() > MOST;
        }
    };

    /** @param maker quick, and of the certificate alone */
    public CertificateMemo(Function<X509Certificate, T> maker) {
        this.maker = maker;
    }

    public T of(X509Certificate certificate) {
        synchronized (made) {
            return made.computeIfAbsent(certificate, maker);
        }
    }
}
