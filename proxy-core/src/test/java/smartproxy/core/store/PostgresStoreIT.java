package smartproxy.core.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CommitUnknownException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.KeyedSerializer;
import smartproxy.core.api.Secret;
import smartproxy.core.health.HealthState;
import smartproxy.core.health.Metrics;

/** What only a database that is shared, and can be away, does. */
@Timeout(180)
class PostgresStoreIT {
    private static final Duration TIMEOUT = Duration.ofSeconds(4);
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    @TempDir
    static Path directory;

    private static LabPostgres postgres;
    private final List<LazyStore> opened = new ArrayList<>();

    @BeforeAll
    static void start() {
        postgres = LabPostgres.start(directory);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @AfterEach
    void closeAll() throws Exception {
        for (var store : opened) {
            store.close();
        }
    }

    private LazyStore open(StoreSettings settings) {
        var store = new LazyStore(settings, new Metrics());
        opened.add(store);
        return store;
    }

    private LazyStore open() {
        return open(postgres.store(TIMEOUT));
    }

    private static int one(LazyStore store) throws SQLException {
        return store.transaction(connection -> {
            try (var statement = connection.createStatement();
                    var row = statement.executeQuery("SELECT 1")) {
                return row.next() ? row.getInt(1) : 0;
            }
        });
    }

    private static void assertComesBack(LazyStore store) {
        await().atMost(WATCHDOG).pollInterval(Duration.ofMillis(100)).until(() -> {
            try {
                return one(store) == 1;
            } catch (SQLException e) {
                return false;
            }
        });
    }

    @Test
    void aTurnIsOneDaemonsAtATime() throws Exception {
        var daemons = List.of(open(), open(), open());
        var turns =
                List.of(new KeyedSerializer<String>(), new KeyedSerializer<String>(), new KeyedSerializer<String>());
        var inside = new AtomicInteger();
        var threads = Executors.newFixedThreadPool(12);
        try {
            var work = new ArrayList<Callable<Integer>>();
            for (var i = 0; i < 12; i++) {
                var daemon = i % 3;
                work.add(() -> {
                    for (var n = 0; n < 10; n++) {
                        var deadline = Deadline.in(WATCHDOG);
                        turns.get(daemon)
                                .inOrder(
                                        "key",
                                        deadline,
                                        () -> daemons.get(daemon).exclusively("key", deadline, () -> {
                                            assertThat(inside.incrementAndGet()).isEqualTo(1);
                                            return inside.decrementAndGet();
                                        }));
                    }
                    return 0;
                });
            }
            for (var each : threads.invokeAll(work)) {
                assertThat(each.get()).isZero();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aTurnThatDoesNotComeInTimeIsSaidAndOtherKeysAreFree() {
        var here = open();
        var there = open();
        var result = here.exclusively("dhcp 192.0.2.1", Deadline.in(WATCHDOG), () -> {
            assertThatThrownBy(() ->
                            there.exclusively("dhcp 192.0.2.1", Deadline.in(Duration.ofMillis(100)), () -> "not run"))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("another daemon")
                    .hasMessageContaining("dhcp 192.0.2.1")
                    .hasMessageContaining("nothing was changed");
            return there.exclusively("dhcp 192.0.2.2", Deadline.in(WATCHDOG), () -> "other")
                    + here.exclusively("dhcp 192.0.2.3", Deadline.in(WATCHDOG), () -> " within");
        });
        assertThat(result).isEqualTo("other within");
        assertThat(there.exclusively("dhcp 192.0.2.1", Deadline.in(WATCHDOG), () -> "free"))
                .isEqualTo("free");
    }

    @Test
    void workThatThrowsGivesItsTurnBack() {
        var here = open();
        assertThatThrownBy(() -> here.exclusively("thrown", Deadline.in(WATCHDOG), () -> {
                    throw new IllegalStateException("no");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(open().exclusively("thrown", Deadline.in(WATCHDOG), () -> 1)).isEqualTo(1);
    }

    @Test
    void theTurnOfADaemonWhoseSessionEndsIsFree() throws Exception {
        var here = open();
        var there = open();
        var held = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        var thread = Executors.newSingleThreadExecutor();
        try {
            var holding = thread.submit(() -> here.exclusively("killed", Deadline.in(WATCHDOG), () -> {
                held.countDown();
                try {
                    return end.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }));
            assertThat(held.await(30, TimeUnit.SECONDS)).isTrue();
            there.transaction(connection -> connection
                    .createStatement()
                    .execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"));
            assertThat(there.exclusively("killed", Deadline.in(WATCHDOG), () -> "taken over"))
                    .isEqualTo("taken over");
            end.countDown();
            assertThat(holding.get(30, TimeUnit.SECONDS)).isTrue();
            assertThat(here.exclusively("killed", Deadline.in(WATCHDOG), () -> "again"))
                    .isEqualTo("again");
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aChangeOfTablesMayTakeLongerThanAnAnswerAndTheNextDaemonWaitsForIt() throws Exception {
        var timeout = Duration.ofSeconds(1);
        var slow = List.of("DO $$ BEGIN PERFORM pg_sleep(4); END $$");
        var threads = Executors.newFixedThreadPool(2);
        try {
            var both = new ArrayList<Callable<Integer>>();
            for (var daemon : List.of(open(postgres.store(timeout)), open(postgres.store(timeout)))) {
                both.add(() -> {
                    daemon.migrate("slow", slow);
                    return one(daemon);
                });
            }
            for (var each : threads.invokeAll(both)) {
                assertThat(each.get()).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aSessionThatHasEndedBetweenTwoTurnsIsMadeAnewAtOnce() throws Exception {
        var here = open();
        assertThat(here.exclusively("before", Deadline.in(WATCHDOG), () -> "one"))
                .isEqualTo("one");
        assertThat(open().transaction(PostgresStoreIT::endOtherSessions)).isPositive();
        assertThat(here.exclusively("after", Deadline.in(WATCHDOG), () -> "two"))
                .isEqualTo("two");
    }

    /** As an administrator, or a restart of the server, does. */
    private static int endOtherSessions(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT count(pg_terminate_backend(pid, 30000)) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND pid <> pg_backend_pid()")) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    @Test
    void oneThatIsReadOnlyIsReadAndSaysSoAndTakesChangesWithoutBeingOpenedAnew() throws Exception {
        var store = open();
        store.migrate("read_only", List.of("CREATE TABLE read_only (n INTEGER)"));
        assertThat(store.isWritable()).isTrue();
        postgres.beginReadOnly();
        try {
            await().atMost(WATCHDOG).ignoreExceptions().until(() -> !store.isWritable());

            assertThat(store.isReadOnly()).isTrue();
            assertThat(store.state()).contains("read-only, so changes are refused");
            assertThat(one(store)).isOne();
            assertThatThrownBy(() -> insertInReadOnly(store))
                    .isInstanceOf(SQLException.class)
                    .isNotInstanceOf(CommitUnknownException.class)
                    .hasMessageContaining("read-only transaction")
                    .hasMessageContaining("store_url must name the primary");
        } finally {
            postgres.endReadOnly();
        }
        await().atMost(WATCHDOG).until(store::isWritable);
        assertThat(store.state()).doesNotContain("read-only");
        insertInReadOnly(store);
    }

    private static void insertInReadOnly(LazyStore store) throws SQLException {
        store.transaction(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("INSERT INTO read_only VALUES (1)");
            }
        });
    }

    @Test
    void oneThatIsAwayIsNamedRefusedAtOnceAndComesBack() throws Exception {
        var store = open();
        assertThat(one(store)).isEqualTo(1);
        postgres.stop();
        try {
            assertThatThrownBy(() -> one(store))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("store postgresql://127.0.0.1:" + postgres.port() + "/smart_proxy");
            await().atMost(WATCHDOG).until(() -> {
                try {
                    return one(store) == 0;
                } catch (SQLException e) {
                    return store.backend().orElseThrow().health().state() == HealthState.DOWN;
                }
            });
            assertThatThrownBy(() -> store.exclusively("key", Deadline.in(WATCHDOG), () -> 1))
                    .isInstanceOf(BackendException.class);
        } finally {
            postgres.restart();
        }
        assertComesBack(store);
        await().atMost(WATCHDOG)
                .ignoreExceptionsInstanceOf(BackendException.class)
                .until(() -> store.exclusively("key", Deadline.in(WATCHDOG), () -> 1) == 1);
        assertThat(store.backend().orElseThrow().health().state()).isEqualTo(HealthState.UP);
    }

    @Test
    void oneThatDoesNotAnswerIsWaitedForNoLongerThanSaidAndTakesFewThreads() throws Exception {
        var store = open();
        assertThat(one(store)).isEqualTo(1);
        postgres.signal("STOP");
        try {
            var threads = Executors.newCachedThreadPool();
            try {
                var asked = new ArrayList<Future<Integer>>();
                for (var i = 0; i < 80; i++) {
                    asked.add(threads.submit(() -> one(store)));
                }
                var texts = new ArrayList<String>();
                for (var each : asked) {
                    assertThatThrownBy(() -> each.get(60, TimeUnit.SECONDS))
                            .satisfies(e -> texts.add(String.valueOf(e.getCause())));
                }
                assertThat(texts).allMatch(text -> text.contains("store postgresql://"));
                assertThat(texts).anyMatch(text -> text.contains("all 64 permits are taken"));
            } finally {
                threads.shutdownNow();
            }
        } finally {
            postgres.signal("CONT");
        }
        assertComesBack(store);
    }

    @Test
    void whatCannotBeUsedSaysWhyAndShowsNoPassword() {
        var settings = postgres.store(TIMEOUT).postgres().orElseThrow();
        var wrong = new StoreSettings(
                directory,
                Optional.of(new StoreSettings.Postgres(
                        settings.host(),
                        settings.port(),
                        settings.database(),
                        settings.user(),
                        Optional.of(new Secret("wrong-secret")),
                        settings.sslmode(),
                        Optional.empty(),
                        2,
                        TIMEOUT)));
        assertThatThrownBy(() -> one(open(wrong)))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("password authentication failed for user \"smart_proxy\"")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("wrong-secret"));
        var absent = new StoreSettings(
                directory,
                Optional.of(new StoreSettings.Postgres(
                        settings.host(),
                        settings.port(),
                        "absent",
                        settings.user(),
                        settings.password(),
                        settings.sslmode(),
                        Optional.empty(),
                        2,
                        TIMEOUT)));
        assertThatThrownBy(() -> one(open(absent))).hasMessageContaining("database \"absent\" does not exist");
    }

    @Test
    void theServersCertificateIsChecked() throws Exception {
        try (var tls = LabPostgres.startTls(directory.resolve("tls-server"))) {
            var ca = Optional.of(tls.ca());
            assertThat(one(open(tls.store("localhost", "verify-full", ca, TIMEOUT))))
                    .isEqualTo(1);
            assertThat(one(open(tls.store("127.0.0.1", "verify-ca", ca, TIMEOUT))))
                    .isEqualTo(1);
            assertThatThrownBy(() -> one(open(tls.store("127.0.0.1", "verify-full", ca, TIMEOUT))))
                    .as("a name that the certificate does not have")
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> one(open(tls.store("localhost", "verify-full", Optional.empty(), TIMEOUT))))
                    .as("an authority that Java does not know")
                    .isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> one(open(tls.store("localhost", "disable", Optional.empty(), TIMEOUT))))
                    .as("without encryption")
                    .isInstanceOf(SQLException.class);
        }
    }

    @Test
    void theCheckTellsItsVersions() throws Exception {
        var store = open();
        store.migrate("checked", List.of("CREATE TABLE checked (n BIGINT)"));
        try (var connection =
                StoreVersions.connect(postgres.store(TIMEOUT).postgres().orElseThrow())) {
            assertThat(StoreVersions.of(connection)).containsEntry("checked", 1);
            assertThatThrownBy(() -> connection.createStatement().execute("CREATE TABLE written (n BIGINT)"))
                    .isInstanceOf(SQLException.class);
        }
    }
}
