package smartproxy.core.http;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertPathValidatorException.Reason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.PKIXReason;
import javax.net.ssl.SSLException;
import jdk.net.ExtendedSocketOptions;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
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
        acknowledge(event.getEndPoint());
    }

    /**
     * Has the kernel acknowledge the client's last words now. The native library, which makes no tickets, has nothing to send after
     * them, and a client that leaves Nagle's algorithm on would keep its request back for the 40 ms of a delayed acknowledgement.
     */
    private static void acknowledge(EndPoint endPoint) {
        try {
            if (transport(endPoint) instanceof SocketChannel channel
                    && channel.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK)) {
                channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
            }
        } catch (IOException | LinkageError e) {
            // the connection has ended; or a runtime without the module jdk.net: the request waits a little
        }
    }

    private static Object transport(EndPoint endPoint) {
        var inner = endPoint instanceof SslConnection.SslEndPoint ssl
                ? ssl.getSslConnection().getEndPoint()
                : endPoint;
        return inner.getTransport();
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
