package smartproxy.pulp.pulp3;

import java.util.Map;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.Repository;

/** How many versions Pulp keeps of a repository: it removes older ones, with their publications, by itself, and none that a distribution serves. */
final class Retention {
    private static final Operation READ = Operation.repeatable("read repository");
    private static final Operation SET = Operation.repeatable("set how many versions are kept");
    private static final String MOST = "retain_repo_versions";

    private final Pulp3Api api;

    Retention(Pulp3Api api) {
        this.api = api;
    }

    Change keep(Repository repository, int most, Deadline deadline) {
        var isSet = api.get(READ, repository.id(), deadline).path(MOST).isNumber();
        return isSet ? Change.NONE : api.patch(SET, repository.id(), Map.of(MOST, most), deadline);
    }
}
