package smartproxy.pulp.pulp3;

import static smartproxy.pulp.pulp3.Pulp3Api.with;

import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Repository;

/** What is in repositories. */
final class Units {
    private static final Operation VERSIONS = Operation.repeatable("read versions");
    private static final Operation UNITS = Operation.repeatable("list units");

    /** Of units, which may have a hundred kilobytes of these each. */
    private static final String LONG_FIELDS =
            "changelogs,files,provides,requires,conflicts,obsoletes,suggests,enhances,recommends,supplements";

    private final Pulp3Api api;

    Units(Pulp3Api api) {
        this.api = api;
    }

    Page<String> units(Repository repository, String type, Page.Window window, Deadline deadline) {
        var version = api.get(VERSIONS, Repositories.version(repository, repository.version()), deadline);
        var address = version.path("content_summary")
                .path("present")
                .path(type)
                .path("href")
                .asText("");
        var query = address.indexOf('?');
        if (query < 0) {
            return new Page<>(List.of(), 0);
        }
        var found = api.get(
                UNITS,
                address.substring(0, query),
                deadline,
                with("repository_version", version.path("pulp_href").asText()),
                with("exclude_fields", LONG_FIELDS),
                with("offset", window.offset()),
                with("limit", window.limit()));
        var units = new ArrayList<String>();
        found.path("results").forEach(one -> units.add(one.toString()));
        return new Page<>(units, found.path("count").asLong());
    }
}
