package smartproxy.pulp.pulp2;

import java.time.Duration;
import java.util.Map;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.Repository;

/** What keeps a Pulp tidy. */
final class Upkeep {
    private static final Operation ORPHANS = Operation.once("remove orphans");
    private static final Operation VERIFY = Operation.once("verify");

    private final Pulp2Api api;

    Upkeep(Pulp2Api api) {
        this.api = api;
    }

    Change removeOrphans(Duration minimumAge, Deadline deadline) {
        if (!minimumAge.isZero()) {
            throw CallerException.badRequest(
                    "Pulp 2 does not know how old orphans are: ask for a minimum age of 0, which removes them all");
        }
        return api.delete(ORPHANS, "content/orphans/", deadline);
    }

    Change verify(Repository repository, Deadline deadline) {
        return api.post(
                VERIFY, Repositories.at(repository, "actions/download/"), Map.of("verify_all_units", true), deadline);
    }
}
