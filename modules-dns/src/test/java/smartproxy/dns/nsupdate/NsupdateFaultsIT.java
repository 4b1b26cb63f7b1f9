package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.dns.DnsProvider.Creation.Created;
import smartproxy.dns.DnsProvider.Removal;
import smartproxy.dns.LabBind;
import smartproxy.dns.RecordType;

/** A real BIND that is stopped, killed or frozen; each test has its own, and waits for most of its time. */
@Execution(ExecutionMode.CONCURRENT)
class NsupdateFaultsIT {
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    Path directory;

    LabBind bind;
    Provider dns;

    @BeforeEach
    void start() {
        bind = LabBind.start(directory);
        dns = Provider.trusting(bind.port(), bind.key("sha256"));
        // the zone is known, the connection stands, the server was heard
        dns.create("warm.example.com", RecordType.A, "192.0.2.200");
    }

    @AfterEach
    void stop() {
        dns.close();
        bind.close();
    }

    @Test
    void aStoppedServerIsUnavailableAndNothingIsChanged() {
        bind.stop();
        for (var i = 0; i < 3; i++) {
            assertThatThrownBy(() -> dns.create("a.example.com", RecordType.A, "192.0.2.1"))
                    .satisfies(thrown -> is(thrown, Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                    .hasMessageContainingAll("refused", "127.0.0.1", "nothing was changed");
        }
        assertThat(dns.unsettled().ok()).isTrue();
        bind.restart();
        assertThat(bind.read("a.example.com", "A")).isEmpty();
        assertThat(dns.create("a.example.com", RecordType.A, "192.0.2.1")).isEqualTo(new Created());
    }

    @Test
    void whatWasAnsweredSurvivesAKilledServer() {
        dns.create("kept.example.com", RecordType.A, "192.0.2.1");
        bind.kill();
        bind.restart();
        assertThat(bind.read("kept.example.com", "A")).containsExactly("192.0.2.1");
        assertThat(dns.remove("kept.example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
    }

    @Test
    void anUpdateToAFrozenServerDoesNotLandAfterItsSignatureExpired() {
        bind.freeze();
        assertThatThrownBy(() -> dns.create("late.example.com", RecordType.A, "192.0.2.1", SHORT))
                .satisfies(thrown -> is(thrown, Kind.TIMEOUT, Outcome.UNKNOWN))
                .hasMessageContainingAll("unknown whether creation of late.example.com A 192.0.2.1 was made");
        assertThat(dns.unsettled().ok()).isFalse();
        assertThat(dns.unsettled().detail()).startsWith("1 ");

        // the next change of the name waits, and changes nothing
        assertThatThrownBy(() -> dns.remove("LATE.example.com", RecordType.A, Duration.ofMillis(300)))
                .satisfies(thrown -> is(thrown, Kind.TIMEOUT, Outcome.NOT_APPLIED))
                .hasMessageContainingAll("an earlier change", "late.example.com", "nothing was changed");

        passes(Duration.ofSeconds(8));
        bind.thaw();
        await().atMost(Duration.ofSeconds(60)).until(() -> dns.unsettled().ok());
        assertThat(bind.read("late.example.com", "A")).isEmpty();
        assertThat(dns.create("late.example.com", RecordType.A, "192.0.2.2")).isEqualTo(new Created());
    }

    @Test
    void anUpdateThatLandsWhileItMayIsSeenBeforeTheNextChange() {
        // its signature lives long enough for the server to be woken on a busy machine
        try (var patient = Provider.trusting(bind.port(), bind.key("sha256"), Duration.ofSeconds(10))) {
            patient.create("warm2.example.com", RecordType.A, "192.0.2.200");
            bind.freeze();
            assertThatThrownBy(() -> patient.create("soon.example.com", RecordType.A, "192.0.2.1", SHORT))
                    .satisfies(thrown -> is(thrown, Kind.TIMEOUT, Outcome.UNKNOWN));
            bind.thaw();
            assertThat(patient.remove("soon.example.com", RecordType.A, Duration.ofSeconds(60)))
                    .isEqualTo(Removal.REMOVED);
            assertThat(bind.read("soon.example.com", "A")).isEmpty();
            assertThat(patient.unsettled().ok()).isTrue();
        }
    }

    @Test
    void aServerThatComesBackInTimeIsWaitedFor() throws Exception {
        bind.freeze();
        var creation = CompletableFuture.supplyAsync(() -> dns.create("wait.example.com", RecordType.A, "192.0.2.1"));
        passes(Duration.ofSeconds(3));
        bind.thaw();
        assertThat(creation.get(30, TimeUnit.SECONDS)).isEqualTo(new Created());
        assertThat(bind.read("wait.example.com", "A")).containsExactly("192.0.2.1");
    }

    @Test
    void aSilentServerThatWasNotHeardForAWhileGetsNoUpdate() {
        try (var idle = Provider.of("127.0.0.1", bind.port(), bind.key("sha256"))) {
            idle.create("warm.example.com", RecordType.A, "192.0.2.200");
            bind.freeze();
            passes(Duration.ofMillis(1500));
            assertThatThrownBy(() -> idle.create("idle.example.com", RecordType.A, "192.0.2.1", SHORT))
                    .satisfies(thrown -> is(thrown, Kind.TIMEOUT, Outcome.NOT_APPLIED));
            bind.thaw();
            assertThat(idle.unsettled().ok()).isTrue();
            assertThat(idle.create("idle.example.com", RecordType.A, "192.0.2.1"))
                    .isEqualTo(new Created());
        }
    }

    @Test
    void anUnsignedUpdateIsSettledWhenTheServerAnswersAgain() {
        var name = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        try (var unsigned = Provider.trusting(bind.port(), null)) {
            unsigned.remove(name, RecordType.PTR);
            bind.freeze();
            assertThatThrownBy(() -> unsigned.create(name, RecordType.PTR, "a.example.com", SHORT))
                    .satisfies(thrown -> is(thrown, Kind.TIMEOUT, Outcome.UNKNOWN));
            bind.thaw();
            assertThat(unsigned.remove(name, RecordType.PTR)).isEqualTo(Removal.REMOVED);
            assertThat(bind.read(name, "PTR")).isEmpty();
        }
    }

    /** Eight callers create and remove while the server is restarted: what was said is so. */
    @Test
    void whatIsSaidDuringRestartsIsTrue() throws Exception {
        var threads = Executors.newFixedThreadPool(8);
        var there = ConcurrentHashMap.<String>newKeySet();
        var unsure = ConcurrentHashMap.<String>newKeySet();
        var restarted = new AtomicBoolean();
        try {
            var workers = new ArrayList<Future<?>>();
            for (var worker = 0; worker < 8; worker++) {
                var label = "w" + worker + "-";
                workers.add(threads.submit(() -> {
                    for (var i = 0; i < 20 || !restarted.get(); i++) {
                        var name = label + i + ".example.com";
                        try {
                            dns.create(name, RecordType.A, "192.0.2.1");
                            there.add(name);
                            if (i % 2 == 0) {
                                dns.remove(name, RecordType.A);
                                there.remove(name);
                            }
                        } catch (BackendException e) {
                            if (e.outcome() == Outcome.UNKNOWN) {
                                unsure.add(name);
                            }
                        }
                    }
                }));
            }
            bind.kill();
            bind.restart();
            bind.stop();
            bind.restart();
            restarted.set(true);
            for (var worker : workers) {
                worker.get(180, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> dns.unsettled().ok());
        var found = bind.transfer("example.com").stream()
                .map(line -> line.substring(0, line.indexOf(". ")))
                .filter(name -> name.startsWith("w") && !name.startsWith("warm") && !unsure.contains(name))
                .collect(Collectors.toSet());
        there.removeAll(unsure);
        assertThat(found).isEqualTo(there).isNotEmpty();
    }

    @Test
    void endsByItsDeadline() {
        bind.freeze();
        var deadline = Deadline.in(SHORT);
        assertThatThrownBy(() -> dns.provider.remove(Provider.name("warm.example.com"), RecordType.A, deadline))
                .isInstanceOf(BackendException.class);
        assertThat(deadline.expired()).isTrue();
        bind.thaw();
    }

    private static void is(Throwable thrown, Kind kind, Outcome outcome) {
        assertThat(thrown).isInstanceOfSatisfying(BackendException.class, e -> {
            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e.outcome()).as(e.getMessage()).isEqualTo(outcome);
        });
    }

    /** Lets that much time pass: what is tested is what the server does with a signature of that age. */
    private static void passes(Duration time) {
        var end = Deadline.in(time);
        await().atMost(time.plusSeconds(60)).until(end::expired);
    }
}
