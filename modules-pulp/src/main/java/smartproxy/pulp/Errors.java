package smartproxy.pulp;

import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.net.UnknownHostException;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;

/** The reference's texts for a Pulp that fails; nothing but the status is ever asked, so nothing was changed. */
final class Errors {
    private Errors() {}

    /** It answered, with a status that is no success: its own status where that speaks of a gateway, else 502. */
    static BackendException status(URI url, int status) {
        var known = Response.Status.fromStatusCode(status);
        var kind = status == 503 ? Kind.UNAVAILABLE : status == 504 ? Kind.TIMEOUT : Kind.REJECTED;
        var reason = known == null ? String.valueOf(status) : known.getReasonPhrase();
        return new BackendException(
                kind, Outcome.NOT_APPLIED, "Pulp server at " + url + " returned an error: '" + reason + "'", null);
    }

    /** There was no connection; whatever else as it is. */
    static BackendException communication(URI url, BackendException e) {
        return e.kind() == Kind.UNAVAILABLE && e.getCause() != null
                ? unavailable("Communication error with '" + url.getHost() + "': " + text(e.getCause()), e)
                : e;
    }

    /** As {@link #communication}, in the words of Pulp 2's modules. */
    static BackendException silence(URI url, BackendException e) {
        if (e.kind() != Kind.UNAVAILABLE || e.getCause() == null) {
            return e;
        }
        return e.getCause() instanceof UnknownHostException
                ? unavailable("Pulp server '" + url.getHost() + "' is unknown", e)
                : unavailable("Pulp server at " + url + " is not responding: " + text(e.getCause()), e);
    }

    private static BackendException unavailable(String message, BackendException cause) {
        return new BackendException(Kind.UNAVAILABLE, Outcome.NOT_APPLIED, message, cause);
    }

    private static String text(Throwable cause) {
        var message = cause.getMessage();
        if (cause instanceof UnknownHostException) {
            return "unknown host";
        }
        return message == null ? cause.getClass().getSimpleName() : message.replaceAll("\\p{Cntrl}+", " ");
    }
}
