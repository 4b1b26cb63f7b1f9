package smartproxy.dhcp.isc;

import java.io.IOException;
import smartproxy.core.api.OutcomeUnknownException;

/** Whether a change is on its way to dhcpd without an answer. */
final class Sent {
    /** A change that is sent. */
    @FunctionalInterface
    interface Change<T> {
        T send() throws IOException;
    }

    private boolean unanswered;
    private boolean before;

    /** Sends a change; without an answer it may have been made. */
    <T> T change(Change<T> change) throws IOException {
        unanswered = true;
        try {
            var result = change.send();
            unanswered = false;
            return result;
        } catch (IOException e) {
            throw new OutcomeUnknownException(e);
        } catch (RuntimeException e) {
            // dhcpd said no
            unanswered = false;
            throw e;
        }
    }

    boolean isUnanswered() {
        return unanswered;
    }

    /** Whether an earlier one was not answered; what is looked up now tells what came of it. */
    boolean settle() {
        before |= unanswered;
        return before;
    }

    /** dhcpd, which handles one message after the other, has told what there is. */
    void settled() {
        unanswered = false;
    }
}
