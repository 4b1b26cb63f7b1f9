package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.dhcp.Reservation;

/**
 * Changes reservations by the commands of {@code host_cmds}. In the running configuration they last until a restart, so there it
 * is written to its file. To be used within a call of the backend; for {@link Writing#MEMORY} by one caller at a time.
 */
final class HostWriter {
    private final String owner;
    private final KeaClient client;
    private final KeaReader reader;

    HostWriter(String owner, KeaClient client, KeaReader reader) {
        this.owner = owner;
        this.client = client;
        this.reader = reader;
    }

    /** What it takes to undo a change. */
    private record Made(Change change, ObjectNode host) {}

    /** Makes the changes and ends each. */
    void make(List<Change> changes, KeaSnapshot kea, Deadline deadline) throws IOException, InterruptedException {
        var made = new ArrayList<Made>();
        for (var change : changes.stream().filter(one -> !one.hasEnded()).toList()) {
            try {
                make(change, kea, made, deadline);
            } catch (KeaRefusal e) {
                change.failed(BackendException.rejected(owner + ": " + e.textFor(change)));
            } catch (IOException e) {
                if (made.isEmpty()) {
                    throw e;
                }
                // the file is still to be written for those before
                throw new OutcomeUnknownException(e);
            }
        }
        if (kea.writing() == Writing.MEMORY && !made.isEmpty()) {
            keep(made, deadline);
        }
        made.forEach(one -> one.change().done(Change.Outcome.DONE));
    }

    private void make(Change change, KeaSnapshot kea, List<Made> made, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        if (change.host == null) {
            remove(change, kea, made, deadline);
            return;
        }
        var inTheWay = inTheWay(change, kea, deadline);
        if (!inTheWay.isEmpty()) {
            change.done(new Change.Outcome(false, inTheWay));
            return;
        }
        var host = change.host.deepCopy().put("subnet-id", change.subnetId);
        try {
            add(host, kea.writing(), deadline);
            made.add(new Made(change, host));
        } catch (KeaRefusal refusal) {
            if (!refusal.isDuplicate()) {
                throw refusal;
            }
            var now = inTheWay(change, kea, deadline);
            if (now.isEmpty()) {
                throw refusal;
            }
            change.done(new Change.Outcome(false, now));
        } catch (OutcomeUnknownException e) {
            if (!isThere(change, deadline)) {
                throw e;
            }
            made.add(new Made(change, host));
        }
    }

    private void remove(Change change, KeaSnapshot kea, List<Made> made, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var present = reader.hosts(change.subnetId, change.reservation.mac(), deadline);
        if (present.isEmpty() || !delete(change, kea.writing(), deadline)) {
            change.done(Change.Outcome.ABSENT);
            return;
        }
        made.add(new Made(change, present.get(0).deepCopy()));
    }

    private List<Reservation> inTheWay(Change change, KeaSnapshot kea, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var hosts = new ArrayList<>(reader.hosts(change.subnetId, change.reservation.mac(), deadline));
        hosts.addAll(reader.hosts(
                change.subnetId, change.reservation.ip(), kea.can("reservation-get-by-address"), deadline));
        return KeaConfig.inTheWay(change.reservation.subnet(), hosts, change.reservation, change.related, true);
    }

    private boolean isThere(Change change, Deadline deadline) throws IOException, InterruptedException {
        try {
            return reader.hosts(change.subnetId, change.reservation.mac(), deadline).stream()
                    .flatMap(host -> KeaRecords.reservation(change.reservation.subnet(), host, true).stream())
                    .anyMatch(found -> found.ip().equals(change.reservation.ip()));
        } catch (KeaRefusal | IOException e) {
            return false;
        }
    }

    private void add(ObjectNode host, Writing writing, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        client.change("reservation-add", target(writing).set("reservation", host), deadline);
    }

    private boolean delete(Change change, Writing writing, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        return client.change(
                "reservation-del",
                target(writing)
                        .put("subnet-id", change.subnetId)
                        .put("identifier-type", KeaRecords.MAC)
                        .put("identifier", change.reservation.mac().toString()),
                deadline);
    }

    private static ObjectNode target(Writing writing) {
        return KeaClient.object().put("operation-target", writing == Writing.DATABASE ? "database" : "memory");
    }

    private void keep(List<Made> made, Deadline deadline) throws IOException, InterruptedException {
        try {
            client.change("config-write", KeaClient.object(), deadline);
        } catch (KeaRefusal refusal) {
            for (var one : made) {
                undo(one, refusal, deadline);
            }
            throw BackendException.rejected(owner + ": config-write: " + refusal.getMessage()
                    + "; nothing was changed. Allow Kea's user to write its configuration file");
        } catch (IOException e) {
            throw new OutcomeUnknownException(new IOException(
                    "the change is made, but not known to be in Kea's configuration file: " + e.getMessage(), e));
        }
    }

    private void undo(Made made, KeaRefusal refusal, Deadline deadline) throws IOException, InterruptedException {
        try {
            if (made.change().host == null) {
                add(made.host(), Writing.MEMORY, deadline);
            } else {
                delete(made.change(), Writing.MEMORY, deadline);
            }
        } catch (KeaRefusal | IOException e) {
            throw new OutcomeUnknownException(new IOException(
                    "config-write: " + refusal.getMessage() + "; undoing the change failed: " + e.getMessage(), e));
        }
    }
}
