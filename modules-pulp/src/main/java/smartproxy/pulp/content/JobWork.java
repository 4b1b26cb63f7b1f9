package smartproxy.pulp.content;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.function.Supplier;
import smartproxy.pulp.content.Pulps.Pulp;

/** What the kinds of jobs do that have one part. */
final class JobWork {
    static final String SYNC = "sync";
    static final String PUBLISH = "publish";
    static final String REMOVE = "remove";
    static final String REMOVE_VERSION = "remove version";
    static final String VERIFY = "verify";
    static final String ORPHANS = "orphans";
    static final String RECLAIM = "reclaim";
    static final String PURGE = "purge";
    static final String COPY_UNITS = "copy units";
    static final String REMOVE_UNITS = "remove units";
    static final String IMPORT_UNIT = "import unit";

    void run(Job job, Pulp pulp, Changes changes) throws InterruptedException {
        var setup = new Setup(pulp, changes, Ownership.BY_API);
        var provider = pulp.provider();
        var request = ContentJson.read(job.request());
        switch (job.kind()) {
            case SYNC -> {
                var repository = setup.existing(job.subject());
                setup.synced(repository, ContentInput.syncMode(request));
            }
            case PUBLISH -> publish(setup, setup.existing(job.subject()), request);
            case REMOVE -> setup.removed(job.subject());
            case REMOVE_VERSION -> {
                var repository = setup.existing(job.subject());
                var number = ContentInput.text(request, "version");
                changes.make(REMOVE_VERSION, () -> provider.removeVersion(repository, number, changes.deadline()));
            }
            case VERIFY -> {
                var repository = setup.existing(job.subject());
                changes.make(VERIFY, () -> provider.verify(repository, changes.deadline()));
            }
            case ORPHANS -> {
                var age = Duration.ofSeconds(request.path("minimum_age").asLong());
                changes.make(ORPHANS, () -> provider.removeOrphans(age, changes.deadline()));
            }
            case RECLAIM -> changes.make(RECLAIM, reclaim(request, setup, provider, changes));
            case PURGE -> {
                var before = Instant.parse(ContentInput.text(request, "before"));
                changes.make(PURGE, () -> provider.purgeTasks(before, changes.deadline()));
            }
            case COPY_UNITS -> {
                var from = setup.existing(ContentInput.text(request, "from"));
                var to = setup.existing(job.subject());
                var copy = UnitInput.copy(request);
                setup.filled(COPY_UNITS, to, () -> provider.copyUnits(from, to, copy, changes.deadline()));
            }
            case REMOVE_UNITS -> {
                var of = setup.existing(job.subject());
                var units = UnitInput.removal(request);
                setup.filled(REMOVE_UNITS, of, () -> provider.removeUnits(of, units, changes.deadline()));
            }
            case IMPORT_UNIT -> {
                var to = setup.existing(job.subject());
                var unit = UnitInput.unit(request);
                provider.checkImport(to, unit); // it may be another one by now
                changes.make("keep upload", "", () -> provider.keepUpload(unit, changes.deadline()));
                setup.filled(IMPORT_UNIT, to, () -> provider.importUnit(to, unit, changes.deadline()));
            }
            default -> throw new IllegalStateException("a job of kind " + job.kind());
        }
    }

    private static void publish(Setup setup, Repository current, JsonNode request) throws InterruptedException {
        var repository = ContentInput.version(request).map(current::at).orElse(current);
        var checksums = ContentInput.checksums(request);
        if (checksums.isPresent()) {
            setup.published(repository, checksums.get());
        } else {
            setup.published(repository);
        }
    }

    private static Supplier<Change> reclaim(JsonNode request, Setup setup, ContentProvider provider, Changes changes) {
        return () -> {
            var repositories = new ArrayList<Repository>();
            request.path("repositories").forEach(name -> repositories.add(setup.existing(name.asText())));
            return provider.reclaim(repositories, changes.deadline());
        };
    }
}
