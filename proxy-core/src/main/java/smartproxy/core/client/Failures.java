package smartproxy.core.client;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
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

    /** How a server says that it takes the client's certificate for none (RFC 8446, section 6.2). */
    private static final Pattern NO_CLIENT = Pattern.compile("fatal alert: (?:bad_certificate|unsupported_certificate"
            + "|certificate_(?:revoked|expired|unknown|required)|unknown_ca|access_denied)");

    private final String owner;
    private final HttpIdentity identity;
    private final Duration connect;

    /** Whether the server ever answered as expected. */
    private volatile boolean answered;

    /** @param connect longest wait for a connection */
    Failures(String owner, HttpIdentity identity, Duration connect) {
        this.owner = owner;
        this.identity = identity;
        this.connect = connect;
    }

    /** An answer came. */
    void answered() {
        answered = true;
    }

    BackendException tooLargeToSend(HttpCall call) {
        return BackendException.rejected(owner + ": " + what(call) + ": the request is larger than "
                + (call.most() >> 10) + " KiB and was not sent");
    }

    /**
     * The exception of a call that got no answer.
     *
     * @param mayBeSent whether the server may have got the request
     * @throws BackendException when there was an answer, and it was unusable
     */
    IOException of(HttpCall call, Throwable failure, boolean mayBeSent) {
        var what = what(call) + ": ";
        if (failure instanceof Answer.TooLarge || isNoHttp(failure)) {
            throw unusable(call, what, failure);
        }
        var notConnected = notConnected(what, failure);
        if (notConnected != null) {
            return notConnected;
        }
        var broken = broken(what, failure);
        return mayBeSent && !call.isSafe() ? new OutcomeUnknownException(broken) : broken;
    }

    /** The parser refuses some answers by its own assertions, where these are on. */
    private static boolean isNoHttp(Throwable failure) {
        return failure instanceof HttpResponseException || failure instanceof AssertionError;
    }

    private BackendException unusable(HttpCall call, String what, Throwable failure) {
        var text = isNoHttp(failure)
                ? "it answers, but not as an HTTP server does; check the address" + hint()
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
        if (failure instanceof SSLHandshakeException || isPlain(failure)) {
            return caused(new SSLHandshakeException(what + tls(failure)), failure);
        }
        return null;
    }

    private IOException broken(String what, Throwable failure) {
        if (failure instanceof TimeoutException) {
            return caused(new SocketTimeoutException(what + "no answer in time"), failure);
        }
        if (failure instanceof SSLException) {
            return caused(new SSLException(what + message(failure)), failure);
        }
        var closed = failure instanceof EOFException || failure instanceof ClosedChannelException;
        return new IOException(what + (closed ? "the connection was closed" + hint() : message(failure)), failure);
    }

    /** Servers of https close a connection of plain http without a word. */
    private String hint() {
        return answered || !"http".equalsIgnoreCase(identity.base().getScheme())
                ? ""
                : "; if the server wants https, use https://";
    }

    private static boolean isPlain(Throwable failure) {
        return failure instanceof SSLException && message(failure).contains("nrecognized SSL message");
    }

    /** Why there is no handshake, the server's certificate above all, and what to do. */
    private String tls(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            var text = message(cause);
            if (isPlain(cause)) {
                return "it does not speak TLS there; check the port, or use http://";
            }
            if (cause instanceof CertificateExpiredException) {
                return "its certificate has expired (" + text + ")";
            }
            if (cause instanceof CertificateNotYetValidException) {
                return "its certificate is not valid yet (" + text + "); compare its clock with that of this host";
            }
            if (text.startsWith("Extended key usage") || text.startsWith("Key usage")) {
                return "its certificate is not one of a server (" + text + ")";
            }
            if (text.startsWith("No subject alternative") || text.startsWith("No name matching")) {
                return "its certificate is not made for " + identity.base().getHost() + " (" + text
                        + "); use the name in the certificate as address";
            }
            if (NO_CLIENT.matcher(text).find()) {
                return stranger(text);
            }
            if (text.contains("unable to find valid certification path")
                    || text.contains("does not chain with any of the trust anchors")
                    || text.contains("No trusted certificate")) {
                return untrusted();
            }
        }
        return message(failure);
    }

    private String stranger(String text) {
        return identity.certificate()
                        .map(file -> "it does not accept the client certificate in " + file)
                        .orElse("it wants a client certificate, and none is set")
                + " (" + text + ")";
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
