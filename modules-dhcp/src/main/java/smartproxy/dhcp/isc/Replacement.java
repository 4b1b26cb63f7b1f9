package smartproxy.dhcp.isc;

import java.io.IOException;
import smartproxy.core.api.BackendException;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.isc.OmapiClient.Talk;

/**
 * Gives a host other statements. dhcpd cannot do that, so the host is removed and made anew, in one turn; when the new one is refused,
 * the one before is made again. It goes on where it was when a connection breaks.
 */
final class Replacement {
    private final Reservation present;
    private final Reservation wanted;
    private final String before;
    private final String after;
    private boolean removing;
    private boolean removed;
    private boolean making;
    private boolean undoing;
    private boolean undone;
    private String refusal = "";

    /**
     * @param present of that name, MAC and address
     * @param before its statements
     * @param after those of the one that is wanted
     */
    Replacement(Reservation present, Reservation wanted, String before, String after) {
        this.present = present;
        this.wanted = wanted;
        this.before = before;
        this.after = after;
    }

    /**
     * Does it, or what is left to do of it.
     *
     * @return true
     * @throws BackendException when dhcpd refused the new one
     */
    boolean run(Talk talk, Sent sent) throws IOException {
        if (!removed) {
            remove(talk, sent);
        }
        while (!make(talk, sent)) {
            if (undoing) {
                throw BackendException.rejected(refusal);
            }
            undoing = true;
        }
        if (undoing) {
            undone = true;
            throw BackendException.rejected(refusal + "; the one before is there again, nothing was changed");
        }
        return true;
    }

    private void remove(Talk talk, Sent sent) throws IOException {
        var found = IscDhcpProvider.find(talk, present);
        sent.settled();
        if (found.isEmpty() && !removing) {
            throw BackendException.rejected("dhcpd does not have it any more; nothing was changed");
        }
        if (found.isPresent()) {
            removing = true;
            try {
                var unused = sent.change(() -> talk.delete(found.get()));
            } catch (BackendException e) {
                removing = false;
                throw e;
            }
        }
        removed = true;
    }

    private boolean make(Talk talk, Sent sent) throws IOException {
        var host = undoing ? present : wanted;
        if (making) {
            // without an answer: it is the only one of that MAC that can be there
            var made = IscDhcpProvider.find(talk, host);
            sent.settled();
            if (made.isPresent()) {
                return true;
            }
        }
        making = true;
        String no;
        try {
            int result = sent.change(() -> talk.create(host.name(), host.ip(), host.mac(), undoing ? before : after));
            if (result == OmapiResult.SUCCESS) {
                return true;
            }
            no = result == OmapiResult.PARSE_ERROR
                    ? "dhcpd does not understand the statements " + after
                            + " An option may not be defined in dhcpd.conf"
                    : "dhcpd has another host of that name or MAC by now";
        } catch (BackendException e) {
            no = String.valueOf(e.getMessage());
        }
        making = false;
        refusal = undoing ? refusal + "; and the one before: " + no : no;
        return false;
    }

    /** Whether what was there is there. */
    boolean isUndone() {
        return undone || (!removing && !removed);
    }

    /** What can be said of it when it ended on the way. */
    String left(Sent sent) {
        if (!removed) {
            return "; whether it was removed to be made anew is unknown";
        }
        return "; it was removed to be made anew, and "
                + (sent.isUnanswered() ? "whether that was done is unknown" : "is not there now; ask for it again");
    }
}
