package smartproxy.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Jobs;
import smartproxy.core.api.Jobs.Job;
import smartproxy.core.api.Jobs.Next;
import smartproxy.core.api.Store;

/** The promises of {@link Store} and {@link Jobs}, on each database that can be one. */
abstract class StoreContract {
    private static final Duration WATCHDOG = Duration.ofSeconds(90);

    /** Of tables, so that tests do not meet in a database they share. */
    private final String owner =
            "t" + UUID.randomUUID().toString().replace("-", "").substring(0, 12);

    private final List<String> tables = List.of(
            "CREATE TABLE " + owner + " (n BIGINT NOT NULL PRIMARY KEY, word TEXT)",
            "CREATE INDEX " + owner + "_word ON " + owner + " (word)");
    private final List<LazyStore> opened = new ArrayList<>();
    private LazyStore store;

    /** A daemon's store; all of one test are the same. */
    abstract LazyStore open() throws Exception;

    /** Whether only daemons of this host can use it. */
    abstract boolean isOfOneHost();

    private LazyStore daemon() throws Exception {
        var daemon = open();
        opened.add(daemon);
        return daemon;
    }

    @BeforeEach
    void openFirst() throws Exception {
        store = daemon();
        store.migrate(owner, tables);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var each : opened) {
            each.close();
        }
    }

    @Test
    void whatWasCommittedIsThereForOthersAndAfterReopening() throws Exception {
        insert(store, 7);
        var other = daemon();
        assertThat(count(other)).isEqualTo(1);
        store.close();
        insert(other, 8);
        other.close();
        assertThat(count(daemon())).isEqualTo(2);
    }

    @Test
    void aMigrationRunsOnceAlsoWhenDaemonsStartAtOnce() throws Exception {
        var daemons = List.of(store, daemon(), daemon(), daemon());
        var statements =
                List.of("CREATE TABLE " + owner + "b (n BIGINT NOT NULL)", "INSERT INTO " + owner + "b (n) VALUES (1)");
        var work = new ArrayList<Callable<Integer>>();
        for (var daemon : daemons) {
            work.add(() -> {
                daemon.migrate(owner + "b", statements);
                return 0;
            });
        }
        together(work);
        assertThat(ask(store, "SELECT count(*) FROM " + owner + "b")).isEqualTo(1);

        var more = new ArrayList<>(statements);
        more.add("INSERT INTO " + owner + "b (n) VALUES (2)");
        store.migrate(owner + "b", more);
        assertThat(ask(store, "SELECT sum(n) FROM " + owner + "b")).isEqualTo(3);
    }

    @Test
    void tablesOfANewerProgramAreLeftAlone() {
        assertThatThrownBy(() -> store.migrate(owner, tables.subList(0, 1)))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(owner + " have version 2, this program knows 1")
                .hasMessageContaining("install the newer one");
    }

    @Test
    void aMigrationThatFailsLeavesNothingAndCanBeRepeated() throws Exception {
        var first = "CREATE TABLE " + owner + "c (n BIGINT)";
        assertThatThrownBy(() -> store.migrate(owner + "c", List.of(first, "CREATE NONSENSE")))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("NONSENSE");
        store.migrate(owner + "c", List.of(first));
        assertThat(ask(store, "SELECT count(*) FROM " + owner + "c")).isZero();
    }

    @Test
    void workThatThrowsLeavesNothing() throws Exception {
        assertThatThrownBy(() -> store.transaction(connection -> {
                    add(connection, 1);
                    throw new IllegalStateException("changed its mind");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("changed its mind");
        assertThatThrownBy(() -> store.transaction(connection -> {
                    add(connection, 2);
                    return number(connection, "SELECT nothing FROM nowhere");
                }))
                .isInstanceOf(SQLException.class);
        assertThat(count(store)).isZero();
    }

    @Test
    void aKeyThatIsThereIsAnErrorOfTheStatement() throws Exception {
        insert(store, 1);
        assertThatThrownBy(() -> insert(store, 1))
                .isInstanceOf(SQLException.class)
                .hasMessageNotContaining("store ");
        assertThat(count(store)).isEqualTo(1);
    }

    @Test
    void aTransactionInsideATransactionIsAMistakeThatIsSaid() throws Exception {
        assertThatThrownBy(() -> store.transaction(connection -> {
                    add(connection, 1);
                    return count(store);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("inside");
        assertThat(count(store)).isZero();
    }

    @Test
    void transactionsOfManyDaemonsLeaveWhatTheyWouldOneAfterTheOther() throws Exception {
        var daemons = List.of(store, daemon());
        var work = new ArrayList<Callable<Integer>>();
        for (var i = 0; i < 6; i++) {
            var daemon = daemons.get(i % 2);
            work.add(() -> {
                for (var n = 0; n < 20; n++) {
                    daemon.transaction(connection -> {
                        add(connection, 1 + number(connection, "SELECT coalesce(max(n), 0) FROM " + owner));
                        return 0;
                    });
                }
                return 0;
            });
        }
        together(work);
        assertThat(count(store)).isEqualTo(120);
        assertThat(ask(store, "SELECT max(n) FROM " + owner)).isEqualTo(120);
    }

    @Test
    void afterItsEndNothingIsDone() throws Exception {
        store.close();
        assertThatThrownBy(() -> insert(store, 2))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("closed");
    }

    private void insert(Store into, long n) throws SQLException {
        into.transaction(connection -> {
            add(connection, n);
            return n;
        });
    }

    private void add(Connection connection, long n) throws SQLException {
        try (var insert = connection.prepareStatement("INSERT INTO " + owner + " (n, word) VALUES (?, ?)")) {
            insert.setLong(1, n);
            insert.setString(2, "ä " + n);
            insert.executeUpdate();
        }
    }

    private long count(Store of) throws SQLException {
        return ask(of, "SELECT count(*) FROM " + owner);
    }

    private static long ask(Store of, String sql) throws SQLException {
        return of.transaction(connection -> number(connection, sql));
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            return row.next() ? row.getLong(1) : -1;
        }
    }

    private static void together(List<Callable<Integer>> work) throws Exception {
        var threads = Executors.newFixedThreadPool(work.size());
        try {
            for (var each : threads.invokeAll(work, WATCHDOG.toSeconds(), TimeUnit.SECONDS)) {
                assertThat(each.get()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    // jobs

    private final ConcurrentLinkedQueue<Job> done = new ConcurrentLinkedQueue<>();

    /** Behind the back of the daemons, which look for it every ten seconds. */
    private void makeDue() throws SQLException {
        store.transaction(connection -> {
            try (var update = connection.prepareStatement("UPDATE job SET execution_time = 0 WHERE task_name = ?")) {
                update.setString(1, owner);
                return update.executeUpdate();
            }
        });
    }

    private Next note(Job job) {
        done.add(job);
        return Next.done();
    }

    @Test
    void aJobIsDoneOnceAndIsGoneThen() throws Exception {
        try (var queue = store.jobs().open(owner, this::note)) {
            var now = Instant.now();
            assertThat(queue.add("one", "daten ä", now)).isTrue();
            await().atMost(WATCHDOG).until(() -> queue.find("one").isEmpty());
            assertThat(done).hasSize(1);
            var job = done.remove();
            assertThat(job.id()).isEqualTo("one");
            assertThat(job.data()).isEqualTo("daten ä");
            assertThat(job.due().toEpochMilli()).isEqualTo(now.toEpochMilli());
            assertThat(job.failures()).isZero();
            assertThat(job.running()).isTrue();
        }
    }

    @Test
    void aJobOfAnIdThatIsThereIsNotAddedAgain() throws Exception {
        try (var queue = store.jobs().open(owner, this::note)) {
            var later = Instant.now().plusSeconds(3600).truncatedTo(ChronoUnit.MILLIS);
            assertThat(queue.add("one", "first", later)).isTrue();
            assertThat(queue.add("one", "second", later.minusSeconds(60))).isFalse();
            assertThat(queue.add("two", "other", later.minusSeconds(60))).isTrue();
            assertThat(queue.find("one")).contains(new Job("one", "first", later, 0, false));
            assertThat(queue.all()).extracting(Job::id).containsExactly("two", "one");

            assertThat(queue.remove("one")).isTrue();
            assertThat(queue.remove("one")).isFalse();
            assertThat(queue.find("one")).isEmpty();
            assertThat(done).isEmpty();
        }
    }

    @Test
    void aJobMayBeDueAgainWithOtherData() throws Exception {
        try (var queue = store.jobs().open(owner, job -> {
            done.add(job);
            return job.data().length() < 3 ? Next.again(Duration.ZERO, job.data() + "x") : Next.done();
        })) {
            queue.add("one", "x", Instant.now());
            await().atMost(WATCHDOG).until(() -> queue.find("one").isEmpty());
            assertThat(done).extracting(Job::data).containsExactly("x", "xx", "xxx");
        }
    }

    @Test
    void aJobThatFailsIsKeptAndTriedAgainLater() throws Exception {
        try (var queue = store.jobs().open(owner, job -> {
            done.add(job);
            throw new IOException("no route to anywhere");
        })) {
            var before = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            queue.add("one", "data", Instant.now());
            var failed = await().atMost(WATCHDOG)
                    .until(
                            () -> queue.find("one").filter(job -> job.failures() == 1 && !job.running()),
                            Optional::isPresent)
                    .orElseThrow();
            assertThat(failed.due())
                    .isBetween(before.plusSeconds(10), Instant.now().plusSeconds(10));
            assertThat(done).hasSize(1);
        }
    }

    @Test
    void jobsOutliveTheDaemon() throws Exception {
        var queue = store.jobs().open(owner, this::note);
        queue.add("one", "data", Instant.now().plusSeconds(3600));
        makeDue();
        store.close();
        assertThatThrownBy(() -> queue.find("one")).isInstanceOf(SQLException.class);
        try (var next = daemon().jobs().open(owner, this::note)) {
            await().atMost(WATCHDOG).until(() -> next.find("one").isEmpty());
            assertThat(done).hasSize(1);
        }
    }

    @Test
    void whatAKilledDaemonHadBegunIsBegunAnew() throws Exception {
        try (var queue = store.jobs().open(owner, this::note)) {
            queue.add("one", "data", Instant.now().plusSeconds(3600));
        }
        pickedBy("killed", Instant.now().minusSeconds(3600));
        try (var queue = daemon().jobs().open(owner, this::note)) {
            await().atMost(WATCHDOG).until(() -> queue.find("one").isEmpty());
            assertThat(done).hasSize(1);
        }
    }

    @Test
    void whatADaemonOfThisHostLeftThatIsNotThereAnyMoreIsBegunAtOnceOrWhenItsTimeIsOver() throws Exception {
        try (var queue = store.jobs().open(owner, this::note)) {
            queue.add("one", "data", Instant.now().plusSeconds(3600));
        }
        // process 1 is there, and has not begun in 1970
        pickedBy("1@1 x", Instant.now());
        try (var queue = daemon().jobs().open(owner, this::note)) {
            if (isOfOneHost()) {
                await().atMost(WATCHDOG).until(() -> queue.find("one").isEmpty());
                assertThat(done).hasSize(1);
            } else {
                assertThat(queue.find("one"))
                        .hasValueSatisfying(job -> assertThat(job.running()).isTrue());
            }
        }
    }

    private void pickedBy(String daemon, Instant heartbeat) throws SQLException {
        store.transaction(connection -> {
            try (var update = connection.prepareStatement(
                    "UPDATE job SET picked = ?, picked_by = ?, execution_time = 0, last_heartbeat = ?"
                            + " WHERE task_name = ?")) {
                update.setBoolean(1, true);
                update.setString(2, daemon);
                update.setLong(3, heartbeat.toEpochMilli());
                update.setString(4, owner);
                return update.executeUpdate();
            }
        });
    }

    @Test
    void aJobThatTheEndInterruptsIsDueAtOnceAndHasNotFailed() throws Exception {
        var begun = new CountDownLatch(1);
        var queue = store.jobs().open(owner, job -> {
            begun.countDown();
            TimeUnit.HOURS.sleep(1);
            return Next.done();
        });
        queue.add("one", "data", Instant.now());
        assertThat(begun.await(WATCHDOG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(queue.find("one").orElseThrow().running()).isTrue();
        assertThat(queue.remove("one")).isFalse();
        store.close();
        try (var next = daemon().jobs().open(owner, this::note)) {
            await().atMost(WATCHDOG).until(() -> next.find("one").isEmpty());
            assertThat(done).singleElement().returns(0, Job::failures);
        }
    }

    @Test
    void aNewerGenerationsQueueTakesOver() throws Exception {
        var old = store.jobs().open(owner, job -> {
            throw new IllegalStateException("this one has been replaced");
        });
        try (var queue = store.jobs().open(owner, this::note)) {
            queue.add("one", "data", Instant.now());
            await().atMost(WATCHDOG).until(() -> queue.find("one").isEmpty());
            old.close();
            queue.add("two", "data", Instant.now());
            await().atMost(WATCHDOG).until(() -> queue.find("two").isEmpty());
            assertThat(done).extracting(Job::id).containsExactly("one", "two");
        }
    }

    @Test
    void jobsOfAQueueThatIsNotOpenWait() throws Exception {
        var queue = store.jobs().open(owner, this::note);
        queue.add("one", "data", Instant.now().plusSeconds(3600));
        queue.close();
        makeDue();
        try (var other = store.jobs().open(owner + "other", this::note)) {
            other.add("two", "data", Instant.now());
            await().atMost(WATCHDOG).until(() -> other.find("two").isEmpty());
        }
        assertThat(done).extracting(Job::id).containsExactly("two");
        try (var again = store.jobs().open(owner, this::note)) {
            await().atMost(WATCHDOG).until(() -> again.find("one").isEmpty());
        }
    }

    @Test
    void ofTwoDaemonsOneDoesAJob() throws Exception {
        var other = daemon();
        try (var here = store.jobs().open(owner, this::note);
                var there = other.jobs().open(owner, this::note)) {
            for (var i = 0; i < 20; i++) {
                assertThat((i % 2 == 0 ? here : there).add("job " + i, "", Instant.now()))
                        .isTrue();
            }
            await().atMost(WATCHDOG).until(() -> here.all().isEmpty());
            assertThat(done).extracting(Job::id).doesNotHaveDuplicates().hasSize(20);
        }
    }

    @Test
    void whatIsTooLongIsRefused() throws Exception {
        try (var queue = store.jobs().open(owner, this::note)) {
            assertThatThrownBy(() -> queue.add("x".repeat(StoredJobs.MAX_ID + 1), "", Instant.now()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> queue.add("one", "x".repeat(StoredJobs.MAX_DATA + 1), Instant.now()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
