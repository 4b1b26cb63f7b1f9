package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;

/**
 * Changes reservations by the commands of {@code host_cmds}. In the running configuration they last until a restart, so there it
 * is written to its file. To be used within a call of the backend; for {@link Writing#MEMORY} by one caller at a time.
 */
final class HostWriter {
    private final String owner;
    private final KeaClient client;
    private final KeaReader reader;
    private final KeaClient patient;
    private final KeaReader patientReader;

    HostWriter(String owner, KeaClient client, KeaReader reader) {
        this.owner = owner;
        this.client = client;
        this.reader = reader;
        this.patient = client.patient();
        this.patientReader = new KeaReader(owner, patient);
    }

    /** What it takes to undo a change. */
    private record Made(Change change, ObjectNode host) {}

    /**
     * Makes the changes and ends each that it can tell something of; those left were not begun.
     *
     * @throws IOException when Kea did not answer and some were not begun
     * @throws BackendException when it did not answer and none is left
     */
    void make(List<Change> changes, KeaAbilities kea, Deadline deadline) throws IOException, InterruptedException {
        var made = new ArrayList<Made>();
        var broken = Optional.<IOException>empty();
        for (var change : pending(changes)) {
            try {
                make(change, kea, made, deadline);
            } catch (KeaRefusal e) {
                change.refused(owner, e.saying(e.textFor(change)));
            } catch (BackendException e) {
                change.failed(e);
            } catch (OutcomeUnknownException e) {
                change.isUnknown(owner, e);
                broken = Optional.of(e.getCause() instanceof IOException cause ? cause : e);
                break;
            } catch (IOException e) {
                broken = Optional.of(e);
                break;
            }
        }
        if (kea.writing() == Writing.MEMORY && !made.isEmpty()) {
            var lost = keep(made, deadline);
            broken = broken.isPresent() ? broken : lost;
        }
        made.forEach(one -> one.change().done(Change.Result.DONE));
        if (broken.isPresent()) {
            if (pending(changes).isEmpty()) {
                throw Change.unknown(owner, broken.get());
            }
            throw broken.get();
        }
    }

    private static List<Change> pending(List<Change> changes) {
        return changes.stream().filter(change -> !change.hasEnded()).toList();
    }

    private void make(Change change, KeaAbilities kea, List<Made> made, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        // by now the number may be none, or another subnet's, from which a host of this client would be removed
        if (!reader.isServed(change.target, kea, deadline)) {
            throw KeaRefusal.notServed(change.target.subnet());
        }
        if (change.host == null) {
            remove(change, kea, made, deadline);
            return;
        }
        var inTheWay = inTheWay(change, kea, deadline);
        if (!inTheWay.isEmpty()) {
            change.done(new Change.Result(false, inTheWay));
            return;
        }
        var host = change.host.deepCopy().put("subnet-id", change.target.subnetId());
        try {
            add(host, kea.writing(), deadline);
            made.add(new Made(change, host));
        } catch (KeaRefusal refusal) {
            if (!refusal.isDuplicate()) {
                throw refusal;
            }
            if (refusal.leavesHalf()) {
                client.change("reservation-del", deletion(change, kea.writing()), deadline);
            }
            var now = inTheWay(change, kea, deadline);
            if (now.isEmpty()) {
                throw refusal;
            }
            change.done(new Change.Result(false, now));
        } catch (OutcomeUnknownException e) {
            settle(e, change, kea.writing(), deadline);
            made.add(new Made(change, host));
        }
    }

    /** What a removed one was has to be known where it may be undone. A database that is away has none, and does not say so. */
    private void remove(Change change, KeaAbilities kea, List<Made> made, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var host = KeaClient.object();
        if (kea.writing() == Writing.MEMORY) {
            var present = reader.hosts(change.target, deadline);
            if (present.isEmpty()) {
                change.done(Change.Result.ABSENT);
                return;
            }
            host = present.get(0).deepCopy();
        }
        try {
            if (!client.change("reservation-del", deletion(change, kea.writing()), deadline)) {
                change.done(Change.Result.ABSENT);
                return;
            }
        } catch (OutcomeUnknownException lost) {
            deleteAgain(lost, change, kea.writing(), deadline);
        }
        made.add(new Made(change, host));
    }

    /** Twice does no harm. */
    private void deleteAgain(OutcomeUnknownException lost, Change change, Writing writing, Deadline deadline)
            throws OutcomeUnknownException, InterruptedException {
        try {
            patient.ask("reservation-del", deletion(change, writing), deadline);
        } catch (KeaRefusal | IOException | BackendException e) {
            lost.addSuppressed(e);
            throw lost;
        }
    }

    private List<JsonNode> inTheWay(Change change, KeaAbilities kea, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var hosts = new ArrayList<>(reader.hosts(change.target, deadline));
        for (var ip : change.target.addresses()) {
            hosts.addAll(reader.hosts(change.target.subnetId(), ip, kea.can("reservation-get-by-address"), deadline));
        }
        return KeaConfig.inTheWay(client.family(), hosts, change);
    }

    /** Whether it is as the change would have it. */
    private boolean isMade(Change change, KeaReader reader, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var there = reader.hosts(change.target, deadline).stream()
                .map(client.family()::addresses)
                .anyMatch(change.target.addresses()::equals);
        return there == (change.host != null);
    }

    /** Looks what came of a create whose answer was lost; throws the loss when it is not made, as it may come late. */
    private void settle(OutcomeUnknownException lost, Change change, Writing writing, Deadline deadline)
            throws OutcomeUnknownException, InterruptedException {
        try {
            if (isMade(change, patientReader, deadline)) {
                return;
            }
            if (writing == Writing.DATABASE) {
                patientReader.checkDatabase(deadline);
                if (isMade(change, patientReader, deadline)) {
                    return;
                }
            }
        } catch (KeaRefusal | IOException | BackendException e) {
            lost.addSuppressed(e);
        }
        throw lost;
    }

    private void add(ObjectNode host, Writing writing, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        client.change("reservation-add", target(writing).set("reservation", host), deadline);
    }

    private static ObjectNode deletion(Change change, Writing writing) {
        return target(writing)
                .put("subnet-id", change.target.subnetId())
                .put("identifier-type", change.target.key().type())
                .put("identifier", change.target.key().identifier());
    }

    private static ObjectNode target(Writing writing) {
        return KeaClient.object().put("operation-target", writing == Writing.DATABASE ? "database" : "memory");
    }

    /**
     * Has Kea write its file, which does no harm twice, and ends what cannot be kept: it is undone.
     *
     * @return why Kea did not answer
     */
    private Optional<IOException> keep(List<Made> made, Deadline deadline) throws InterruptedException {
        try {
            patient.ask("config-write", KeaClient.object(), deadline);
        } catch (KeaRefusal refusal) {
            // the last first: one may have an address that another gave up
            for (var i = made.size() - 1; i >= 0; i--) {
                undo(made.get(i), refusal, deadline);
            }
            return Optional.empty();
        } catch (IOException | BackendException e) {
            var text = "it is not known to be in Kea's configuration file: " + e.getMessage();
            made.forEach(one -> one.change().isUnknown(owner, new IOException(text, e)));
            return e instanceof IOException lost ? Optional.of(lost) : Optional.empty();
        }
        var broken = Optional.<IOException>empty();
        for (var one : made) {
            var lost = confirm(one.change(), deadline);
            broken = broken.isPresent() ? broken : lost;
        }
        return broken;
    }

    /** A Kea that was restarted before it wrote its file took the change and has it no more. */
    private Optional<IOException> confirm(Change change, Deadline deadline) throws InterruptedException {
        try {
            if (!isMade(change, patientReader, deadline)) {
                change.isUnknown(owner, new IOException("Kea took it and shows it no more; was it restarted?"));
            }
        } catch (KeaRefusal | IOException | BackendException e) {
            change.isUnknown(owner, new IOException("Kea took it, and then: " + e.getMessage(), e));
            return e instanceof IOException lost ? Optional.of(lost) : Optional.empty();
        }
        return Optional.empty();
    }

    private void undo(Made made, KeaRefusal refusal, Deadline deadline) throws InterruptedException {
        try {
            if (made.change().host == null) {
                add(made.host(), Writing.MEMORY, deadline);
            } else {
                client.change("reservation-del", deletion(made.change(), Writing.MEMORY), deadline);
            }
            made.change()
                    .failed(BackendException.rejected(owner + ": config-write: " + refusal.getMessage()
                            + "; nothing was changed. Allow Kea's user to write its configuration file"));
        } catch (KeaRefusal | IOException | BackendException e) {
            made.change()
                    .isUnknown(
                            owner,
                            new IOException(
                                    "config-write: " + refusal.getMessage() + "; undoing the change failed: "
                                            + e.getMessage(),
                                    e));
        }
    }
}
