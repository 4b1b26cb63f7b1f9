package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.CommitUnknownException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Store;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** Changes that are wanted at once, which share a transaction. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class ZoneTest {
    private static final DnsName NAME = DnsName.host("example.com").orElseThrow();
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final List<DnsName> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger transactions = new AtomicInteger();
    private final CountDownLatch gate = new CountDownLatch(1);
    private TestStore store;
    private volatile @Nullable SQLException failure;
    private Zone zone;

    @BeforeEach
    void open() throws Exception {
        store = TestStore.open(directory.resolve("store"));
        var zones = new ZoneStore(new Counted());
        zones.prepare();
        zone = new Zone(NAME, zones, told::add);
        zone.open("apex");
        transactions.set(0);
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    /** Counts transactions; fails their ends where that is wanted. */
    private final class Counted implements Store {
        @Override
        public void migrate(String owner, List<String> statements) throws SQLException {
            store.migrate(owner, statements);
        }

        @Override
        public <T> T transaction(Work<T> work) throws SQLException {
            transactions.incrementAndGet();
            return store.transaction(connection -> {
                var result = work.run(connection);
                var wanted = failure;
                if (wanted != null) {
                    throw wanted;
                }
                return result;
            });
        }
    }

    private static DnsName host(String name) {
        return DnsName.host(name + ".example.com").orElseThrow();
    }

    private static Deadline soon() {
        return Deadline.in(WATCHDOG);
    }

    private static DnsRecord address(String name) {
        return new DnsRecord(host(name), RecordType.A, "192.0.2.1", 60);
    }

    private CompletableFuture<String> change(String name, Zone.Decision<String> decision) {
        var result = new CompletableFuture<String>();
        var thread = new Thread(() -> {
            try {
                result.complete(zone.change("change of " + name, host(name), soon(), decision));
            } catch (InterruptedException | RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        thread.start();
        await().atMost(WATCHDOG)
                .until(() ->
                        thread.getState() == Thread.State.TIMED_WAITING || thread.getState() == Thread.State.WAITING);
        return result;
    }

    private CompletableFuture<String> adding(String name) {
        return change(name, (present, stored) -> Zone.Edit.add("added", address(name)));
    }

    /** Keeps the zone until the gate is opened. */
    private CompletableFuture<String> first() {
        return change("first", (present, stored) -> {
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            return Zone.Edit.add("added", address("first"));
        });
    }

    private static String of(CompletableFuture<String> change) throws Exception {
        return change.get(60, TimeUnit.SECONDS);
    }

    @Test
    void whatIsWantedMeanwhileSharesATransactionAndASerial() throws Exception {
        var serial = zone.contents().serial();
        var first = first();
        var added = adding("a");
        var none = change("b", (present, stored) -> Zone.Edit.none("none"));
        var refused = change("c", (present, stored) -> {
            throw CallerException.badRequest("no");
        });
        var seen = change("a", (present, stored) -> Zone.Edit.none(present.size() + " there"));

        gate.countDown();

        assertThat(of(first)).isEqualTo("added");
        assertThat(of(added)).isEqualTo("added");
        assertThat(of(none)).isEqualTo("none");
        assertThat(of(seen)).isEqualTo("1 there");
        assertThatThrownBy(() -> of(refused)).hasRootCauseInstanceOf(CallerException.class);
        assertThat(transactions).hasValue(2);
        assertThat(zone.contents().serial()).isEqualTo(serial + 2);
        assertThat(zone.contents().at(Names.of(host("a")))).hasSize(1);
        assertThat(zone.contents().at(Names.of(host("first")))).hasSize(1);
        assertThat(told).containsExactly(NAME, NAME);
    }

    @Test
    void whereTheStoreFailsEachIsToldOfItsOwn() throws Exception {
        var first = first();
        var added = adding("a");
        var none = change("b", (present, stored) -> Zone.Edit.none("none"));
        var refused = change("c", (present, stored) -> {
            throw CallerException.badRequest("no");
        });
        failure = new CommitUnknownException("the line was cut", new SQLException("cut"));

        gate.countDown();

        assertFails(first, Outcome.UNKNOWN, "change of first");
        assertFails(added, Outcome.UNKNOWN, "change of a");
        assertFails(none, Outcome.NOT_APPLIED, "change of b");
        assertThatThrownBy(() -> of(refused)).hasRootCauseInstanceOf(CallerException.class);
        assertThat(zone.contents().size()).isZero();
        assertThat(told).isEmpty();
    }

    private static void assertFails(CompletableFuture<String> change, Outcome outcome, String what) {
        assertThatThrownBy(() -> of(change))
                .cause()
                .hasMessageStartingWith("dns_embedded: " + what + ": the store failed: the line was cut")
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.outcome()).isEqualTo(outcome));
    }
}
