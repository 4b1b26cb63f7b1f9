package smartproxy.core.http;

import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.PKIXReason;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import smartproxy.core.health.Metrics;

/** Counts TLS handshakes, and why they failed. */
public final class Handshakes implements SslHandshakeListener {
    private static final int MAX_CAUSES = 10;

    private final Metrics metrics;

    public Handshakes(Metrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void handshakeSucceeded(Event event) {
        metrics.handshakeDone();
    }

    @Override
    public void handshakeFailed(Event event, Throwable failure) {
        metrics.handshakeFailed(reason(failure));
    }

    /** The innermost cause that says something. */
    private static String reason(Throwable failure) {
        var reason = failure instanceof SSLException ? "protocol" : "closed";
        var cause = failure;
        for (var i = 0; i < MAX_CAUSES && cause != null; i++) {
            if (cause instanceof CertificateExpiredException || isReason(cause, BasicReason.EXPIRED)) {
                return "expired";
            }
            if (cause instanceof CertificateRevokedException || isReason(cause, BasicReason.REVOKED)) {
                return "revoked";
            }
            if (cause instanceof CertPathBuilderException
                    || isReason(cause, PKIXReason.NO_TRUST_ANCHOR)
                    || isReason(cause, BasicReason.INVALID_SIGNATURE)) {
                reason = "unknown_ca";
            } else if (cause instanceof CertificateException && reason.equals("protocol")) {
                reason = "certificate";
            }
            cause = cause.getCause();
        }
        return reason;
    }

    private static boolean isReason(Throwable cause, Reason reason) {
        return cause instanceof CertPathValidatorException invalid && invalid.getReason() == reason;
    }
}
