package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.KeyedSerializer;
import smartproxy.core.api.Store;
import smartproxy.core.guard.MovableClock;
import smartproxy.core.store.LazyStore;

/** Jobs and mirrors over a Pulp in memory and a store on disk. */
class JobRunnerTest {
    private static final Duration WATCHDOG = Duration.ofSeconds(30);
    private static final String LOGIN = ",\"user\":\"joe\",\"password\":\"sesame\"";

    private final FakeContent pulp = new FakeContent();
    private final Pulps pulps = new Pulps(List.of(new Pulps.Pulp("p", "fake", pulp)));
    private final KeyedSerializer<String> mirrors = new KeyedSerializer<>();
    private LazyStore store;
    private JobRows rows;
    private JobRunner jobs;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        store = new LazyStore(directory);
        rows = new JobRows(store, "host", Clock.systemUTC());
        jobs = runner(Duration.ofMinutes(1));
    }

    private JobRunner runner(Duration patience) {
        return runner(new Patience.Limits(patience, patience, patience.multipliedBy(2)), Patience.Time.SYSTEM);
    }

    private JobRunner runner(Patience.Limits limits, Patience.Time time) {
        return new JobRunner(store, rows, pulps, "host", limits, time, () -> mirrors);
    }

    @AfterEach
    void close() throws Exception {
        jobs.close();
        store.close();
    }

    private Job mirror(String... names) {
        return mirrorWith("", names);
    }

    private Job mirrorWith(String more, String... names) {
        var list = new StringBuilder();
        for (var name : names) {
            list.append(list.isEmpty() ? "" : ",")
                    .append("{\"name\":\"" + name + "\",\"type\":\"file\",\"upstream\":\"https://up.example.com/" + name
                            + "/PULP_MANIFEST\",\"path\":\"at/" + name + "\"}");
        }
        var request = "{\"pulp\":\"p\"" + more + ",\"repositories\":[" + list + "]}";
        return jobs.begin(Job.MIRROR, pulps.named("p"), "", request, List.of(names));
    }

    /** A mirror of one repository, whose upstream has more than its URL. */
    private Job mirrorOf(String name, String more, boolean dry) {
        var request = "{\"pulp\":\"p\",\"dry_run\":" + dry + ",\"repositories\":[{\"name\":\"" + name
                + "\",\"type\":\"file\",\"upstream\":{\"url\":\"https://up.example.com/" + name + "/PULP_MANIFEST\""
                + more + "},\"path\":\"at/" + name + "\"}]}";
        return jobs.begin(Job.MIRROR, pulps.named("p"), "", request, List.of(name));
    }

    private Job ended(Job job) throws InterruptedException {
        var ended = jobs.await(job.id(), WATCHDOG, () -> false);
        assertThat(ended.state().ended()).as(ended.toString()).isTrue();
        return ended;
    }

    private static List<String> told(Job job) {
        return job.items().stream()
                .map(item -> item.name() + " " + item.state() + " " + item.actions() + item.error())
                .toList();
    }

    @Test
    void aMirrorBringsWhatIsMissingAndTheSecondTimeNothing() throws Exception {
        var first = ended(mirror("a", "b"));

        assertThat(first.state()).isEqualTo(JobState.COMPLETED);
        assertThat(told(first))
                .containsExactly(
                        "a completed [create repository, create remote, sync, publish, distribute]",
                        "b completed [create repository, create remote, sync, publish, distribute]");
        assertThat(pulp.repositories)
                .hasEntrySatisfying(
                        "a",
                        one -> assertThat(one.labels())
                                .isEqualTo(Map.of("smart_proxy_managed", "mirror", "katello_orphan_cleanup", "false")));
        assertThat(pulp.points)
                .hasEntrySatisfying("a", one -> assertThat(one.path()).isEqualTo("at/a"));
        assertThat(first.request()).isEmpty();

        pulp.news = false;
        assertThat(told(ended(mirror("a", "b")))).containsExactly("a completed []", "b completed []");
    }

    @Test
    void onlyWhatDiffersIsChanged() throws Exception {
        ended(mirror("a"));
        pulp.news = false;
        pulp.points.computeIfPresent(
                "a",
                (key, one) -> new ServePoint(
                        one.name(), one.type(), "elsewhere", false, one.target(), one.url(), one.labels()));

        assertThat(told(ended(mirror("a")))).containsExactly("a completed [distribute]");
    }

    @Test
    void aDryRunChangesNothing() throws Exception {
        var job = ended(mirrorWith(",\"dry_run\":true", "a"));

        assertThat(told(job))
                .containsExactly("a completed [create repository, create remote, sync, publish, distribute]");
        assertThat(pulp.changes).isEmpty();
    }

    @Test
    void whatAMirrorMadeAndIsNoLongerWantedGoesAndNothingElse() throws Exception {
        ended(mirror("a", "b"));
        pulp.repositories.put("foreign", new Repository("foreign", ContentType.FILE, "foreign", "", "0", Map.of()));
        pulp.repositories.put(
                "byhand",
                new Repository("byhand", ContentType.FILE, "byhand", "", "0", Ownership.labels(Ownership.BY_API)));
        pulp.news = false;

        assertThat(told(ended(mirror("a"))))
                .containsExactly(
                        "a completed []", "b completed [remove distribution, remove remote, remove repository]");
        assertThat(pulp.repositories.keySet()).containsExactlyInAnyOrder("a", "foreign", "byhand");
    }

    @Test
    void aForeignObjectFailsItsItemAlone() throws Exception {
        pulp.repositories.put("a", new Repository("a", ContentType.FILE, "a", "", "0", Map.of()));

        var job = ended(mirror("a", "b"));

        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.error()).isEqualTo("1 of 2 repositories failed");
        assertThat(told(job).get(0))
                .isEqualTo(
                        "a failed []Repository 'a' has no label smart_proxy_managed: somebody else made it, and it is left as it is");
        assertThat(told(job).get(1)).startsWith("b completed [create repository");
        assertThat(pulp.changes).noneMatch(change -> change.endsWith(" a"));
    }

    @Test
    void aFailedSyncSaysWhyAndTheOthersGoOn() throws Exception {
        ended(mirror("b"));
        pulp.syncs = JobState.FAILED;

        assertThat(told(ended(mirror("a", "b"))))
                .containsExactly(
                        "a failed [create repository, create remote]sync: 404, message='Not Found'",
                        "b failed []sync: 404, message='Not Found'");
    }

    @Test
    void anotherDaemonGoesOnWithTheTaskThatWasBegun() throws Exception {
        pulp.syncs = JobState.RUNNING;
        var job = mirror("a");
        await().atMost(WATCHDOG).until(() -> pulp.changes.contains("sync a"));
        await().atMost(WATCHDOG)
                .until(() -> jobs.find(job.id()).items().get(0).steps().containsKey("sync"));
        jobs.close();
        jobs = runner(Duration.ofMinutes(1));
        jobs.start();
        pulp.newVersion("a");
        pulp.tasks.put("t1", FakeContent.task("t1", JobState.COMPLETED, ""));

        assertThat(told(ended(job)))
                .containsExactly("a completed [create repository, create remote, sync, publish, distribute]");
        assertThat(pulp.changes).containsOnlyOnce("create a").containsOnlyOnce("sync a");
    }

    @Test
    void whatWasMadeAndNotNotedCountsWhenItIsTakenUpAgain() throws Exception {
        pulp.repositories.put(
                "a", new Repository("a", ContentType.FILE, "a", "", "0", Ownership.labels(Ownership.BY_MIRROR)));
        var request =
                "{\"pulp\":\"p\",\"repositories\":[{\"name\":\"a\",\"type\":\"file\",\"upstream\":\"https://u.example.com/x\",\"path\":\"a\"}]}";
        rows.insert("killed", Job.MIRROR, "p", "", request, List.of("a"));
        rows.keep("killed", new Job.Item(0, "a", JobState.RUNNING, List.of(), Map.of("create repository", ""), ""));
        jobs.start();

        var item = ended(rows.find("killed").orElseThrow()).items().get(0);
        assertThat(item.actions())
                .containsExactlyInAnyOrder("create repository", "create remote", "sync", "publish", "distribute");
        assertThat(pulp.changes).doesNotContain("create a");
    }

    @Test
    void whatAMirrorMadeForARepositoryThatIsGoneGoes() throws Exception {
        ended(mirror("a", "gone", "theirs"));
        pulp.repositories.remove("gone");
        pulp.repositories.remove("theirs");
        pulp.upstreams.computeIfPresent("theirs", (key, one) -> labelled(one, Ownership.labels(Ownership.BY_API)));
        pulp.points.remove("theirs");
        pulp.news = false;

        var dry = told(ended(mirrorWith(",\"dry_run\":true", "a")));
        assertThat(dry).containsExactly("a completed []", "gone completed [remove distribution, remove remote]");
        assertThat(pulp.upstreams).containsKey("gone");
        assertThat(told(ended(mirror("a")))).isEqualTo(dry);
        assertThat(pulp.upstreams.keySet()).containsExactlyInAnyOrder("a", "theirs");
        assertThat(pulp.points.keySet()).containsExactly("a");
    }

    private static Upstream labelled(Upstream one, Map<String, String> labels) {
        return new Upstream(
                one.url(), one.policy(), one.tls(), one.login(), one.proxy(), one.limits(), one.options(), labels);
    }

    @Test
    void aMirrorKeepsFewVersionsAndLeavesANumberThatSomebodyHasSet() throws Exception {
        ended(mirror("a", "b"));
        assertThat(pulp.kept).isEqualTo(Map.of("a", 2, "b", 2));
        pulp.kept.remove("a");
        pulp.kept.put("b", 9);
        pulp.news = false;

        assertThat(told(ended(mirror("a", "b")))).containsExactly("a completed [update repository]", "b completed []");
        assertThat(pulp.kept).isEqualTo(Map.of("a", 2, "b", 9));
    }

    @Test
    void aPulpThatIsAwayForAWhileIsWaitedFor() throws Exception {
        pulp.failure = away();
        var job = mirror("a");
        await().atMost(WATCHDOG).until(() -> jobs.find(job.id()).message().contains("nobody there"));
        pulp.failure = null;

        assertThat(told(ended(job)))
                .containsExactly("a completed [create repository, create remote, sync, publish, distribute]");
        assertThat(pulp.changes).containsOnlyOnce("create a").containsOnlyOnce("sync a");
    }

    private static BackendException away() {
        return new BackendException(
                BackendException.Kind.UNAVAILABLE, BackendException.Outcome.NOT_APPLIED, "nobody there", null);
    }

    @Test
    void aPulpThatStaysAwayIsGivenUp() throws Exception {
        jobs.close();
        jobs = runner(Duration.ZERO);
        ended(mirror("a"));
        pulp.failure = away();

        var job = ended(mirror("a"));
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.error()).isEqualTo("nobody there");
        var sync = ended(jobs.begin(JobWork.SYNC, pulps.named("p"), "a", "{}", List.of("a")));
        assertThat(sync.error()).isEqualTo("nobody there");
    }

    @Test
    void aTaskThatIsLostWithItsWorkerIsBegunAgain() throws Exception {
        pulp.syncs = JobState.RUNNING;
        var job = mirror("a");
        await().atMost(WATCHDOG).until(() -> pulp.tasks.containsKey("t1"));
        pulp.syncs = JobState.COMPLETED;
        pulp.tasks.put("t1", FakeContent.task("t1", JobState.FAILED, Task.WORKER_MISSING));

        assertThat(told(ended(job)))
                .containsExactly("a completed [create repository, create remote, sync, publish, distribute]");
        assertThat(pulp.changes).filteredOn("sync a"::equals).hasSize(2);
    }

    @Test
    void aTaskThatIsLostEachTimeFails() throws Exception {
        pulp.syncs = JobState.FAILED;
        pulp.trouble = Task.WORKER_MISSING;

        var item = ended(mirror("a")).items().get(0);
        assertThat(item.state()).isEqualTo(JobState.FAILED);
        assertThat(item.error()).isEqualTo("sync: the Pulp has lost its task 3 times, the last one was t3");
    }

    /** A mirror of one repository that is there and has something new, by a clock of its own; its sync is amid its work. */
    private Job mirrorIn(FakeTime time) throws Exception {
        ended(mirror("a"));
        pulp.changes.clear();
        jobs.close();
        jobs = runner(JobRunner.LIMITS, time);
        pulp.syncs = JobState.RUNNING;
        return ended(mirror("a"));
    }

    @Test
    void aTaskWhoseWorkerIsMissingIsCancelledAndBegunAgain() throws Exception {
        var time = new FakeTime()
                .at(
                        Duration.ofMinutes(10),
                        () -> pulp.tasks.put("t2", FakeContent.task("t2", JobState.RUNNING, Task.WORKER_MISSING)));
        pulp.whenCanceled = () -> pulp.syncs = JobState.COMPLETED;

        assertThat(told(mirrorIn(time))).containsExactly("a completed [sync, publish, distribute]");
        assertThat(pulp.canceled).containsExactly("t2");
        assertThat(pulp.changes).filteredOn("sync a"::equals).hasSize(2);
        assertThat(time.now()).isBetween(Duration.ofMinutes(11), Duration.ofMinutes(12));
    }

    @Test
    void allThatAPartWaitsForEndsTogether() throws Exception {
        var time = new FakeTime()
                .at(Duration.ofMinutes(1), () -> pulp.failure = away())
                .at(Duration.ofMinutes(5), () -> {
                    pulp.failure = null;
                    pulp.tasks.put("t2", FakeContent.task("t2", JobState.RUNNING, Task.WORKER_MISSING));
                });
        pulp.whenCanceled = () -> {
            pulp.syncs = JobState.WAITING;
            pulp.trouble = Task.LINE_STANDS;
        };

        assertThat(told(mirrorIn(time)))
                .singleElement()
                .asString()
                .matches("a failed \\[]sync: given up after 1200 s in all: nobody there \\(2[34]\\d s\\); "
                        + Task.WORKER_MISSING + " \\((59|6\\d) s\\); " + Task.LINE_STANDS + " \\(\\d+ s\\)");
        assertThat(pulp.canceled).containsExactly("t2", "t3");
        assertThat(time.now()).isBetween(Duration.ofMinutes(21), Duration.ofMinutes(22));
    }

    @Test
    void whatIsRefusedBecauseItWasBegunBeforeIsLookedAtAnew() throws Exception {
        ended(mirror("a"));
        var point = pulp.points.remove("a");
        pulp.news = false;
        var request =
                "{\"pulp\":\"p\",\"repositories\":[{\"name\":\"a\",\"type\":\"file\",\"upstream\":\"https://up.example.com/a/PULP_MANIFEST\",\"path\":\"at/a\"}]}";
        rows.insert("killed", Job.MIRROR, "p", "", request, List.of("a"));
        rows.keep("killed", new Job.Item(0, "a", JobState.RUNNING, List.of(), Map.of("distribute", ""), ""));
        pulp.refusesOnceAndServes = point;
        jobs.start();

        assertThat(told(ended(rows.find("killed").orElseThrow()))).containsExactly("a completed [distribute]");
        assertThat(pulp.points).hasEntrySatisfying("a", one -> assertThat(one).isEqualTo(point));
    }

    @Test
    void withoutAWorkerTheJobSaysSoAndEnds() throws Exception {
        jobs.close();
        jobs = runner(Duration.ofSeconds(2));
        ended(mirror("a"));
        pulp.syncs = JobState.WAITING;
        pulp.trouble = "no worker of Pulp is online";
        var job = jobs.begin(JobWork.SYNC, pulps.named("p"), "a", "{}", List.of("a"));

        await().atMost(WATCHDOG).until(() -> jobs.find(job.id()).message().equals("no worker of Pulp is online"));
        var ended = ended(job);
        assertThat(ended.state()).isEqualTo(JobState.FAILED);
        assertThat(ended.error()).isEqualTo("sync: given up after 2 s: no worker of Pulp is online");
        assertThat(pulp.canceled).containsExactly("t2");
    }

    @Test
    void aJobIsCanceledWithItsTask() throws Exception {
        ended(mirror("a"));
        pulp.syncs = JobState.RUNNING;
        var job = jobs.begin(JobWork.SYNC, pulps.named("p"), "a", "{}", List.of("a"));
        await().atMost(WATCHDOG).until(() -> jobs.find(job.id()).done() == 1);

        jobs.cancel(job.id());

        assertThat(ended(job).state()).isEqualTo(JobState.CANCELED);
        assertThat(pulp.canceled).containsExactly("t2");
        assertThat(jobs.cancel(job.id()).state()).isEqualTo(JobState.CANCELED);
    }

    @Test
    void aSyncThatBringsNothingIsNoAction() throws Exception {
        ended(mirror("a"));
        pulp.news = false;

        var job = ended(jobs.begin(JobWork.SYNC, pulps.named("p"), "a", "{}", List.of("a")));
        assertThat(job.state()).isEqualTo(JobState.COMPLETED);
        assertThat(job.items().get(0).actions()).isEmpty();
    }

    @Test
    void unitsAreAnActionWhenThereIsAnotherVersion() throws Exception {
        ended(mirror("a", "b"));
        pulp.changes.clear();
        var copy =
                "{\"from\":\"a\",\"units\":[\"u1\",\"u2\"],\"version\":\"1\",\"dependencies\":true,\"base_version\":\"0\"}";
        var sum = "0123456789abcdef".repeat(4);
        var file = "{\"upload\":\"f1\",\"sha256\":\"" + sum + "\",\"path\":\"dir/a b.iso\"}";

        assertThat(unitJob(JobWork.COPY_UNITS, copy)).isEqualTo("completed [copy units]");
        assertThat(unitJob(JobWork.REMOVE_UNITS, "{\"all\":true}")).isEqualTo("completed [remove units]");
        assertThat(unitJob(JobWork.IMPORT_UNIT, file)).isEqualTo("completed [import unit]");
        assertThat(pulp.changes)
                .containsExactly(
                        "copy a to b UnitCopy[units=UnitChoice[ids=[u1, u2]], version=Optional[1], dependencies=true,"
                                + " base=Optional[0]]",
                        "remove of b UnitChoice[ids=[]]",
                        "keep f1",
                        "import NewUnit[upload=f1, sha256=" + sum + ", path=dir/a b.iso, options={}]");
        pulp.news = false;
        assertThat(unitJob(JobWork.COPY_UNITS, "{\"from\":\"a\",\"all\":true}")).isEqualTo("completed []");
    }

    @Test
    void whatBecomesNoUnitIsNotMadeAFileEither() throws Exception {
        ended(mirror("a", "b"));
        pulp.changes.clear();
        var file = "{\"upload\":\"f1\",\"sha256\":\"" + "0123456789abcdef".repeat(4)
                + "\",\"path\":\"a\",\"options\":{\"component\":\"main\"}}";

        assertThat(unitJob(JobWork.IMPORT_UNIT, file)).isEqualTo("failed []no options");
        assertThat(pulp.changes).isEmpty();
    }

    private String unitJob(String kind, String request) throws InterruptedException {
        var item = ended(jobs.begin(kind, pulps.named("p"), "b", request, List.of("b")))
                .items()
                .get(0);
        return item.state() + " " + item.actions() + item.error();
    }

    @Test
    void changesAreNumberedSoThatNoneIsMissed() throws Exception {
        var before = rows.newestEvent();
        var job = ended(mirror("a"));

        var changed = rows.changedAfter(before, 100);
        assertThat(changed).hasSize(1);
        assertThat(changed.get(0).state()).isEqualTo(JobState.COMPLETED);
        assertThat(rows.changedAfter(changed.get(0).event(), 100)).isEmpty();
        JsonNode json = ContentJson.job(job);
        assertThat(json.path("job").asText()).isEqualTo(job.id());
        assertThat(json.path("items").get(0).path("name").asText()).isEqualTo("a");
    }

    @Test
    void endedJobsAreListedAndForgotten() throws Exception {
        ended(mirror("a"));
        var second = ended(mirror("a"));

        assertThat(rows.list(
                        java.util.Optional.of(JobState.COMPLETED), java.util.Optional.of("p"), new Page.Window(0, 1)))
                .satisfies(page -> {
                    assertThat(page.total()).isEqualTo(2);
                    assertThat(page.items().get(0).id()).isEqualTo(second.id());
                });
        assertThat(rows.purge(Instant.now().plusSeconds(1))).isEqualTo(2);
        assertThatThrownBy(() -> jobs.find(second.id())).isInstanceOf(CallerException.class);
    }

    /** Each may have thousands, and a list a hundred of them. */
    @Test
    void mirrorsAreListedWithoutTheirItems() throws Exception {
        ended(mirror("a"));
        ended(jobs.begin(JobWork.SYNC, pulps.named("p"), "a", "{}", List.of("a")));

        var all = rows.list(java.util.Optional.empty(), java.util.Optional.empty(), Page.Window.FIRST)
                .items();
        assertThat(all.get(1).items()).isEmpty();
        var listed = all.stream().map(ContentJson::listed).toList();
        assertThat(listed.get(0).path("actions").toString()).isEqualTo("[\"sync\"]");
        assertThat(listed.get(1).path("kind").asText()).isEqualTo("mirror");
        assertThat(listed.get(1).has("items")).isFalse();
    }

    @Test
    void aJobThatEndedLongAgoIsForgottenWhenTheNextOneBegins() throws Exception {
        var clock = new MovableClock();
        rows = new JobRows(store, "host", clock);
        jobs = runner(Duration.ofMinutes(1));
        var first = ended(mirror("a"));
        clock.move(Duration.ofDays(29));
        var second = ended(mirror("a"));
        assertThat(jobs.find(first.id()).state()).isEqualTo(JobState.COMPLETED);
        clock.move(Duration.ofDays(2));

        ended(mirror("a"));

        assertThatThrownBy(() -> jobs.find(first.id())).hasMessageContaining("There is no job");
        assertThat(jobs.find(second.id()).state()).isEqualTo(JobState.COMPLETED);
    }

    @Test
    void optionsThatComeToTheSameAreNoDifference() throws Exception {
        ended(mirrorOf("a", ",\"options\":{\"gpgkey\":\"a\\nb\",\"excludes\":[\"x\",\"y\"],\"depth\":2}", false));
        pulp.news = false;

        var same = ",\"options\":{\"gpgkey\":\"a\\nb\\n\",\"excludes\":[\"y\",\"x\"],\"depth\":2,\"includes\":[],"
                + "\"sync_dependencies\":true,\"keep_latest_packages\":0,\"components\":\"\"}";
        assertThat(told(ended(mirrorOf("a", same, false)))).containsExactly("a completed []");
        for (var other : List.of("\"depth\":3", "\"depth\":2,\"sync_dependencies\":false")) {
            assertThat(told(ended(mirrorOf("a", ",\"options\":{" + other + "}", false))))
                    .containsExactly("a completed [update remote]");
        }
    }

    @Test
    void aHostThatWasRenamedGoesOnWithItsJobs() throws Exception {
        ended(mirror("a"));
        new JobRows(store, "old.example.com", Clock.systemUTC())
                .insert("old", JobWork.SYNC, "p", "a", "{}", List.of("a"));

        jobs.start();

        assertThat(ended(rows.find("old").orElseThrow()).state()).isEqualTo(JobState.COMPLETED);
    }

    @Test
    void whereDaemonsShareAStoreTheJobsOfAnotherHostAreLeftToIt() throws Exception {
        new JobRows(store, "other.example.com", Clock.systemUTC())
                .insert("other", JobWork.SYNC, "p", "a", "{}", List.of("a"));

        assertThat(new JobRows(new SharedStore(store), "host", Clock.systemUTC()).unfinished())
                .isEmpty();
        assertThat(rows.unfinished()).containsExactly("other");
    }

    /** One that other daemons may use, too. */
    private record SharedStore(Store store) implements Store {
        @Override
        public void migrate(String owner, List<String> statements) throws SQLException {
            store.migrate(owner, statements);
        }

        @Override
        public <T> T transaction(Work<T> work) throws SQLException {
            return store.transaction(work);
        }
    }

    @Test
    void aJobOfAPulpThatIsTakenOutOfTheSettingsFails() throws Exception {
        rows.insert("old", Job.MIRROR, "gone", "", "{\"repositories\":[]}", List.of("a"));
        jobs.start();

        var job = ended(rows.find("old").orElseThrow());
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.error()).isEqualTo("There is no Pulp 'gone'; known are p");
        assertThat(told(job)).containsExactly("a failed []There is no Pulp 'gone'; known are p");
    }

    @Test
    void aFaultOfTheProgramEndsItsJobAlone() throws Exception {
        rows.insert("strange", "dance", "p", "a", "{}", List.of("a"));
        jobs.start();

        var job = ended(rows.find("strange").orElseThrow());
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.error())
                .startsWith("a fault of this program, see its log: ")
                .contains("a job of kind dance");
        assertThat(ended(mirror("a")).state()).isEqualTo(JobState.COMPLETED);
    }

    @Test
    void aPartThatHadEndedIsNotDoneAgain() throws Exception {
        var request =
                "{\"pulp\":\"p\",\"repositories\":[{\"name\":\"a\",\"type\":\"file\",\"upstream\":\"https://u.example.com/x\",\"path\":\"a\"}]}";
        rows.insert("killed", Job.MIRROR, "p", "", request, List.of("a"));
        rows.keep("killed", new Job.Item(0, "a", JobState.FAILED, List.of("create repository"), Map.of(), "why"));
        jobs.start();

        var job = ended(rows.find("killed").orElseThrow());
        assertThat(told(job)).containsExactly("a failed [create repository]why");
        assertThat(job.error()).isEqualTo("1 of 1 repositories failed");
        assertThat(pulp.changes).isEmpty();
    }

    @Test
    void twoMirrorsOfAPulpDoNotWorkAtOnce() throws Exception {
        pulp.syncs = JobState.RUNNING;
        var first = mirror("a");
        await().atMost(WATCHDOG).until(() -> pulp.tasks.containsKey("t1"));
        var second = mirror("b");
        await().atMost(WATCHDOG)
                .until(() ->
                        jobs.find(second.id()).message().equals("waits for the end of another mirror of this Pulp"));
        assertThat(pulp.changes).noneMatch(change -> change.endsWith(" b"));

        pulp.syncs = JobState.COMPLETED;
        pulp.newVersion("a");
        pulp.tasks.put("t1", FakeContent.task("t1", JobState.COMPLETED, ""));
        assertThat(ended(first).state()).isEqualTo(JobState.COMPLETED);
        assertThat(told(ended(second)))
                .containsExactly(
                        "b completed [create repository, create remote, sync, publish, distribute]",
                        "a completed [remove distribution, remove remote, remove repository]");
    }

    @Test
    void aTaskThatIsCancelledAtThePulpCancelsItsJob() throws Exception {
        ended(mirror("a"));
        pulp.syncs = JobState.CANCELED;

        var job = ended(mirror("a"));
        assertThat(job.state()).isEqualTo(JobState.CANCELED);
        assertThat(told(job)).containsExactly("a canceled []sync: its task was cancelled at the Pulp");
    }

    @Test
    void oneThatWaitsForItsTurnIsCancelledAtOnceAndDoesNothing() throws Exception {
        ended(mirror("a"));
        pulp.changes.clear();
        pulp.syncs = JobState.RUNNING;
        for (var number = 0; number < JobRunner.MOST_AT_ONCE; number++) {
            jobs.begin(JobWork.SYNC, pulps.named("p"), "a", "{}", List.of("a"));
        }
        await().atMost(WATCHDOG).until(() -> pulp.changes.size() == JobRunner.MOST_AT_ONCE);
        var late = jobs.begin(JobWork.SYNC, pulps.named("p"), "a", "{}", List.of("a"));

        // at the moment when it is looked at it cannot be taken out of the queue
        await().atMost(WATCHDOG).until(() -> jobs.cancel(late.id()).state() == JobState.CANCELED);
        assertThat(jobs.find(late.id()).items().get(0).state()).isEqualTo(JobState.CANCELED);
        assertThat(pulp.changes).hasSize(JobRunner.MOST_AT_ONCE);
    }

    @Test
    void oneThatIsCancelledJustWhenItIsLookedAtEndsBeforeItsTurn() throws Exception {
        pulp.syncs = JobState.RUNNING;
        var first = mirror("a");
        await().atMost(WATCHDOG).until(() -> pulp.tasks.containsKey("t1"));
        var second = mirror("b");

        // what is left of a cancellation that could not take it out of the queue
        rows.cancel(second.id());

        assertThat(told(ended(second))).containsExactly("b canceled []");
        assertThat(jobs.find(first.id()).state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void oneThatIsCancelledBeforeItIsTakenUpAgainIsSoWithItsTask() throws Exception {
        ended(mirror("a"));
        pulp.changes.clear();
        rows.insert("killed", JobWork.SYNC, "p", "a", "{}", List.of("a"));
        rows.start("killed");
        rows.keep("killed", new Job.Item(0, "a", JobState.RUNNING, List.of(), Map.of("sync", "t9"), ""));
        rows.cancel("killed");
        jobs.start();

        assertThat(ended(rows.find("killed").orElseThrow()).state()).isEqualTo(JobState.CANCELED);
        assertThat(pulp.canceled).containsExactly("t9");
        assertThat(pulp.changes).isEmpty();
    }

    @Test
    void aMirrorIsCancelledWhileThePulpIsAway() throws Exception {
        pulp.failure = away();
        var job = mirror("a");
        await().atMost(WATCHDOG)
                .until(() -> jobs.find(job.id()).message().equals("the list of repositories: nobody there"));

        jobs.cancel(job.id());

        assertThat(ended(job).state()).isEqualTo(JobState.CANCELED);
        assertThat(told(jobs.find(job.id()))).containsExactly("a canceled []");
    }

    @Test
    void aListThatIsNotUnderstoodEndsItsMirror() throws Exception {
        pulp.failure = new IllegalArgumentException("no URL");

        var job = ended(mirror("a"));
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.error())
                .startsWith("a fault of this program, see its log: ")
                .contains("no URL");
        assertThat(told(job)).singleElement().asString().startsWith("a failed []a fault of this program");
    }

    @Test
    void whatACancelledMirrorHasNotBegunItDoesNotLookAt() throws Exception {
        pulp.syncs = JobState.RUNNING;
        var job = mirror("a", "b", "c", "d", "e", "f");
        await().atMost(WATCHDOG).until(() -> pulp.tasks.size() == JobRunner.MOST_ITEMS_AT_ONCE);

        jobs.cancel(job.id());

        assertThat(ended(job).items()).extracting(Job.Item::state).containsOnly(JobState.CANCELED);
        assertThat(pulp.looked).containsExactlyInAnyOrder("a", "b", "c", "d");
    }

    @Test
    void whatABusyPulpWasNotToldIsNoAction() throws Exception {
        ended(mirrorOf("a", LOGIN, false));
        pulp.news = false;
        pulp.busyOnce = true;

        assertThat(told(ended(mirrorOf("a", LOGIN, false)))).containsExactly("a completed []");
        assertThat(pulp.busyOnce).isFalse();
    }

    @Test
    void aDryRunTellsOfALoginThatIsNewOrGone() throws Exception {
        ended(mirror("a"));
        pulp.news = false;

        assertThat(told(ended(mirrorOf("a", LOGIN, true)))).containsExactly("a completed [update remote]");
        ended(mirrorOf("a", LOGIN, false));
        assertThat(told(ended(mirrorOf("a", LOGIN, true)))).containsExactly("a completed []");
        assertThat(told(ended(mirrorOf("a", "", true)))).containsExactly("a completed [update remote]");
    }

    @Test
    void tooManyJobsAreRefused() {
        for (var number = 0; number < JobRunner.MOST_WAITING; number++) {
            rows.insert("job" + number, JobWork.SYNC, "p", "a", "{}", List.of("a"));
        }

        assertThatThrownBy(() -> mirror("a"))
                .isInstanceOf(BusyException.class)
                .hasMessage("There are 1000 content jobs already; nothing was begun");
        assertThat(rows.unfinished()).hasSize(JobRunner.MOST_WAITING);
    }
}
