package smartproxy.pulp.content;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import smartproxy.core.api.CallerException;
import smartproxy.pulp.content.Pulps.Pulp;

/** Brings a repository of a Pulp, and what belongs to it, into a wanted state: nothing is done where all is so already. */
final class Setup {
    /** Of a mirror, besides those that are served: clients that have read the list of before still find its files. */
    static final int KEPT_VERSIONS = 2;

    private static final String CREATE = "create repository";

    private final ContentProvider provider;
    private final Changes changes;
    private final String by;

    /** @param by whom new objects are labelled with */
    Setup(Pulp pulp, Changes changes, String by) {
        this.provider = pulp.provider();
        this.changes = changes;
        this.by = by;
    }

    /** @throws CallerException 404 */
    Repository existing(String name) {
        return find(name).orElseThrow(() -> CallerException.notFound("There is no repository '" + name + "'"));
    }

    private Optional<Repository> find(String name) {
        return provider.repository(name, changes.deadline());
    }

    /**
     * A repository.
     *
     * @param description empty: whatever it is
     * @return empty when it would be created, but for the dry run
     * @throws CallerException 409 when it is not ours, or of another type
     */
    Optional<Repository> repository(String name, ContentType type, Optional<String> description)
            throws InterruptedException {
        var found = find(name);
        if (found.isEmpty()) {
            var wanted = new Repository(name, type, "", description.orElse(""), "", Ownership.labels(by));
            changes.make(CREATE, () -> {
                var made = provider.create(wanted, changes.deadline());
                var kept = by.equals(Ownership.BY_MIRROR)
                        ? provider.keepVersions(made, KEPT_VERSIONS, changes.deadline())
                        : Change.NONE;
                return kept.changes() ? kept : Change.MADE;
            });
            return changes.dryRun() ? Optional.empty() : Optional.of(existing(name));
        }
        var present = found.get();
        Ownership.require("Repository '" + name + "'", present.labels());
        if (present.type() != type) {
            throw CallerException.conflict("Repository '" + name + "' is of type " + present.type()
                    + " and cannot become one of type " + type);
        }
        if (description.isPresent() && !description.get().equals(present.description())) {
            changes.make(
                    "update repository",
                    () -> provider.update(present, description.get(), present.labels(), changes.deadline()));
            return Optional.of(existing(name));
        }
        return found;
    }

    /** Of a repository that had been there before versions were counted, or whose making was interrupted. */
    void retained(Repository repository) throws InterruptedException {
        if (!changes.dryRun() && isMirrors(repository.labels())) {
            changes.make(
                    "keep versions",
                    // a part of its making
                    changes.isInDoubt(CREATE) ? "" : "update repository",
                    () -> provider.keepVersions(repository, KEPT_VERSIONS, changes.deadline()));
        }
    }

    /**
     * The upstream of a repository.
     *
     * @throws CallerException 409 when there is one that is not ours
     */
    void upstream(Repository repository, Upstream wanted) throws InterruptedException {
        var found = provider.upstream(repository, changes.deadline());
        found.ifPresent(
                one -> Ownership.require("The upstream of repository '" + repository.name() + "'", one.labels()));
        var labelled = labelled(wanted, found.map(Upstream::labels).orElse(Ownership.labels(by)));
        if (found.isEmpty()) {
            changes.make("create remote", () -> provider.setUpstream(repository, labelled, changes.deadline()));
            return;
        }
        var differs = !found.get().shown().equals(wanted.shown());
        // whether secrets are others only the backend knows
        var secrets = found.get().hasSecrets() || wanted.hasSecrets();
        if (differs || (secrets && !changes.dryRun())) {
            changes.make("update remote", () -> provider.setUpstream(repository, labelled, changes.deadline()));
        }
    }

    private static Upstream labelled(Upstream one, Map<String, String> labels) {
        return new Upstream(
                one.url(), one.policy(), one.tls(), one.login(), one.proxy(), one.limits(), one.options(), labels);
    }

    /** @return the repository as it is now */
    Repository synced(Repository repository, SyncMode mode) throws InterruptedException {
        return filled("sync", repository, () -> provider.sync(repository, mode, changes.deadline()));
    }

    /**
     * Changes what is in a repository. That is an action when it brings a new version.
     *
     * @return the repository as it is now
     */
    Repository filled(String action, Repository repository, Supplier<Change> begin) throws InterruptedException {
        var before = changes.remember("version", repository.version());
        changes.make(action, "", begin);
        var now = existing(repository.name());
        if (!now.version().equals(before)) {
            changes.did(action);
        }
        return now;
    }

    /** With checksums of a type. */
    void published(Repository repository, ChecksumType checksums) throws InterruptedException {
        if (provider.servable(repository, checksums, changes.deadline()).isEmpty()) {
            changes.make("publish", () -> provider.publish(repository, checksums, changes.deadline()));
        }
    }

    void published(Repository repository) throws InterruptedException {
        if (provider.servable(repository, changes.deadline()).isEmpty()) {
            changes.make("publish", () -> provider.publish(repository, changes.deadline()));
        }
    }

    /** The same after a sync, which may have published what it has brought. */
    void published(Repository before, Repository now) throws InterruptedException {
        var isNew = !now.version().equals(changes.remember("version", before.version()));
        if (isNew
                && provider.publishes(now.type())
                && provider.servable(now, changes.deadline()).isPresent()) {
            changes.did("publish");
        } else {
            published(now);
        }
    }

    /**
     * The serve point of a repository, which serves the newest that can be served of it.
     *
     * @param repository at the version that is to be served
     * @throws CallerException 409 when there is one that is not ours
     */
    void served(Repository repository, String path, boolean protect) throws InterruptedException {
        var found = provider.servePoint(repository, changes.deadline());
        found.ifPresent(
                one -> Ownership.require("The distribution of repository '" + repository.name() + "'", one.labels()));
        var target = provider.servable(repository, changes.deadline()).orElse("");
        var isSo = found.filter(one -> one.path().equals(path)
                        && one.protect() == protect
                        && (target.isEmpty() || one.target().equals(target)))
                .isPresent();
        if (!isSo) {
            var wanted = new ServePoint(
                    repository.name(),
                    repository.type(),
                    path,
                    protect,
                    target,
                    Optional.empty(),
                    found.map(ServePoint::labels).orElse(Ownership.labels(by)));
            changes.make("distribute", () -> provider.serve(repository, wanted, changes.deadline()));
        }
    }

    /**
     * Neither repository, nor upstream, nor serve point of a name; one that is not there is no matter.
     *
     * @throws CallerException 409 when one of them is not ours; nothing was changed
     */
    void removed(String name) throws InterruptedException {
        var found = find(name);
        if (found.isEmpty()) {
            return;
        }
        var repository = found.get();
        Ownership.require("Repository '" + name + "'", repository.labels());
        var upstream = provider.upstream(repository, changes.deadline());
        var point = provider.servePoint(repository, changes.deadline());
        upstream.ifPresent(one -> Ownership.require("The upstream of repository '" + name + "'", one.labels()));
        point.ifPresent(one -> Ownership.require("The distribution of repository '" + name + "'", one.labels()));
        if (point.isPresent()) {
            unserved(repository);
        }
        if (upstream.isPresent()) {
            withoutUpstream(repository);
        }
        changes.make("remove repository", () -> provider.remove(repository, changes.deadline()));
    }

    /** What a mirror has made for a repository that is not there any more. */
    void withoutStrays(String name, ContentType type) throws InterruptedException {
        if (find(name).isPresent()) {
            return;
        }
        var gone = new Repository(name, type, "", "", "", Map.of());
        if (provider.servePoint(gone, changes.deadline())
                .filter(one -> isMirrors(one.labels()))
                .isPresent()) {
            unserved(gone);
        }
        if (provider.upstream(gone, changes.deadline())
                .filter(one -> isMirrors(one.labels()))
                .isPresent()) {
            withoutUpstream(gone);
        }
    }

    private static boolean isMirrors(Map<String, String> labels) {
        return Ownership.BY_MIRROR.equals(labels.get(Ownership.MANAGED));
    }

    void unserved(Repository repository) throws InterruptedException {
        changes.make("remove distribution", () -> provider.unserve(repository, changes.deadline()));
    }

    void withoutUpstream(Repository repository) throws InterruptedException {
        changes.make("remove remote", () -> provider.clearUpstream(repository, changes.deadline()));
    }
}
