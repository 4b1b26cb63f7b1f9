package smartproxy.core.guard;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.Operation;
import smartproxy.core.api.OutcomeUnknownException;

/**
 * An attempt that failed in transport.
 *
 * @param cause what happened, for a person
 * @param advice what to check
 * @param maybeApplied whether the backend may have made the change
 */
record TransportFailure(Kind kind, String cause, String advice, boolean maybeApplied, IOException exception) {
    private static final int LONGEST_CAUSE = 300;

    /**
     * @param late whether the attempt's deadline has passed
     * @param took time since the attempt began
     */
    static TransportFailure of(Operation operation, IOException thrown, boolean late, Duration took) {
        var unknown = thrown instanceof OutcomeUnknownException;
        var told = unknown && thrown.getCause() instanceof IOException inner ? inner : thrown;
        // a connection that failed may have been told of in other words
        var root = told.getCause() instanceof IOException inner && notConnected(inner) ? inner : told;
        var nothingSent = notConnected(root) || root instanceof SSLHandshakeException;
        var maybeApplied = unknown || (!operation.repeatable() && !nothingSent);
        if (notConnected(root)) {
            return new TransportFailure(
                    Kind.UNAVAILABLE,
                    text(root instanceof UnknownHostException ? root : told),
                    connectAdvice(root),
                    maybeApplied,
                    thrown);
        }
        if (late || root instanceof SocketTimeoutException) {
            return new TransportFailure(
                    Kind.TIMEOUT,
                    "no answer within " + seconds(took),
                    "check that the server is not stopped or overloaded and that no firewall drops packets",
                    maybeApplied,
                    thrown);
        }
        var advice = root instanceof SSLException
                ? "check the address, the server's certificate and the client's"
                : "check the server's log";
        return new TransportFailure(Kind.UNAVAILABLE, text(root), advice, maybeApplied, thrown);
    }

    BackendException toException(String backend, Operation operation, int attempts, boolean maybeApplied) {
        return new BackendException(
                kind,
                maybeApplied ? BackendException.Outcome.UNKNOWN : BackendException.Outcome.NOT_APPLIED,
                backend + ": " + operation.name() + ": " + cause
                        + (attempts > 1 ? " (the last of " + attempts + " attempts)" : "")
                        + (maybeApplied ? "; whether the change was made is unknown" : "") + "; " + advice,
                exception);
    }

    private static boolean notConnected(IOException e) {
        return e instanceof ConnectException
                || e instanceof NoRouteToHostException
                || e instanceof PortUnreachableException
                || e instanceof UnknownHostException;
    }

    private static String connectAdvice(IOException e) {
        if (e instanceof UnknownHostException) {
            return "check the configured name and this host's resolver";
        }
        if (e instanceof NoRouteToHostException) {
            return "check the network and the firewalls on the way";
        }
        return "check that the server runs and listens there";
    }

    private static String text(IOException e) {
        var message = e.getMessage();
        var text = message == null || message.isBlank() ? e.getClass().getSimpleName() : message;
        if (e instanceof UnknownHostException) {
            text = "unknown host " + text;
        }
        var line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > LONGEST_CAUSE ? line.substring(0, LONGEST_CAUSE) + "…" : line;
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
