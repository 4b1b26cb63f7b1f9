package smartproxy.pulp.content;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;

/**
 * One way to speak to a Pulp. A provider talks to its backend and nothing else: whose an object is, whether anything is to be changed and
 * in which order, waiting for tasks and resuming after a crash are the family's.
 *
 * <p>Promises, each with a test in {@code ContentContract}:
 *
 * <ul>
 *   <li>Thread-safe. A call ends by its deadline, which is seconds: long work is a {@link Task} of the backend, begun and not waited for.
 *   <li>Repository, upstream and serve point of one repository are joined by its name. Upstreams and serve points of other names are not
 *       touched.
 *   <li>Labels are kept and read back as they were given.
 *   <li>What is read back of an upstream is what was set, but for its secrets; so is a serve point.
 *   <li>A refusal of the backend that lies in what the caller wants (a bad URL, a path that is taken) is a {@link CallerException} with the
 *       backend's words: 400, or 409 when something else is in the way. Every other failure is a {@link BackendException} that names the
 *       Pulp, the operation and the cause; an answer that is no JSON is {@code REJECTED} and says so.
 *   <li>Begun twice, a change does no harm: what is there already is {@link Change#NONE}.
 * </ul>
 *
 * <p>What stands below an ability is called only when that is declared; a provider that has not declared it leaves it as it is here.
 */
public interface ContentProvider {
    /** What this kind of Pulp can do; constant. */
    Set<ContentAbility> abilities();

    // the Pulp

    PulpStatus status(Deadline deadline);

    /** The types of repositories it knows. */
    Set<ContentType> types(Deadline deadline);

    /** {@link ContentAbility#STORAGE}; empty when this Pulp keeps its content elsewhere. */
    default Optional<Storage> storage(Deadline deadline) {
        throw ContentAbility.STORAGE.undeclared();
    }

    // repositories

    /**
     * Repositories by name.
     *
     * @param type of this type alone; empty: of all types
     * @param names of these names alone, at most {@value Page.Window#MOST}; empty: all
     */
    Page<Repository> repositories(
            Optional<ContentType> type, List<String> names, Page.Window window, Deadline deadline);

    Optional<Repository> repository(String name, Deadline deadline);

    /**
     * Creates a repository without content.
     *
     * @param wanted its id and version do not count
     * @throws CallerException 400 when the Pulp does not know the type, 409 when there is one of that name
     */
    Repository create(Repository wanted, Deadline deadline);

    /** Gives a repository another description and other labels. */
    Change update(Repository present, String description, java.util.Map<String, String> labels, Deadline deadline);

    /** Removes a repository; its upstream and serve point stay where the backend keeps them apart. */
    Change remove(Repository present, Deadline deadline);

    /**
     * Units by type.
     *
     * @param version a number of {@link #versions}; empty: the current one
     * @throws CallerException 404 when there is no such version
     */
    Version counts(Repository repository, Optional<String> version, Deadline deadline);

    /** {@link ContentAbility#VERSIONS}: the newest first. */
    default Page<Version> versions(Repository repository, Page.Window window, Deadline deadline) {
        throw ContentAbility.VERSIONS.undeclared();
    }

    /**
     * {@link ContentAbility#VERSIONS}: removes an older version.
     *
     * @throws CallerException 404 when there is no such version, 409 when it is served or the only one
     */
    default Change removeVersion(Repository repository, String number, Deadline deadline) {
        throw ContentAbility.VERSIONS.undeclared();
    }

    /**
     * Has the backend remove older versions of a repository by itself whenever a new one comes, but never one that is served.
     *
     * @param most are kept besides those that are served
     * @return {@link Change#NONE} when a number is set already, whoever did it, or when the backend keeps no versions
     */
    default Change keepVersions(Repository repository, int most, Deadline deadline) {
        return Change.NONE;
    }

    // units

    /**
     * {@link ContentAbility#UNITS}: units of a repository, as JSON objects of the backend's making.
     *
     * @throws CallerException 400 when the type has no such filter, 404 when there is no such version
     */
    default Page<String> units(Repository repository, UnitQuery query, Page.Window window, Deadline deadline) {
        throw ContentAbility.UNITS.undeclared();
    }

    /**
     * {@link ContentAbility#COPY_UNITS}: begins to add units of a repository to another one of its type. Units that are there already are
     * no change.
     *
     * @throws CallerException 400 when the type knows no dependencies or no base, or the backend no such unit
     */
    default Change copyUnits(Repository from, Repository to, UnitCopy copy, Deadline deadline) {
        throw ContentAbility.COPY_UNITS.undeclared();
    }

    /**
     * {@link ContentAbility#REMOVE_UNITS}: begins to remove units from a repository. Units that are not in it are no change.
     *
     * @throws CallerException 400 when the backend knows no such unit
     */
    default Change removeUnits(Repository repository, UnitChoice units, Deadline deadline) {
        throw ContentAbility.REMOVE_UNITS.undeclared();
    }

    /** {@link ContentAbility#UPLOADS}: announces a file of so many bytes. */
    default Upload beginUpload(long size, Deadline deadline) {
        throw ContentAbility.UPLOADS.undeclared();
    }

    /** {@link ContentAbility#UPLOADS}: empty when it is not known (any more). */
    default Optional<Upload> upload(String id, Deadline deadline) {
        throw ContentAbility.UPLOADS.undeclared();
    }

    /**
     * {@link ContentAbility#UPLOADS}: adds what comes next of a file; not for two at once.
     *
     * @param upload as it is now
     * @param from where in {@code octets} the next byte of the file lies
     * @return as it is then
     * @throws CallerException 400 when that is more than the file has
     */
    default Upload addToUpload(Upload upload, byte[] octets, int from, Deadline deadline) {
        throw ContentAbility.UPLOADS.undeclared();
    }

    /** {@link ContentAbility#UPLOADS}: forgets it; one that is not known is no matter. */
    default Change dropUpload(String id, Deadline deadline) {
        throw ContentAbility.UPLOADS.undeclared();
    }

    /**
     * {@link ContentAbility#UPLOADS}: looks whether a unit can be in a repository, as far as that is known without the backend and the file.
     *
     * @throws CallerException 400 when repositories of that type take no files, or know no such option
     */
    default void checkImport(Repository repository, NewUnit unit) {
        throw ContentAbility.UPLOADS.undeclared();
    }

    /**
     * {@link ContentAbility#UPLOADS}: begins to make a file of an upload that is whole, and ends the upload. {@link Change#NONE} when the
     * backend has a file of that checksum.
     */
    default Change keepUpload(NewUnit unit, Deadline deadline) {
        throw ContentAbility.UPLOADS.undeclared();
    }

    /**
     * {@link ContentAbility#UPLOADS}: begins to make a unit of a kept file and to add it to a repository. One that is there already is no
     * change.
     *
     * @throws CallerException as {@link #checkImport}; 409 when there is no such file (any more)
     */
    default Change importUnit(Repository repository, NewUnit unit, Deadline deadline) {
        throw ContentAbility.UPLOADS.undeclared();
    }

    // upstream

    /** The upstream of a repository; an empty secret stands for each that is set. */
    Optional<Upstream> upstream(Repository repository, Deadline deadline);

    /**
     * Creates or replaces the upstream of a repository; what {@code wanted} does not have is unset.
     *
     * @return {@link Change#NONE} when it is so already, where the backend can tell that of secrets, too
     * @throws CallerException 400 when the type does not know an option, or the backend refuses a value
     */
    Change setUpstream(Repository repository, Upstream wanted, Deadline deadline);

    Change clearUpstream(Repository repository, Deadline deadline);

    /** All upstreams, of repositories that are there or not. */
    Page<Named<Upstream>> upstreams(ContentType type, Page.Window window, Deadline deadline);

    // content

    /**
     * Begins to bring a repository up to date from its upstream.
     *
     * @throws CallerException 409 when it has none
     */
    Change sync(Repository repository, SyncMode mode, Deadline deadline);

    /**
     * What of a version can be served, the newest and named by the backend; empty when it has to be {@linkplain #publish published} first.
     *
     * @param repository at that version: the current one, or with {@link ContentAbility#VERSIONS} an older one
     */
    Optional<String> servable(Repository repository, Deadline deadline);

    /** Begins to make a version servable; {@link Change#NONE} for types whose versions are so by themselves. */
    Change publish(Repository repository, Deadline deadline);

    /** {@link ContentAbility#CHECKSUM_TYPE}: the same, empty also when that is published with other checksums; for rpm alone. */
    default Optional<String> servable(Repository repository, ChecksumType checksums, Deadline deadline) {
        throw ContentAbility.CHECKSUM_TYPE.undeclared();
    }

    /**
     * {@link ContentAbility#CHECKSUM_TYPE}: the same with these checksums; for rpm alone.
     *
     * @throws CallerException 400 when the backend does not allow them
     */
    default Change publish(Repository repository, ChecksumType checksums, Deadline deadline) {
        throw ContentAbility.CHECKSUM_TYPE.undeclared();
    }

    /** Whether versions of this type are published before they are served, by {@link #publish} or by the sync itself. */
    default boolean publishes(ContentType type) {
        return true;
    }

    Optional<ServePoint> servePoint(Repository repository, Deadline deadline);

    /**
     * Creates the serve point of a repository, or changes it.
     *
     * @param wanted its target is served from now on; an empty one leaves what is served
     * @throws CallerException 409 when the path is taken, 409 when it is to be protected and the Pulp has no authority yet
     */
    Change serve(Repository repository, ServePoint wanted, Deadline deadline);

    /** Ends serving a repository. */
    Change unserve(Repository repository, Deadline deadline);

    /** All serve points, of repositories that are there or not. */
    Page<ServePoint> servePoints(ContentType type, Page.Window window, Deadline deadline);

    /**
     * {@link ContentAbility#PROTECTION_AUTHORITY}: sets whose certificates open protected content.
     *
     * @param authority PEM
     */
    default Change protect(String authority, Deadline deadline) {
        throw ContentAbility.PROTECTION_AUTHORITY.undeclared();
    }

    // upkeep

    /** Begins to remove content that no repository has any more and that is older than this. */
    Change removeOrphans(Duration minimumAge, Deadline deadline);

    /** Begins to compare the files of the current version with their checksums and to fetch broken ones again. */
    Change verify(Repository repository, Deadline deadline);

    /** {@link ContentAbility#RECLAIM}: begins to remove the files of these repositories that upstream has. */
    default Change reclaim(List<Repository> repositories, Deadline deadline) {
        throw ContentAbility.RECLAIM.undeclared();
    }

    // the backend's own tasks

    /** Tasks, the newest first. */
    Page<Task> tasks(Optional<JobState> state, Page.Window window, Deadline deadline);

    /** A task with its state of now; of one that began others, the state of all. Empty when it is not known (any more). */
    Optional<Task> task(String id, Deadline deadline);

    /** Asks for the end of a task; one that has ended or is not known is left as it is. */
    void cancel(String id, Deadline deadline);

    /** Forgets the tasks that ended before a time. */
    Change purgeTasks(Instant before, Deadline deadline);

    /** A thing and the name it has. */
    record Named<T>(String name, T value) {}
}
