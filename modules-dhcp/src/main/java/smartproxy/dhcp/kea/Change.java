package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.ProxyException;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;

/** A change that waits for its turn, and what comes of it. */
final class Change {
    /**
     * What came of it.
     *
     * @param done false when something was in the way, or there was nothing to remove: nothing was changed
     */
    record Outcome(boolean done, List<Reservation> inTheWay) {
        static final Outcome DONE = new Outcome(true, List.of());
        static final Outcome ABSENT = new Outcome(false, List.of());
    }

    final long subnetId;
    final Reservation reservation;
    final Set<MacAddress> related;
    final Deadline deadline;

    /** As Kea gets it; null when it is removed. */
    final @Nullable ObjectNode host;

    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    private Change(
            long subnetId,
            Reservation reservation,
            Set<MacAddress> related,
            @Nullable ObjectNode host,
            Deadline deadline) {
        this.subnetId = subnetId;
        this.reservation = reservation;
        this.related = related;
        this.host = host;
        this.deadline = deadline;
    }

    static Change add(
            long subnetId, Reservation reservation, Set<MacAddress> related, ObjectNode host, Deadline deadline) {
        return new Change(subnetId, reservation, related, host, deadline);
    }

    static Change remove(long subnetId, Reservation reservation, Deadline deadline) {
        return new Change(subnetId, reservation, Set.of(), null, deadline);
    }

    void done(Outcome result) {
        outcome.complete(result);
    }

    void failed(ProxyException reason) {
        outcome.completeExceptionally(reason);
    }

    boolean hasEnded() {
        return outcome.isDone();
    }

    /** @return empty when it has not ended; throws what it failed with */
    Optional<Outcome> result() {
        if (!outcome.isDone()) {
            return Optional.empty();
        }
        try {
            return Optional.of(outcome.join());
        } catch (java.util.concurrent.CompletionException e) {
            throw e.getCause() instanceof ProxyException reason ? reason : e;
        }
    }
}
