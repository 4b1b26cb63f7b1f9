package smartproxy.pulp.pulp3;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.Repository;

/** What keeps a Pulp tidy. */
final class Upkeep {
    private static final Operation ORPHANS = Operation.once("remove orphans");
    private static final Operation VERIFY = Operation.once("verify");
    private static final Operation RECLAIM = Operation.once("reclaim");

    private final Pulp3Api api;

    Upkeep(Pulp3Api api) {
        this.api = api;
    }

    Change removeOrphans(Duration minimumAge, Deadline deadline) {
        var minutes = (minimumAge.toSeconds() + 59) / 60;
        return api.begin(ORPHANS, "orphans/cleanup/", Map.of("orphan_protection_time", minutes), deadline);
    }

    Change verify(Repository repository, Deadline deadline) {
        var address = Repositories.version(repository, repository.version()) + "repair/";
        return api.begin(VERIFY, address, Map.of("verify_checksums", true), deadline);
    }

    Change reclaim(List<Repository> repositories, Deadline deadline) {
        var ids = repositories.stream().map(Repository::id).toList();
        return api.begin(RECLAIM, "repositories/reclaim_space/", Map.of("repo_hrefs", ids), deadline);
    }
}
