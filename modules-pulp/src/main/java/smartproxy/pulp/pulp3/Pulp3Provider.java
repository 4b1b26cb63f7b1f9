package smartproxy.pulp.pulp3;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.Backend;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpPeer;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ChecksumType;
import smartproxy.pulp.content.ContentAbility;
import smartproxy.pulp.content.ContentProvider;
import smartproxy.pulp.content.ContentProvider.Named;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.JobState;
import smartproxy.pulp.content.NewUnit;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.PulpStatus;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.ServePoint;
import smartproxy.pulp.content.Storage;
import smartproxy.pulp.content.SyncMode;
import smartproxy.pulp.content.Task;
import smartproxy.pulp.content.UnitChoice;
import smartproxy.pulp.content.UnitCopy;
import smartproxy.pulp.content.UnitQuery;
import smartproxy.pulp.content.Upload;
import smartproxy.pulp.content.Upstream;
import smartproxy.pulp.content.Version;

/** A Pulp 3. Repository, remote and distribution of one repository have one name. */
public final class Pulp3Provider implements ContentProvider {
    private final Status status;
    private final Repositories repositories;
    private final Retention retention;
    private final Uploads uploads;
    private final Units units;
    private final Upstreams upstreams;
    private final Publishing publishing;
    private final ServePoints servePoints;
    private final Upkeep upkeep;
    private final TaskCalls tasks;

    /**
     * @param pulp its name, for errors
     * @param root of its API on that server, with slashes around it: {@code /pulp/api/v3/}
     */
    public Pulp3Provider(String pulp, String root, HttpPeer peer, Backend backend) {
        var api = new Pulp3Api(pulp, root, peer, backend);
        this.status = new Status(api);
        this.repositories = new Repositories(api, status);
        this.retention = new Retention(api);
        this.uploads = new Uploads(api);
        this.units = new Units(api, uploads);
        this.upstreams = new Upstreams(api);
        this.publishing = new Publishing(api, upstreams);
        this.servePoints = new ServePoints(api);
        this.upkeep = new Upkeep(api);
        this.tasks = new TaskCalls(api, status);
    }

    @Override
    public Set<ContentAbility> abilities() {
        return EnumSet.allOf(ContentAbility.class);
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
    public Change keepVersions(Repository repository, int most, Deadline deadline) {
        return retention.keep(repository, most, deadline);
    }

    @Override
    public Version counts(Repository repository, Optional<String> version, Deadline deadline) {
        return repositories.counts(repository, version, deadline);
    }

    @Override
    public Page<Version> versions(Repository repository, Page.Window window, Deadline deadline) {
        return repositories.versions(repository, window, deadline);
    }

    @Override
    public Change removeVersion(Repository repository, String number, Deadline deadline) {
        return repositories.removeVersion(repository, number, deadline);
    }

    // units

    @Override
    public Page<String> units(Repository repository, UnitQuery query, Page.Window window, Deadline deadline) {
        return units.units(repository, query, window, deadline);
    }

    @Override
    public Change copyUnits(Repository from, Repository to, UnitCopy copy, Deadline deadline) {
        return units.copy(from, to, copy, deadline);
    }

    @Override
    public Change removeUnits(Repository repository, UnitChoice chosen, Deadline deadline) {
        return units.remove(repository, chosen, deadline);
    }

    @Override
    public Upload beginUpload(long size, Deadline deadline) {
        return uploads.begin(size, deadline);
    }

    @Override
    public Optional<Upload> upload(String id, Deadline deadline) {
        return uploads.upload(id, deadline);
    }

    @Override
    public Upload addToUpload(Upload upload, byte[] octets, int from, Deadline deadline) {
        return uploads.add(upload, octets, from, deadline);
    }

    @Override
    public Change dropUpload(String id, Deadline deadline) {
        return uploads.drop(id, deadline);
    }

    @Override
    public void checkImport(Repository repository, NewUnit unit) {
        var unused = Units.filesOf(repository, unit);
    }

    @Override
    public Change keepUpload(NewUnit unit, Deadline deadline) {
        return uploads.keep(unit, deadline);
    }

    @Override
    public Change importUnit(Repository repository, NewUnit unit, Deadline deadline) {
        return units.importUnit(repository, unit, deadline);
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
    public Change sync(Repository repository, SyncMode how, Deadline deadline) {
        return publishing.sync(repository, how, deadline);
    }

    @Override
    public Optional<String> servable(Repository repository, Deadline deadline) {
        return publishing.servable(repository, deadline);
    }

    @Override
    public Change publish(Repository repository, Deadline deadline) {
        return publishing.publish(repository, deadline);
    }

    @Override
    public Optional<String> servable(Repository repository, ChecksumType checksums, Deadline deadline) {
        return publishing.servable(repository, checksums, deadline);
    }

    @Override
    public Change publish(Repository repository, ChecksumType checksums, Deadline deadline) {
        return publishing.publish(repository, checksums, deadline);
    }

    @Override
    public boolean publishes(ContentType type) {
        return publishing.publishes(type);
    }

    @Override
    public Optional<ServePoint> servePoint(Repository repository, Deadline deadline) {
        return servePoints.servePoint(repository, deadline);
    }

    @Override
    public Change serve(Repository repository, ServePoint wanted, Deadline deadline) {
        return servePoints.serve(repository, wanted, deadline);
    }

    @Override
    public Change unserve(Repository repository, Deadline deadline) {
        return servePoints.unserve(repository, deadline);
    }

    @Override
    public Page<ServePoint> servePoints(ContentType type, Page.Window window, Deadline deadline) {
        return servePoints.servePoints(type, window, deadline);
    }

    @Override
    public Change protect(String authority, Deadline deadline) {
        return servePoints.protect(authority, deadline);
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

    @Override
    public Change reclaim(List<Repository> repositories, Deadline deadline) {
        return upkeep.reclaim(repositories, deadline);
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
