package smartproxy.pulp.content;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;

/** A Pulp in memory that notes what it is asked to change; its tasks end when the test lets them. */
final class FakeContent implements ContentProvider {
    final Map<String, Repository> repositories = new ConcurrentHashMap<>();
    final Map<String, Upstream> upstreams = new ConcurrentHashMap<>();
    final Map<String, ServePoint> points = new ConcurrentHashMap<>();
    final Map<String, Task> tasks = new ConcurrentHashMap<>();
    final Set<String> published = ConcurrentHashMap.newKeySet();
    /** What was changed, in its order. */
    final List<String> changes = new CopyOnWriteArrayList<>();

    final List<String> canceled = new CopyOnWriteArrayList<>();

    /** What happens then. */
    volatile Runnable whenCanceled = () -> {};

    /** State and trouble of syncs that begin from now on. */
    volatile JobState syncs = JobState.COMPLETED;

    volatile String trouble = "";

    /** Whether upstreams have something new. */
    volatile boolean news = true;

    Set<ContentAbility> abilities = EnumSet.allOf(ContentAbility.class);
    /** What it says in place of answers; null: it answers. */
    volatile @Nullable RuntimeException failure;

    /** Whether the next upstream is not taken, as too much is asked for at once. */
    volatile boolean busyOnce;

    /** Names of repositories that were looked for. */
    final Set<String> looked = ConcurrentHashMap.newKeySet();

    /** What the last look at a task had to end in. */
    volatile Duration given = Duration.ZERO;

    /** How many versions are kept, by repository. */
    final Map<String, Integer> kept = new ConcurrentHashMap<>();

    /** What the first to serve something gets made by somebody else, and a refusal. */
    volatile @Nullable ServePoint refusesOnceAndServes;

    private void answer() {
        var now = failure;
        if (now != null) {
            throw now;
        }
    }

    @Override
    public Change keepVersions(Repository repository, int most, Deadline deadline) {
        return kept.putIfAbsent(repository.name(), most) == null ? Change.MADE : Change.NONE;
    }

    private final AtomicInteger number = new AtomicInteger();

    @Override
    public Set<ContentAbility> abilities() {
        return abilities;
    }

    @Override
    public PulpStatus status(Deadline deadline) {
        return new PulpStatus(true, 1, Optional.empty(), Optional.empty(), Optional.empty(), Map.of());
    }

    @Override
    public Set<ContentType> types(Deadline deadline) {
        return EnumSet.of(ContentType.FILE, ContentType.CONTAINER);
    }

    @Override
    public Optional<Storage> storage(Deadline deadline) {
        return Optional.empty();
    }

    @Override
    public Page<Repository> repositories(
            Optional<ContentType> type, List<String> names, Page.Window window, Deadline deadline) {
        answer();
        var all = new ArrayList<>(repositories.values());
        var from = Math.min(window.offset(), all.size());
        return new Page<>(all.subList(from, Math.min(all.size(), from + window.limit())), all.size());
    }

    @Override
    public Optional<Repository> repository(String name, Deadline deadline) {
        looked.add(name);
        answer();
        return Optional.ofNullable(repositories.get(name));
    }

    @Override
    public Repository create(Repository wanted, Deadline deadline) {
        changes.add("create " + wanted.name());
        repositories.put(wanted.name(), version(wanted, "0"));
        return wanted;
    }

    private static Repository version(Repository one, String version) {
        return new Repository(one.name(), one.type(), one.name(), one.description(), version, one.labels());
    }

    @Override
    public Change update(Repository present, String description, Map<String, String> labels, Deadline deadline) {
        changes.add("update " + present.name());
        repositories.put(
                present.name(),
                new Repository(present.name(), present.type(), present.id(), description, present.version(), labels));
        return Change.MADE;
    }

    @Override
    public Change remove(Repository present, Deadline deadline) {
        changes.add("remove " + present.name());
        return repositories.remove(present.name()) == null ? Change.NONE : Change.MADE;
    }

    @Override
    public Version counts(Repository repository, Optional<String> version, Deadline deadline) {
        return new Version(repository.version(), Optional.empty(), Map.of());
    }

    @Override
    public Page<Version> versions(Repository repository, Page.Window window, Deadline deadline) {
        return new Page<>(List.of(), 0);
    }

    @Override
    public Change removeVersion(Repository repository, String version, Deadline deadline) {
        return Change.MADE;
    }

    @Override
    public Page<String> units(Repository repository, UnitQuery query, Page.Window window, Deadline deadline) {
        return new Page<>(List.of(), 0);
    }

    @Override
    public Change copyUnits(Repository from, Repository to, UnitCopy copy, Deadline deadline) {
        changes.add("copy " + from.name() + " to " + to.name() + " " + copy);
        return filled(to);
    }

    @Override
    public Change removeUnits(Repository repository, UnitChoice units, Deadline deadline) {
        changes.add("remove of " + repository.name() + " " + units);
        return filled(repository);
    }

    /** Its repositories of files take options of no name. */
    @Override
    public void checkImport(Repository repository, NewUnit unit) {
        if (!unit.options().isEmpty()) {
            throw CallerException.badRequest("no options");
        }
    }

    @Override
    public Change keepUpload(NewUnit unit, Deadline deadline) {
        changes.add("keep " + unit.upload());
        return Change.MADE;
    }

    @Override
    public Change importUnit(Repository repository, NewUnit unit, Deadline deadline) {
        changes.add("import " + unit);
        return filled(repository);
    }

    private Change filled(Repository repository) {
        if (news) {
            newVersion(repository.name());
        }
        return Change.MADE;
    }

    @Override
    public Optional<Upstream> upstream(Repository repository, Deadline deadline) {
        return Optional.ofNullable(upstreams.get(repository.name()));
    }

    @Override
    public Change setUpstream(Repository repository, Upstream wanted, Deadline deadline) {
        if (busyOnce) {
            busyOnce = false;
            throw new BusyException("all permits are taken; nothing was changed");
        }
        changes.add("upstream " + repository.name());
        return wanted.equals(upstreams.put(repository.name(), wanted)) ? Change.NONE : Change.MADE;
    }

    @Override
    public Change clearUpstream(Repository repository, Deadline deadline) {
        changes.add("no upstream " + repository.name());
        return upstreams.remove(repository.name()) == null ? Change.NONE : Change.MADE;
    }

    @Override
    public Page<Named<Upstream>> upstreams(ContentType type, Page.Window window, Deadline deadline) {
        var all = new ArrayList<Named<Upstream>>();
        upstreams.forEach((name, one) -> all.add(new Named<>(name, one)));
        return new Page<>(type == ContentType.FILE ? all : List.of(), type == ContentType.FILE ? all.size() : 0);
    }

    @Override
    public Change sync(Repository repository, SyncMode mode, Deadline deadline) {
        changes.add("sync " + repository.name());
        var id = "t" + number.incrementAndGet();
        tasks.put(id, task(id, syncs, trouble));
        if (syncs == JobState.COMPLETED && news) {
            newVersion(repository.name());
        }
        return Change.by(id);
    }

    void newVersion(String name) {
        repositories.computeIfPresent(
                name, (key, one) -> version(one, Integer.toString(Integer.parseInt(one.version()) + 1)));
    }

    static Task task(String id, JobState state, String trouble) {
        return new Task(
                id,
                "sync",
                state,
                "Downloading",
                1,
                2,
                state == JobState.FAILED ? "404, message='Not Found'" : "",
                trouble,
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public Optional<String> servable(Repository repository, Deadline deadline) {
        var version = repository.name() + "/" + repository.version();
        return published.contains(version) ? Optional.of(version) : Optional.empty();
    }

    @Override
    public Change publish(Repository repository, Deadline deadline) {
        changes.add("publish " + repository.name());
        published.add(repository.name() + "/" + repository.version());
        return Change.MADE;
    }

    @Override
    public Optional<String> servable(Repository repository, ChecksumType checksums, Deadline deadline) {
        return servable(repository.at(repository.version() + " " + checksums), deadline);
    }

    @Override
    public Change publish(Repository repository, ChecksumType checksums, Deadline deadline) {
        return publish(repository.at(repository.version() + " " + checksums), deadline);
    }

    @Override
    public Optional<ServePoint> servePoint(Repository repository, Deadline deadline) {
        return Optional.ofNullable(points.get(repository.name()));
    }

    @Override
    public Change serve(Repository repository, ServePoint wanted, Deadline deadline) {
        var late = refusesOnceAndServes;
        if (late != null) {
            refusesOnceAndServes = null;
            points.put(repository.name(), late);
            throw CallerException.conflict("it is there");
        }
        changes.add("serve " + repository.name());
        points.put(repository.name(), wanted);
        return Change.MADE;
    }

    @Override
    public Change unserve(Repository repository, Deadline deadline) {
        changes.add("unserve " + repository.name());
        return points.remove(repository.name()) == null ? Change.NONE : Change.MADE;
    }

    @Override
    public Page<ServePoint> servePoints(ContentType type, Page.Window window, Deadline deadline) {
        var all = points.values().stream().filter(one -> one.type() == type).toList();
        return new Page<>(all, all.size());
    }

    @Override
    public Change protect(String authority, Deadline deadline) {
        return Change.MADE;
    }

    @Override
    public Change removeOrphans(Duration minimumAge, Deadline deadline) {
        return Change.MADE;
    }

    @Override
    public Change verify(Repository repository, Deadline deadline) {
        return Change.MADE;
    }

    @Override
    public Change reclaim(List<Repository> repositories, Deadline deadline) {
        throw CallerException.badRequest("nothing to reclaim");
    }

    @Override
    public Page<Task> tasks(Optional<JobState> state, Page.Window window, Deadline deadline) {
        return new Page<>(List.copyOf(tasks.values()), tasks.size());
    }

    @Override
    public Optional<Task> task(String id, Deadline deadline) {
        given = deadline.left();
        answer();
        return Optional.ofNullable(tasks.get(id));
    }

    @Override
    public void cancel(String id, Deadline deadline) {
        canceled.add(id);
        whenCanceled.run();
    }

    @Override
    public Change purgeTasks(Instant before, Deadline deadline) {
        return Change.NONE;
    }
}
