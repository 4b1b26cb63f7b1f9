package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.ProxyException;

/** A change that waits for its turn, and what comes of it. */
final class Change {
    /**
     * What came of it.
     *
     * @param done false when something was in the way, or there was nothing to remove: nothing was changed
     * @param inTheWay hosts, as Kea shows them
     */
    record Result(boolean done, List<JsonNode> inTheWay) {
        static final Result DONE = new Result(true, List.of());
        static final Result ABSENT = new Result(false, List.of());
    }

    final Target target;
    final Set<HostKey> related;
    final Deadline deadline;

    /** As Kea gets it; null when it is removed. */
    final @Nullable ObjectNode host;

    private final CompletableFuture<Result> outcome = new CompletableFuture<>();

    private Change(Target target, Set<HostKey> related, @Nullable ObjectNode host, Deadline deadline) {
        this.target = target;
        this.related = related;
        this.host = host;
        this.deadline = deadline;
    }

    /** @param related those whose reservations of the same address are not in the way */
    static Change add(Target target, Set<HostKey> related, ObjectNode host, Deadline deadline) {
        return new Change(target, related, host, deadline);
    }

    static Change remove(Target target, Deadline deadline) {
        return new Change(target, Set.of(), null, deadline);
    }

    void done(Result result) {
        outcome.complete(result);
    }

    void failed(ProxyException reason) {
        outcome.completeExceptionally(reason);
    }

    /** Kea refused it. */
    void refused(String owner, KeaRefusal reason) {
        failed(new BackendException(
                Kind.REJECTED,
                Outcome.NOT_APPLIED,
                owner + ": change: " + reason.getMessage() + "; nothing was changed",
                reason));
    }

    /** Nobody can tell whether it was made. */
    void isUnknown(String owner, IOException reason) {
        failed(unknown(owner, reason));
    }

    /** What is said of a change that nobody can tell of. */
    static BackendException unknown(String owner, IOException reason) {
        var cause = reason instanceof OutcomeUnknownException && reason.getCause() != null ? reason.getCause() : reason;
        return new BackendException(
                cause instanceof SocketTimeoutException ? Kind.TIMEOUT : Kind.UNAVAILABLE,
                Outcome.UNKNOWN,
                owner + ": change: " + reason.getMessage() + "; whether the change was made is unknown",
                reason);
    }

    boolean hasEnded() {
        return outcome.isDone();
    }

    /** @return empty when it has not ended; throws what it failed with */
    Optional<Result> result() {
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
