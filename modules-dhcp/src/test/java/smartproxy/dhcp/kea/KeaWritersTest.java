package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.store.SqliteStore;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.TestContext;

/** Of all that would set one Kea's configuration, one does: of two generations in a reload, and of two daemons. */
final class KeaWritersTest {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final FakeKea kea = new FakeKea();
    private final CountDownLatch setting = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final AtomicBoolean first = new AtomicBoolean(true);
    private final ExecutorService pool = Executors.newCachedThreadPool();
    private final List<KeaDhcpProvider> providers = new ArrayList<>();
    private final ReentrantLock shared = new ReentrantLock(true);

    @TempDir
    Path directory;

    private SqliteStore store;

    @BeforeEach
    void open() throws Exception {
        store = SqliteStore.open(directory);
    }

    @AfterEach
    void stop() throws Exception {
        goOn.countDown();
        pool.shutdownNow();
        providers.forEach(KeaDhcpProvider::close);
        store.close();
    }

    /** The first configuration that is set is held up on its way. */
    private byte[] slowly(String command, String body, Deadline deadline) throws IOException, InterruptedException {
        if (command.equals("config-set") && first.getAndSet(false)) {
            setting.countDown();
            assertThat(goOn.await(WATCHDOG.toSeconds(), TimeUnit.SECONDS)).isTrue();
        }
        return kea.send(command, body, deadline);
    }

    /** As a store that several daemons share has it. */
    private <T> T hold(String name, Deadline deadline, Supplier<T> work) {
        assertThat(name).isEqualTo("dhcp_kea http://kea.example.com:8000/");
        try {
            if (!shared.tryLock(deadline.leftMillis(), TimeUnit.MILLISECONDS)) {
                throw new BusyException("another daemon is writing; nothing was changed");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        try {
            return work.get();
        } finally {
            shared.unlock();
        }
    }

    private KeaDhcpProvider provider(TestContext context, WriterLock lock) throws Exception {
        var settings = KeaClientTest.settings();
        var provider = new KeaDhcpProvider(
                settings,
                new KeaClient(KeaFactory.NAME, Family.V4, settings, this::slowly),
                lock,
                context,
                Optional.empty());
        provider.start();
        providers.add(provider);
        return provider;
    }

    private TestContext context() {
        return new TestContext(KeaFactory.NAME, store);
    }

    private static Deadline soon() {
        return Deadline.in(WATCHDOG);
    }

    private NewReservation wanted(KeaDhcpProvider provider, int n) {
        var subnet = provider.view(soon()).subnet(Ipv4.of("192.0.2.0")).orElseThrow();
        var reservation = new Reservation(
                subnet,
                "h" + n,
                Ipv4.of("192.0.2." + n),
                MacAddress.of("02:00:00:00:00:" + n),
                true,
                Map.of(Reservation.HOSTNAME, "h" + n));
        return new NewReservation(reservation, Optional.empty(), Set.of());
    }

    private CompletableFuture<Creation> create(KeaDhcpProvider provider, int n) {
        var wanted = wanted(provider, n);
        return CompletableFuture.supplyAsync(() -> provider.create(wanted, soon()), pool);
    }

    private void bothAreThere(CompletableFuture<Creation> one, CompletableFuture<Creation> other) throws Exception {
        assertThat(other).isNotDone();
        goOn.countDown();
        assertThat(one.get(10, TimeUnit.SECONDS)).isInstanceOf(Creation.Created.class);
        assertThat(other.get(10, TimeUnit.SECONDS)).isInstanceOf(Creation.Created.class);
        assertThat(kea.written.toString()).contains("192.0.2.30", "192.0.2.31");
    }

    @Test
    @DisplayName("in a reload the new generation waits for the old one, and knows what it changed")
    void twoGenerationsWriteOneAfterTheOther() throws Exception {
        var context = context();
        var old = provider(context, WriterLock.ALONE);
        var fresh = provider(context, WriterLock.ALONE);
        fresh.view(soon());
        var one = create(old, 30);
        assertThat(setting.await(10, TimeUnit.SECONDS)).isTrue();
        var other = create(fresh, 31);
        try (var turns = context.shared()
                .acquire("dhcp_kea http://kea.example.com:8000/", Turns.class, () -> new Turns(KeaFactory.NAME))) {
            await().atMost(WATCHDOG).until(() -> turns.get().waiting() == 1);
        }
        bothAreThere(one, other);
        kea.commands.clear();
        var subnet = fresh.view(soon()).subnet(Ipv4.of("192.0.2.0")).orElseThrow();
        assertThat(fresh.view(soon()).reservationsAt(subnet, Ipv4.of("192.0.2.30")))
                .hasSize(1);
        assertThat(kea.commands).isEmpty();
    }

    @Test
    @DisplayName("two daemons that share a lock write one after the other")
    void twoDaemonsWriteOneAfterTheOther() throws Exception {
        var one = create(provider(context(), this::hold), 30);
        assertThat(setting.await(10, TimeUnit.SECONDS)).isTrue();
        var other = create(provider(context(), this::hold), 31);
        await().atMost(WATCHDOG).until(shared::hasQueuedThreads);
        bothAreThere(one, other);
    }

    @Test
    void whoDoesNotGetTheLockChangesNothing() throws Exception {
        var one = create(provider(context(), this::hold), 30);
        assertThat(setting.await(10, TimeUnit.SECONDS)).isTrue();
        var late = provider(context(), this::hold);
        var wanted = wanted(late, 31);
        var refused = catchThrowableOfType(
                BusyException.class, () -> late.create(wanted, Deadline.in(Duration.ofMillis(500))));
        assertThat(refused).hasMessageContaining("nothing was changed");
        goOn.countDown();
        assertThat(one.get(10, TimeUnit.SECONDS)).isInstanceOf(Creation.Created.class);
        assertThat(kea.written.toString()).doesNotContain("192.0.2.31");
    }
}
