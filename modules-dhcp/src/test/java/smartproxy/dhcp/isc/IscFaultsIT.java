package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.guard.GuardSettings;
import smartproxy.dhcp.DhcpProvider.Creation.Created;
import smartproxy.dhcp.DhcpProvider.Creation.Occupied;
import smartproxy.dhcp.DhcpProvider.Removal;

/** A real dhcpd that is stopped, killed, frozen or restarted; one for each test, as most of them wait for it. */
@Execution(ExecutionMode.CONCURRENT)
class IscFaultsIT {
    private static final Duration SHORT = Duration.ofSeconds(2);

    /** The circuit breaker stays closed, so that changes meet the fault and are not refused before. */
    private static final GuardSettings BOLD =
            new GuardSettings(64, Duration.ofSeconds(10), 2, 1_000_000, Duration.ofSeconds(5));

    @TempDir
    Path directory;

    LabDhcpd dhcpd;
    Provider dhcp;

    @BeforeEach
    void start() {
        dhcpd = LabDhcpd.start(directory);
        dhcp = new Provider(dhcpd.settings());
    }

    @AfterEach
    void stop() {
        dhcp.close();
        dhcpd.close();
    }

    private static void is(Throwable thrown, Kind kind, Outcome outcome) {
        assertThat(thrown).isInstanceOfSatisfying(BackendException.class, e -> {
            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e.outcome()).as(e.getMessage()).isEqualTo(outcome);
        });
    }

    @Test
    void aStoppedServerIsUnavailableNothingIsChangedAndReadsGoOn() {
        assertThat(dhcp.create(Provider.reservation(1))).isInstanceOf(Created.class);
        dhcpd.stop();
        // one heard just now is told to change it at once
        passes(OmapiClient.FRESH.plusMillis(100));
        assertThatThrownBy(() -> dhcp.create(Provider.reservation(2)))
                .satisfies(thrown -> is(thrown, Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                .hasMessageContainingAll("dhcp_isc", dhcpd.address() + ":7911", "refused", "nothing was changed");
        assertThat(dhcp.shownSoon(1).mac()).isEqualTo(Provider.mac(1));
        dhcpd.restart();
        assertThat(dhcp.holds(Provider.reservation(2))).isFalse();
        assertThat(dhcp.create(Provider.reservation(2))).isInstanceOf(Created.class);
        assertThat(dhcp.remove(Provider.reservation(1))).isEqualTo(Removal.REMOVED);
    }

    @Test
    void aRestartBetweenTwoChangesIsNotNoticed() {
        assertThat(dhcp.create(Provider.reservation(1))).isInstanceOf(Created.class);
        dhcpd.stop();
        dhcpd.restart();
        assertThat(dhcp.create(Provider.reservation(2))).isInstanceOf(Created.class);
        assertThat(dhcp.create(Provider.reservation(1))).isInstanceOf(Occupied.class);
    }

    @Test
    void whatWasAnsweredSurvivesAKilledServer() {
        assertThat(dhcp.create(Provider.reservation(1, "filename", "pxelinux.0")))
                .isInstanceOf(Created.class);
        dhcpd.kill();
        dhcpd.restart();
        assertThat(dhcp.holds(Provider.reservation(1))).isTrue();
        assertThat(dhcp.shownSoon(1).filename()).contains("pxelinux.0");
    }

    @Test
    void aFrozenServerIsATimeoutAndWhatBecameOfTheChangeIsFoundLater() {
        // heard within the last second, so the change is sent at once; on a slow machine dhcpd is asked first
        assertThat(dhcp.holds(Provider.reservation(1))).isFalse();
        dhcpd.freeze();
        var late = catchThrowableOfType(BackendException.class, () -> dhcp.create(Provider.reservation(1), SHORT));
        dhcpd.thaw();
        assertThat(late.kind()).isEqualTo(Kind.TIMEOUT);
        if (late.outcome() == Outcome.NOT_APPLIED) {
            assertThat(dhcp.holds(Provider.reservation(1))).isFalse();
        } else {
            assertThat(late).hasMessageContainingAll("no answer within", "whether the change was made is unknown");
        }
        // it lay in dhcpd's buffer, and is handled before what is sent now
        var again = dhcp.create(Provider.reservation(1));
        assertThat(again).isInstanceOfAny(Created.class, Occupied.class);
        assertThat(dhcp.holds(Provider.reservation(1))).isTrue();
        await().atMost(Duration.ofSeconds(60)).until(() -> dhcp.shown(1).isPresent());
    }

    @Test
    void aServerThatWasFrozenForLongIsAskedBeforeItIsToldToChangeAnything() {
        assertThat(dhcp.holds(Provider.reservation(1))).isFalse();
        dhcpd.freeze();
        passes(OmapiClient.FRESH.plusMillis(100));
        assertThatThrownBy(() -> dhcp.create(Provider.reservation(1), SHORT))
                .satisfies(thrown -> is(thrown, Kind.TIMEOUT, Outcome.NOT_APPLIED));
        dhcpd.thaw();
        assertThat(dhcp.holds(Provider.reservation(1))).isFalse();
    }

    @Test
    void endsByItsDeadline() {
        dhcpd.freeze();
        var deadline = Deadline.in(SHORT);
        assertThatThrownBy(() -> dhcp.provider.remove(Provider.reservation(1), deadline))
                .isInstanceOf(BackendException.class);
        assertThat(deadline.left()).isLessThan(SHORT.dividedBy(2));
        dhcpd.thaw();
    }

    @Test
    void whatIsSaidDuringRestartsIsTrue() throws Exception {
        changesDuringRestarts(500);
    }

    @Test
    @Tag("long")
    void whatIsSaidDuringRestartsIsTrueForLong() throws Exception {
        changesDuringRestarts(5000);
    }

    /** Eight callers create and remove while dhcpd is stopped, killed and frozen: what was said is so. */
    private void changesDuringRestarts(int count) throws Exception {
        dhcp.close();
        dhcp = new Provider(dhcpd.settings(), BOLD);
        var threads = Executors.newFixedThreadPool(8);
        var there = ConcurrentHashMap.<Integer>newKeySet();
        var gone = ConcurrentHashMap.<Integer>newKeySet();
        var unsure = ConcurrentHashMap.<Integer>newKeySet();
        var next = new AtomicInteger();
        var made = new AtomicInteger();
        try {
            var workers = new ArrayList<Future<?>>();
            for (var worker = 0; worker < 8; worker++) {
                workers.add(threads.submit(() -> {
                    while (made.get() < count) {
                        if (change(next.incrementAndGet(), there, gone, unsure)) {
                            made.incrementAndGet();
                        } else {
                            passes(Duration.ofMillis(100));
                        }
                    }
                }));
            }
            for (var round = 1; round <= 4; round++) {
                var until = count / 5 * round;
                await().atMost(Duration.ofMinutes(5)).until(() -> made.get() >= until);
                if (round == 3) {
                    dhcpd.freeze();
                    passes(Duration.ofMillis(500));
                    dhcpd.thaw();
                    continue;
                }
                if (round == 1) {
                    dhcpd.kill();
                } else {
                    dhcpd.stop();
                }
                dhcpd.restart();
            }
            for (var worker : workers) {
                worker.get(5, TimeUnit.MINUTES);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(there).hasSizeGreaterThan(count / 2);
        // one that has not seen dhcpd fail
        dhcp.close();
        dhcp = new Provider(dhcpd.settings());
        for (var number : there) {
            assertThat(dhcp.holds(Provider.reservation(number)))
                    .as("%d was created", number)
                    .isTrue();
        }
        for (var number : gone) {
            assertThat(dhcp.holds(Provider.reservation(number)))
                    .as("%d was refused or removed", number)
                    .isFalse();
        }
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            there.forEach(number -> assertThat(dhcp.shown(number)).isPresent());
            gone.forEach(number -> assertThat(dhcp.shown(number)).isEmpty());
        });
        assertThat(dhcp.health().ok()).isTrue();
    }

    /** @return whether all of it was done */
    private boolean change(
            int number,
            ConcurrentHashMap.KeySetView<Integer, Boolean> there,
            ConcurrentHashMap.KeySetView<Integer, Boolean> gone,
            ConcurrentHashMap.KeySetView<Integer, Boolean> unsure) {
        var created = false;
        try {
            assertThat(dhcp.create(Provider.reservation(number))).isInstanceOf(Created.class);
            created = true;
            if (number % 3 == 0) {
                assertThat(dhcp.remove(Provider.reservation(number))).isEqualTo(Removal.REMOVED);
                gone.add(number);
            } else {
                there.add(number);
            }
            return true;
        } catch (BackendException e) {
            if (e.outcome() == Outcome.UNKNOWN) {
                unsure.add(number);
            } else if (created) {
                there.add(number);
            } else {
                gone.add(number);
            }
            return false;
        }
    }

    /** Lets that much time pass: what is tested is what is done after it. */
    private static void passes(Duration time) {
        var end = Deadline.in(time);
        await().atMost(time.plusSeconds(10)).until(end::expired);
    }
}
