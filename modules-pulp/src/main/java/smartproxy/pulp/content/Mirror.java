package smartproxy.pulp.content;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import smartproxy.core.api.Deadline;
import smartproxy.pulp.content.ContentInput.Wanted;
import smartproxy.pulp.content.Pulps.Pulp;

/** A list of repositories that a Pulp is to have, and how one of them is brought there. */
final class Mirror {
    private final Pulp pulp;
    private final boolean dryRun;
    private final Map<String, Wanted> wanted = new LinkedHashMap<>();
    private final Map<String, ContentType> strays = new ConcurrentHashMap<>();

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

    /**
     * Names of what a mirror has made and what is no longer wanted: repositories, and upstreams and serve points whose repository somebody
     * else has removed.
     */
    SortedSet<String> unwanted() {
        var provider = pulp.provider();
        var names = new TreeSet<String>();
        var there = new HashSet<String>();
        for (var one : all(window -> provider.repositories(Optional.empty(), List.of(), window, deadline()))) {
            there.add(one.name());
            if (isMirrors(one.labels()) && !wanted.containsKey(one.name())) {
                names.add(one.name());
            }
        }
        there.addAll(wanted.keySet());
        for (var type : provider.types(deadline())) {
            for (var one : all(window -> provider.upstreams(type, window, deadline()))) {
                stray(one.name(), type, one.value().labels(), there);
            }
            for (var one : all(window -> provider.servePoints(type, window, deadline()))) {
                stray(one.name(), type, one.labels(), there);
            }
        }
        names.addAll(strays.keySet());
        return names;
    }

    private void stray(String name, ContentType type, Map<String, String> labels, Set<String> there) {
        if (isMirrors(labels) && !there.contains(name)) {
            strays.put(name, type);
        }
    }

    private static boolean isMirrors(Map<String, String> labels) {
        return Ownership.BY_MIRROR.equals(labels.get(Ownership.MANAGED));
    }

    private static Deadline deadline() {
        return Deadline.in(Duration.ofSeconds(30));
    }

    private static <T> List<T> all(Function<Page.Window, Page<T>> list) {
        var all = new ArrayList<T>();
        var window = Page.Window.FIRST;
        while (true) {
            var page = list.apply(window);
            all.addAll(page.items());
            window = window.next();
            if (window.offset() >= page.total()) {
                return all;
            }
        }
    }

    /** Brings the repository of a name to what is wanted of it, or away. */
    void bring(String name, Changes changes) throws InterruptedException {
        var setup = new Setup(pulp, changes, Ownership.BY_MIRROR);
        var one = wanted.get(name);
        if (one == null) {
            setup.removed(name);
            var type = strays.get(name);
            if (type != null) {
                setup.withoutStrays(name, type);
            }
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
        setup.retained(repository.get());
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
