package smartproxy.pulp.content;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import smartproxy.core.api.Deadline;
import smartproxy.pulp.content.ContentInput.Wanted;
import smartproxy.pulp.content.Pulps.Pulp;

/** A list of repositories that a Pulp is to have, and how one of them is brought there. */
final class Mirror {
    private final Pulp pulp;
    private final boolean dryRun;
    private final Map<String, Wanted> wanted = new LinkedHashMap<>();

    private Mirror(Pulp pulp, ContentInput.MirrorRequest request) {
        this.pulp = pulp;
        this.dryRun = request.dryRun();
        request.repositories().forEach(one -> wanted.put(one.name(), one));
    }

    static Mirror of(Job job, Pulp pulp) {
        return new Mirror(pulp, ContentInput.mirror(ContentJson.read(job.request())));
    }

    boolean isDryRun() {
        return dryRun;
    }

    /** Repositories that a mirror has made and that are no longer wanted. */
    SortedSet<String> unwanted() {
        var names = new TreeSet<String>();
        var window = Page.Window.FIRST;
        while (true) {
            var page = pulp.provider()
                    .repositories(
                            Optional.empty(),
                            java.util.List.of(),
                            window,
                            Deadline.in(java.time.Duration.ofSeconds(30)));
            for (var one : page.items()) {
                if (Ownership.BY_MIRROR.equals(one.labels().get(Ownership.MANAGED))
                        && !wanted.containsKey(one.name())) {
                    names.add(one.name());
                }
            }
            window = window.next();
            if (window.offset() >= page.total()) {
                return names;
            }
        }
    }

    /** Brings the repository of a name to what is wanted of it, or away. */
    void bring(String name, Changes changes) throws InterruptedException {
        var setup = new Setup(pulp, changes, Ownership.BY_MIRROR);
        var one = wanted.get(name);
        if (one == null) {
            setup.removed(name);
            return;
        }
        var repository = setup.repository(name, one.type(), Optional.empty());
        if (repository.isEmpty()) {
            changes.did("create remote");
            changes.did("sync");
            if (pulp.provider().publishes(one.type())) {
                changes.did("publish");
            }
            changes.did("distribute");
            return;
        }
        setup.upstream(repository.get(), one.upstream());
        if (changes.dryRun()) {
            setup.published(repository.get());
            setup.served(repository.get(), one.path(), one.protect());
            return;
        }
        var now = setup.synced(repository.get(), one.sync());
        setup.published(repository.get(), now);
        setup.served(now, one.path(), one.protect());
    }
}
