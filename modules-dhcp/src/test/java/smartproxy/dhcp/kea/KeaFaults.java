package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.ProxyException;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;

/** Kea away, frozen, restarted and misconfigured: what was answered is true. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class KeaFaults {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final AtomicInteger next = new AtomicInteger(20);
    private final String version;
    private LabKea kea;
    private KeaDhcpProvider provider;

    KeaFaults(String version) {
        this.version = version;
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        kea = new LabKea(directory, version, "plain");
    }

    /** The circuit breaker of the last one may still be open. */
    @BeforeEach
    void provide() throws Exception {
        isBack();
        provider = kea.provider(kea.settings());
    }

    @AfterAll
    void stop() throws Exception {
        kea.close();
    }

    LabKea kea() {
        return kea;
    }

    static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(60));
    }

    private NewReservation fresh() {
        var n = next.getAndIncrement();
        var name = "h" + n + ".example.com";
        return new NewReservation(
                new Reservation(
                        provider.view(soon()).subnet(Ipv4.of("192.0.2.0")).orElseThrow(),
                        name,
                        Ipv4.of("192.0.2." + n),
                        MacAddress.of("02:00:00:00:01:" + Integer.toHexString(n)),
                        true,
                        Map.of(Reservation.HOSTNAME, name)),
                Optional.empty(),
                Set.of());
    }

    /** As a provider that knows nothing yet is told. */
    private boolean isThere(NewReservation wanted) throws Exception {
        return kea.provider(kea.settings())
                .view(soon())
                .reservation(wanted.reservation().subnet(), wanted.reservation().mac())
                .isPresent();
    }

    private void isBack() {
        await().atMost(WATCHDOG)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(
                                kea.provider(kea.settings()).view(soon()).subnets())
                        .isNotEmpty());
    }

    @Test
    void worksAgainAfterItWasAway() throws Exception {
        var before = fresh();
        assertThat(provider.create(before, soon())).isInstanceOf(Creation.Created.class);
        var wanted = fresh();
        kea.four().kill();
        var away = catchThrowableOfType(BackendException.class, () -> provider.create(wanted, soon()));
        assertThat(away.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(away.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        kea.four().restart();
        isBack();
        assertThat(isThere(wanted)).isFalse();
        assertThat(isThere(before)).as("what was answered outlives a crash").isTrue();
        await().atMost(WATCHDOG)
                .ignoreExceptionsInstanceOf(ProxyException.class)
                .untilAsserted(() -> assertThat(provider.create(wanted, soon())).isInstanceOf(Creation.Created.class));
        assertThat(isThere(wanted)).isTrue();
    }

    @Test
    void aFrozenOneIsNotWaitedForAndNothingIsGuessed() throws Exception {
        var wanted = fresh();
        kea.four().freeze();
        BackendException late;
        try {
            late = assertTimeoutPreemptively(
                    WATCHDOG,
                    () -> catchThrowableOfType(
                            BackendException.class, () -> provider.create(wanted, Deadline.in(Duration.ofSeconds(2)))));
        } finally {
            kea.four().thaw();
        }
        assertThat(late).isNotNull();
        isBack();
        if (late.outcome() == Outcome.NOT_APPLIED) {
            assertThat(isThere(wanted)).isFalse();
        }
        await().atMost(WATCHDOG)
                .ignoreExceptionsInstanceOf(ProxyException.class)
                .untilAsserted(() -> assertThat(provider.remove(wanted.reservation(), soon()))
                        .isIn(Removal.REMOVED, Removal.ABSENT));
        assertThat(isThere(wanted)).isFalse();
    }

    @Test
    void wrongCredentialsAreSaid() throws Exception {
        var stranger = kea.provider(kea.settings("wrong"));
        var refused = catchThrowableOfType(BackendException.class, () -> stranger.view(soon()));
        assertThat(refused).hasMessageContaining("dhcp_kea_password").hasMessageNotContaining("wrong");
        assertThat(refused.kind()).isEqualTo(Kind.REJECTED);
    }

    @Test
    @DisplayName("what Kea cannot write to its configuration file is undone and refused")
    void aFileThatCannotBeWritten() throws Exception {
        var kept = fresh();
        assertThat(provider.create(kept, soon())).isInstanceOf(Creation.Created.class);
        var file = kea.configuration();
        var aside = file.resolveSibling("aside");
        var wanted = fresh();
        Files.move(file, aside);
        Files.createDirectory(file);
        try {
            var refused = catchThrowableOfType(BackendException.class, () -> provider.create(wanted, soon()));
            assertThat(refused).hasMessageContaining("config-write").hasMessageContaining("nothing was changed");
            assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(isThere(wanted)).isFalse();
            var stays = catchThrowableOfType(BackendException.class, () -> provider.remove(kept.reservation(), soon()));
            assertThat(stays.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(isThere(kept)).isTrue();
        } finally {
            Files.delete(file);
            Files.move(aside, file);
        }
        assertThat(provider.create(wanted, soon())).isInstanceOf(Creation.Created.class);
    }

    /** What {@link KeaLoad#overFaults} was told is so. */
    final void whatIsSaidIsTrue(int count, int rounds) throws Exception {
        KeaLoad.overFaults(kea, Family.V4, count, rounds);
    }

    @Test
    @DisplayName("a Kea that lets no two MACs share an address says so, with the remedy, and nothing is changed")
    void addressesThatMustBeUnique() throws Exception {
        var client = kea.client(kea.settings());
        var dhcp4 = client.ask("config-get", KeaClient.object(), soon()).path("Dhcp4");
        client.change(
                "config-set",
                KeaClient.object().set("Dhcp4", ((ObjectNode) dhcp4.deepCopy()).put("ip-reservations-unique", true)),
                soon());
        var first = fresh();
        assertThat(provider.create(first, soon())).isInstanceOf(Creation.Created.class);
        var other = fresh().reservation();
        var sibling = new NewReservation(
                new Reservation(
                        other.subnet(), other.name(), first.reservation().ip(), other.mac(), true, other.options()),
                Optional.empty(),
                Set.of(first.reservation().mac()));
        var refused = catchThrowableOfType(BackendException.class, () -> provider.create(sibling, soon()));
        assertThat(refused).hasMessageContaining("\"ip-reservations-unique\": false");
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(isThere(sibling)).isFalse();
        assertThat(isThere(first)).isTrue();
        client.change("config-set", KeaClient.object().set("Dhcp4", dhcp4), soon());
    }

    @Test
    @DisplayName("where subnets got each other's number since Kea was asked, a change is made under the new ones")
    void renumberedSubnets() throws Exception {
        var one = fresh();
        var other = fresh();
        assertThat(provider.create(one, soon())).isInstanceOf(Creation.Created.class);
        kea.renumber(Map.of("192.0.2.0/24", 20, "10.20.0.0/16", 1));
        assertThat(provider.create(other, soon())).isInstanceOf(Creation.Created.class);
        assertThat(isThere(other)).isTrue();
        kea.renumber(Map.of("192.0.2.0/24", 1, "10.20.0.0/16", 20));
        assertThat(provider.remove(one.reservation(), soon())).isEqualTo(Removal.REMOVED);
        assertThat(isThere(one)).isFalse();
        assertThat(isThere(other)).isTrue();
    }

    /** How often it got a command. */
    final long received(String command) throws Exception {
        return Files.readAllLines(kea.directory().resolve("dhcp4.log")).stream()
                .filter(line -> line.contains("COMMAND_RECEIVED") && line.contains("'" + command + "'"))
                .count();
    }

    /** Creates that many at once: the first change is held until all others wait. */
    final void createTogether(int count) throws Exception {
        Set<Thread> creators = ConcurrentHashMap.newKeySet();
        var transport = kea.transport(kea.settings());
        var isFirst = new AtomicBoolean(true);
        var holding = kea.provider(
                kea.settings(),
                (command, body, deadline) -> {
                    if (command.equals("config-test") && isFirst.getAndSet(false)) {
                        await().atMost(WATCHDOG).until(() -> waiting(creators) == count - 1);
                    }
                    return transport.send(command, body, deadline);
                },
                LabKea.GUARD);
        var pool = Executors.newFixedThreadPool(count);
        try {
            var works = new ArrayList<Callable<Creation>>();
            for (var i = 0; i < count; i++) {
                var wanted = fresh();
                works.add(() -> {
                    creators.add(Thread.currentThread());
                    return holding.create(wanted, soon());
                });
            }
            for (var creation : pool.invokeAll(works)) {
                assertThat(creation.get()).isInstanceOf(Creation.Created.class);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    private static long waiting(Set<Thread> creators) {
        return creators.stream()
                .filter(creator -> Arrays.stream(creator.getStackTrace())
                        .anyMatch(frame -> frame.getClassName().equals(Turns.class.getName())
                                && frame.getMethodName().equals("acquired")))
                .count();
    }
}
