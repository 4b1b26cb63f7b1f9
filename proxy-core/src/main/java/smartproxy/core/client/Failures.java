package smartproxy.core.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.eclipse.jetty.client.HttpResponseException;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.OutcomeUnknownException;

/** Makes of what the client library throws what {@link smartproxy.core.api.HttpPeer#send} promises, in words for a person. */
final class Failures {
    private static final int MAX_PATH = 80;

    private final String owner;
    private final HttpIdentity identity;
    private final Duration connect;

    /** @param connect longest wait for a connection */
    Failures(String owner, HttpIdentity identity, Duration connect) {
        this.owner = owner;
        this.identity = identity;
        this.connect = connect;
    }

    BackendException tooLargeToSend(HttpCall call, int most) {
        return BackendException.rejected(
                owner + ": " + what(call) + ": the request is larger than " + (most >> 10) + " KiB and was not sent");
    }

    /**
     * The exception of a call that got no answer.
     *
     * @param mayBeSent whether the server may have got the request
     * @throws BackendException when there was an answer, and it was unusable
     */
    IOException of(HttpCall call, Throwable failure, boolean mayBeSent) {
        var what = what(call) + ": ";
        if (failure instanceof Answer.TooLarge || failure instanceof HttpResponseException) {
            throw unusable(call, what, failure);
        }
        var notConnected = notConnected(what, failure);
        if (notConnected != null) {
            return notConnected;
        }
        var broken = broken(what, failure);
        return mayBeSent && !call.isSafe() ? new OutcomeUnknownException(broken) : broken;
    }

    private BackendException unusable(HttpCall call, String what, Throwable failure) {
        var text = failure instanceof HttpResponseException
                ? "it answers, but not as an HTTP server does; check the address"
                : String.valueOf(failure.getMessage());
        return new BackendException(
                BackendException.Kind.REJECTED,
                call.isSafe() ? BackendException.Outcome.NOT_APPLIED : BackendException.Outcome.UNKNOWN,
                owner + ": " + what + text + (call.isSafe() ? "" : "; whether the change was made is unknown"),
                failure);
    }

    private @Nullable IOException notConnected(String what, Throwable failure) {
        if (failure instanceof UnknownHostException) {
            return caused(new UnknownHostException(identity.base().getHost()), failure);
        }
        if (failure instanceof SocketTimeoutException) {
            return caused(new ConnectException(what + "no connection within " + connect.toSeconds() + " s"), failure);
        }
        if (failure instanceof NoRouteToHostException) {
            return caused(new NoRouteToHostException(what + message(failure)), failure);
        }
        if (failure instanceof ConnectException) {
            return caused(new ConnectException(what + message(failure)), failure);
        }
        if (failure instanceof SSLHandshakeException) {
            return caused(new SSLHandshakeException(what + tls(failure)), failure);
        }
        return null;
    }

    private static IOException broken(String what, Throwable failure) {
        if (failure instanceof TimeoutException) {
            return caused(new SocketTimeoutException(what + "no answer in time"), failure);
        }
        if (failure instanceof SSLException) {
            return caused(new SSLException(what + message(failure)), failure);
        }
        var closed = failure instanceof EOFException || failure instanceof ClosedChannelException;
        return new IOException(what + (closed ? "the connection was closed" : message(failure)), failure);
    }

    /** What is wrong with the server's certificate, and what to do. */
    private String tls(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            var text = message(cause);
            if (cause instanceof CertificateExpiredException) {
                return "its certificate has expired (" + text + ")";
            }
            if (text.startsWith("No subject alternative") || text.startsWith("No name matching")) {
                return "its certificate is not made for " + identity.base().getHost() + " (" + text
                        + "); use the name in the certificate as address";
            }
            if (cause instanceof CertificateException && cause.getCause() == null) {
                return untrusted();
            }
            if (text.contains("unable to find valid certification path")
                    || text.contains("does not chain with any of the trust anchors")
                    || text.contains("No trusted certificate")) {
                return untrusted();
            }
        }
        return message(failure);
    }

    private String untrusted() {
        return identity.caFile().isPresent()
                ? "its certificate is signed by no authority in "
                        + identity.caFile().get() + " (" + identity.caSetting() + ")"
                : "its certificate is signed by no authority the Java runtime knows; put that of its authority into a file and set "
                        + identity.caSetting();
    }

    private String what(HttpCall call) {
        var path = call.path().length() > MAX_PATH ? call.path().substring(0, MAX_PATH) + "…" : call.path();
        var base = identity.base().toString();
        return call.method() + " " + base + (base.endsWith("/") ? "" : "/") + path;
    }

    private static String message(Throwable failure) {
        var message = failure.getMessage();
        return message == null || message.isBlank() ? failure.getClass().getSimpleName() : message;
    }

    private static <T extends IOException> T caused(T exception, Throwable cause) {
        exception.initCause(cause);
        return exception;
    }
}
