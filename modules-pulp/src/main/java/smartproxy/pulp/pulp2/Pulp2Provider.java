package smartproxy.pulp.pulp2;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.Backend;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpPeer;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentAbility;
import smartproxy.pulp.content.ContentProvider;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.FileSystemLooks;
import smartproxy.pulp.content.JobState;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.PulpStatus;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.ServePoint;
import smartproxy.pulp.content.Storage;
import smartproxy.pulp.content.SyncMode;
import smartproxy.pulp.content.Task;
import smartproxy.pulp.content.Upstream;
import smartproxy.pulp.content.Version;

/**
 * A Pulp 2. Upstream and serve point of a repository are its importer and the first distributor of the type's kind; both have the labels of
 * their repository, which are its notes. There is one version, named by the times of the last unit added and removed; a distributor serves it
 * once it has published since. Pulp does the tasks of one repository one after the other, so several are begun at once and are one here.
 */
public final class Pulp2Provider implements ContentProvider {
    private final Set<ContentAbility> abilities;
    private final Status status;
    private final Repositories repositories;
    private final Upstreams upstreams;
    private final Publishing publishing;
    private final Upkeep upkeep;
    private final TaskCalls tasks;

    /**
     * @param pulp its name, for errors
     * @param root path of its API, with slashes at both ends: {@code /pulp/api/v2/}
     * @param content directory of its content, where that is on this host
     */
    public Pulp2Provider(String pulp, String root, HttpPeer peer, Backend backend, Optional<Path> content) {
        var api = new Pulp2Api(pulp, root, peer, backend);
        this.abilities = content.isPresent() ? Set.of(ContentAbility.STORAGE) : Set.of();
        this.status = new Status(pulp, api, content, new FileSystemLooks("Pulp '" + pulp + "': storage"));
        this.repositories = new Repositories(pulp, api, status);
        this.upstreams = new Upstreams(api, repositories);
        this.publishing = new Publishing(api, repositories);
        this.upkeep = new Upkeep(api);
        this.tasks = new TaskCalls(api, status, Clock.systemUTC());
    }

    @Override
    public Set<ContentAbility> abilities() {
        return abilities;
    }

    // the Pulp

    @Override
    public PulpStatus status(Deadline deadline) {
        return status.status(deadline);
    }

    @Override
    public Set<ContentType> types(Deadline deadline) {
        return status.types(deadline);
    }

    @Override
    public Optional<Storage> storage(Deadline deadline) {
        return status.storage(deadline);
    }

    // repositories

    @Override
    public Page<Repository> repositories(
            Optional<ContentType> type, List<String> names, Page.Window window, Deadline deadline) {
        return repositories.repositories(type, names, window, deadline);
    }

    @Override
    public Optional<Repository> repository(String name, Deadline deadline) {
        return repositories.repository(name, deadline);
    }

    @Override
    public Repository create(Repository wanted, Deadline deadline) {
        return repositories.create(wanted, deadline);
    }

    @Override
    public Change update(Repository present, String description, Map<String, String> labels, Deadline deadline) {
        return repositories.update(present, description, labels, deadline);
    }

    @Override
    public Change remove(Repository present, Deadline deadline) {
        return repositories.remove(present, deadline);
    }

    @Override
    public Version counts(Repository repository, Optional<String> version, Deadline deadline) {
        return repositories.counts(repository, version, deadline);
    }

    // upstream

    @Override
    public Optional<Upstream> upstream(Repository repository, Deadline deadline) {
        return upstreams.upstream(repository, deadline);
    }

    @Override
    public Change setUpstream(Repository repository, Upstream wanted, Deadline deadline) {
        return upstreams.setUpstream(repository, wanted, deadline);
    }

    @Override
    public Change clearUpstream(Repository repository, Deadline deadline) {
        return upstreams.clearUpstream(repository, deadline);
    }

    @Override
    public Page<Named<Upstream>> upstreams(ContentType type, Page.Window window, Deadline deadline) {
        return upstreams.upstreams(type, window, deadline);
    }

    // content

    @Override
    public Change sync(Repository repository, SyncMode mode, Deadline deadline) {
        return publishing.sync(repository, mode, deadline);
    }

    @Override
    public Optional<String> servable(Repository repository, Deadline deadline) {
        return publishing.servable(repository, deadline);
    }

    @Override
    public boolean publishes(ContentType type) {
        return publishing.publishes(type);
    }

    @Override
    public Change publish(Repository repository, Deadline deadline) {
        return publishing.publish(repository, deadline);
    }

    @Override
    public Optional<ServePoint> servePoint(Repository repository, Deadline deadline) {
        return publishing.servePoint(repository, deadline);
    }

    @Override
    public Change serve(Repository repository, ServePoint wanted, Deadline deadline) {
        return publishing.serve(repository, wanted, deadline);
    }

    @Override
    public Change unserve(Repository repository, Deadline deadline) {
        return publishing.unserve(repository, deadline);
    }

    @Override
    public Page<ServePoint> servePoints(ContentType type, Page.Window window, Deadline deadline) {
        return publishing.servePoints(type, window, deadline);
    }

    // upkeep

    @Override
    public Change removeOrphans(Duration minimumAge, Deadline deadline) {
        return upkeep.removeOrphans(minimumAge, deadline);
    }

    @Override
    public Change verify(Repository repository, Deadline deadline) {
        return upkeep.verify(repository, deadline);
    }

    // the backend's own tasks

    @Override
    public Page<Task> tasks(Optional<JobState> state, Page.Window window, Deadline deadline) {
        return tasks.tasks(state, window, deadline);
    }

    @Override
    public Optional<Task> task(String id, Deadline deadline) {
        return tasks.task(id, deadline);
    }

    @Override
    public void cancel(String id, Deadline deadline) {
        tasks.cancel(id, deadline);
    }

    @Override
    public Change purgeTasks(Instant before, Deadline deadline) {
        return tasks.purgeTasks(before, deadline);
    }
}
