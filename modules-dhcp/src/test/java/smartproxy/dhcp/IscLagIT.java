package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.isc.IscFactory;
import smartproxy.dhcp.isc.LabDhcpd;
import smartproxy.dhcp.isc.RemoteIscFactory;
import smartproxy.dhcp.unused.UnusedIps;

/** A leases file that is five seconds late, as on a mount: what was answered is seen by the next read all the same. */
class IscLagIT {
    private static final Duration LAG = Duration.ofSeconds(5);
    private static final MacAddress MAC = MacAddress.of("02:00:00:00:00:01");
    private static final MacAddress OTHER = MacAddress.of("02:00:00:00:00:02");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ownChangesAreSeenAtOnce(boolean remote, @TempDir Path directory) throws Exception {
        try (var dhcpd = LabDhcpd.start(directory.resolve("lab"));
                var late = new LateCopy(dhcpd.leases(), directory.resolve("late.leases"))) {
            var context = new TestContext("dhcp_isc", new LazyStore(directory));
            var settings = dhcpd.settings(late.file);
            var provider = remote
                    ? new RemoteIscFactory().create(settings, context)
                    : new IscFactory().create(settings, context);
            ((Lifecycle) provider).start();
            try {
                check(provider, DhcpState.open(context.store()), context, late);
            } finally {
                ((Lifecycle) provider).close();
            }
        }
    }

    private static void check(DhcpProvider provider, DhcpState state, TestContext context, LateCopy late)
            throws Exception {
        var service = new DhcpService(
                provider,
                new IscFactory().abilities(),
                context.backend(),
                new BootServers(InetAddress::getAllByName),
                new UnusedIps.Rules(Duration.ofMinutes(1), true, Optional.empty(), new OwnAddresses(System::nanoTime)),
                () -> state);
        var subnet =
                service.read(soon(), view -> view.subnet(Ipv4.of("192.0.2.0")).orElseThrow());

        service.create(reservation(subnet, "h1", "192.0.2.50", MAC), Set.of(), soon());
        assertThat(provider.view(soon()).reservation(subnet, MAC))
                .as("the file is late")
                .isEmpty();
        assertThat(name(service, subnet)).contains("h1");
        // an equal one is done already; another one of that address is in the way
        service.create(reservation(subnet, "h1", "192.0.2.50", MAC), Set.of(), soon());
        assertThatThrownBy(() -> service.create(reservation(subnet, "h2", "192.0.2.50", OTHER), Set.of(), soon()))
                .isInstanceOf(CallerException.class)
                .hasMessage("Record 192.0.2.0/192.0.2.50 already exists");

        service.remove(subnet.network(), MAC, soon());
        assertThat(name(service, subnet)).isEmpty();
        service.create(reservation(subnet, "h3", "192.0.2.51", MAC), Set.of(), soon());
        assertThat(name(service, subnet)).contains("h3");

        // while the file goes through all three states, nothing else is ever seen
        await().during(LAG.plusSeconds(1))
                .atMost(LAG.multipliedBy(4))
                .until(() -> name(service, subnet).equals(Optional.of("h3")));
        await().atMost(LAG.multipliedBy(2))
                .untilAsserted(() -> assertThat(
                                provider.view(soon()).reservation(subnet, MAC).map(Reservation::name))
                        .contains("h3"));
        assertThat(late.failure).isEmpty();
    }

    private static Optional<String> name(DhcpService service, Subnet subnet) {
        return service.<Optional<String>, RuntimeException>read(
                soon(), view -> view.reservation(subnet, MAC).map(Reservation::name));
    }

    private static Reservation reservation(Subnet subnet, String name, String ip, MacAddress mac) {
        return new Reservation(subnet, name, Ipv4.of(ip), mac, true, Map.of(Reservation.HOSTNAME, name));
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(60));
    }

    /** A copy of a growing file as it was some time ago. */
    private static final class LateCopy implements AutoCloseable {
        private record Size(long at, int size) {}

        final Path file;
        volatile String failure = "";
        private final Path source;
        private final ArrayDeque<Size> sizes = new ArrayDeque<>();
        private final ScheduledExecutorService copying = Executors.newScheduledThreadPool(1);
        private int copied;

        LateCopy(Path source, Path file) throws IOException {
            this.source = source;
            this.file = file;
            var now = Files.readAllBytes(source);
            copied = now.length;
            Files.write(file, now);
            var unused = copying.scheduleWithFixedDelay(this::copy, 0, 100, TimeUnit.MILLISECONDS);
        }

        private void copy() {
            try {
                var now = Files.readAllBytes(source);
                sizes.add(new Size(System.nanoTime(), now.length));
                var then = 0;
                while (!sizes.isEmpty() && System.nanoTime() - sizes.peek().at() >= LAG.toNanos()) {
                    then = sizes.remove().size();
                }
                if (then > copied) {
                    Files.write(file, Arrays.copyOfRange(now, copied, then), StandardOpenOption.APPEND);
                    copied = then;
                }
            } catch (IOException | RuntimeException e) {
                failure = e.toString();
            }
        }

        @Override
        public void close() {
            copying.shutdownNow();
        }
    }
}
