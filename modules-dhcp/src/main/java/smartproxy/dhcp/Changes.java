package smartproxy.dhcp;

import java.util.function.Supplier;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;

/** What callers are told of changes, whichever provider makes them. */
final class Changes {
    private static final String UNCHANGED = "nothing was changed";

    private Changes() {}

    /** Makes a change; where it fails and the backend made nothing of it, the caller is told so. A no speaks for itself. */
    static <T> T make(Supplier<T> change) {
        try {
            return change.get();
        } catch (BackendException e) {
            var message = String.valueOf(e.getMessage());
            if (e.outcome() == Outcome.UNKNOWN || e.kind() == Kind.REJECTED || message.contains(UNCHANGED)) {
                throw e;
            }
            throw new BackendException(e.kind(), e.outcome(), message + "; " + UNCHANGED, e);
        }
    }
}
