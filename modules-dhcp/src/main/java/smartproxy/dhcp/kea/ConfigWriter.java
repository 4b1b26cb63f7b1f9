package smartproxy.dhcp.kea;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;

/**
 * Changes reservations by setting the whole configuration. What others change between the last look and {@code config-set} is
 * lost: the look is repeated directly before, which leaves a few milliseconds. To be used by one caller at a time, within a
 * call of the backend.
 */
final class ConfigWriter {
    private static final int LOOKS = 3;

    private final String owner;
    private final KeaClient client;
    private final KeaReader reader;
    private final KeaClient patient;
    private final KeaReader patientReader;

    ConfigWriter(String owner, KeaClient client, KeaReader reader) {
        this.owner = owner;
        this.client = client;
        this.reader = reader;
        this.patient = client.patient();
        this.patientReader = new KeaReader(owner, patient);
    }

    /**
     * Makes the changes, and ends each that it can tell something of.
     *
     * @throws BackendException for those that are left; or when Kea did not answer and none is left
     */
    void make(List<Change> changes, Deadline deadline) throws IOException, InterruptedException {
        var lost = new ArrayList<IOException>();
        make(changes, lost, deadline);
        if (!lost.isEmpty()) {
            throw Change.unknown(owner, lost.get(0));
        }
    }

    private void make(List<Change> changes, List<IOException> lost, Deadline deadline)
            throws IOException, InterruptedException {
        try {
            for (var look = 0; look < LOOKS; look++) {
                if (made(pending(changes), lost, deadline)) {
                    return;
                }
            }
        } catch (KeaRefusal e) {
            pending(changes).forEach(change -> change.refused(owner, e));
            return;
        }
        throw new BackendException(
                Kind.UNAVAILABLE,
                Outcome.NOT_APPLIED,
                owner + ": somebody else keeps changing Kea's configuration; nothing was changed",
                null);
    }

    private static List<Change> pending(List<Change> changes) {
        return changes.stream().filter(change -> !change.hasEnded()).toList();
    }

    /** @return false when the configuration changed meanwhile: nothing was done */
    private boolean made(List<Change> changes, List<IOException> lost, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var before = reader.config(deadline);
        if (before.isRedacted()) {
            throw BackendException.rejected(
                    owner + ": config-get hides a password of Kea's configuration, so it cannot be"
                            + " set again; load the hook library host_cmds");
        }
        var after = before.copy();
        var edits = new ArrayList<Change>();
        for (var change : changes) {
            if (edit(after, change)) {
                edits.add(change);
            }
        }
        if (edits.isEmpty()) {
            return true;
        }
        try {
            client.ask("config-test", after.arguments(), deadline);
        } catch (KeaRefusal refusal) {
            return refused(edits, refusal, lost, deadline);
        }
        if (!reader.config(deadline).isSameAs(before)) {
            return false;
        }
        try {
            set(edits, after, deadline);
            keep(edits, before, deadline);
            end(edits, deadline);
        } catch (OutcomeUnknownException e) {
            edits.forEach(edit -> edit.isUnknown(owner, e));
            lost.add(e);
        }
        return true;
    }

    /** @return whether there is something to change; else the change ended */
    private boolean edit(KeaConfig config, Change change) {
        var subnet = config.subnet(change.target.subnetId());
        if (subnet.isEmpty() || !subnet.get().name().equals(change.target.subnet())) {
            change.refused(owner, KeaRefusal.notServed(change.target.subnet()));
            return false;
        }
        if (change.host == null) {
            if (!config.remove(subnet.get(), change.target.key())) {
                change.done(Change.Result.ABSENT);
                return false;
            }
            return true;
        }
        var inTheWay = config.inTheWay(subnet.get(), change);
        if (!inTheWay.isEmpty()) {
            change.done(new Change.Result(false, inTheWay));
            return false;
        }
        KeaConfig.add(subnet.get(), change.host);
        return true;
    }

    /** One of several may be the cause: then each is tried by itself. */
    private boolean refused(List<Change> edits, KeaRefusal refusal, List<IOException> lost, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        if (edits.size() == 1) {
            edits.get(0).refused(owner, refusal.saying("config-test: " + refusal.textFor(edits.get(0))));
            return true;
        }
        for (var edit : edits) {
            make(List.of(edit), lost, deadline);
        }
        return true;
    }

    private void set(List<Change> edits, KeaConfig after, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        try {
            client.change("config-set", after.arguments(), deadline);
        } catch (OutcomeUnknownException e) {
            var now = configNow("config-set: " + e.getMessage(), deadline);
            if (!edits.stream().allMatch(edit -> isIn(now, edit))) {
                throw e;
            }
        }
    }

    private static boolean isIn(KeaConfig config, Change change) {
        return config.has(change.target) == (change.host != null);
    }

    /** @param begun what was done and has to be known; without an answer nobody can tell what came of it */
    private KeaConfig configNow(String begun, Deadline deadline) throws OutcomeUnknownException, InterruptedException {
        try {
            return patientReader.config(deadline);
        } catch (KeaRefusal | IOException | BackendException e) {
            throw new OutcomeUnknownException(new IOException(begun + "; then " + e.getMessage(), e));
        }
    }

    /** Has Kea write the configuration to its file, which does no harm twice; what cannot be kept is undone. */
    private void keep(List<Change> edits, KeaConfig before, Deadline deadline)
            throws IOException, InterruptedException {
        try {
            patient.ask("config-write", KeaClient.object(), deadline);
        } catch (KeaRefusal refusal) {
            undo(edits, before, refusal, deadline);
            throw BackendException.rejected(owner + ": config-write: " + refusal.getMessage()
                    + "; nothing was changed. Allow Kea's user to write its configuration file");
        } catch (IOException | BackendException e) {
            throw new OutcomeUnknownException(new IOException(
                    "reservations of " + edits.size() + " changes are set, but not known to be in Kea's"
                            + " configuration file: " + e.getMessage(),
                    e));
        }
    }

    private void undo(List<Change> edits, KeaConfig before, KeaRefusal refusal, Deadline deadline)
            throws IOException, InterruptedException {
        var begun = "config-write: " + refusal.getMessage() + "; undoing the change";
        try {
            client.change("config-set", before.arguments(), deadline);
        } catch (KeaRefusal | IOException | BackendException e) {
            throw new OutcomeUnknownException(new IOException(begun + " failed: " + e.getMessage(), e));
        }
        var now = configNow(begun, deadline);
        if (edits.stream().anyMatch(edit -> isIn(now, edit))) {
            throw new OutcomeUnknownException(new IOException(begun + " had no effect"));
        }
    }

    /** A Kea that was restarted before it wrote its file took the change and has it no more. */
    private void end(List<Change> edits, Deadline deadline) throws OutcomeUnknownException, InterruptedException {
        var now = configNow("reservations are set and written", deadline);
        for (var edit : edits) {
            if (isIn(now, edit)) {
                edit.done(Change.Result.DONE);
            } else {
                edit.isUnknown(
                        owner,
                        new IOException("Kea took the configuration and shows another one; was it restarted, or does"
                                + " somebody else change it?"));
            }
        }
    }
}
