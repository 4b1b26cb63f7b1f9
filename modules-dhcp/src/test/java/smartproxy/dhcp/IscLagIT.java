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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

/** A leases file that is late, as on a mount: what was answered is seen by the next read all the same, whatever state the file is in. */
class IscLagIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    private static final MacAddress MAC = MacAddress.of("02:00:00:00:00:01");
    private static final MacAddress OTHER = MacAddress.of("02:00:00:00:00:02");

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ownChangesAreSeenAtOnce(boolean remote, @TempDir Path directory) throws Exception {
        try (var dhcpd = LabDhcpd.start(directory.resolve("lab"))) {
            var late = new LateCopy(dhcpd.leases(), directory.resolve("late.leases"));
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
        late.mark();
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
        late.mark();
        assertThat(name(service, subnet)).isEmpty();
        service.create(reservation(subnet, "h3", "192.0.2.51", MAC), Set.of(), soon());
        late.mark();
        assertThat(name(service, subnet)).contains("h3");

        // while the file goes through all three states, nothing else is ever seen
        for (var shown : List.of(Optional.of("h1"), Optional.<String>empty(), Optional.of("h3"))) {
            late.showNext();
            await().atMost(WATCHDOG).untilAsserted(() -> {
                assertThat(name(service, subnet)).contains("h3");
                assertThat(provider.view(soon()).reservation(subnet, MAC).map(Reservation::name))
                        .isEqualTo(shown);
            });
            assertThat(name(service, subnet)).contains("h3");
        }
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

    /** A copy of a growing file, as it was at the moments that were marked. */
    private static final class LateCopy {
        final Path file;
        private final Path source;
        private final ArrayDeque<Integer> marks = new ArrayDeque<>();
        private int copied;

        LateCopy(Path source, Path file) throws IOException {
            this.source = source;
            this.file = file;
            var now = Files.readAllBytes(source);
            copied = now.length;
            Files.write(file, now);
        }

        /** The file will once be as it is now. */
        void mark() throws IOException {
            marks.add((int) Files.size(source));
        }

        /** It is as it was when it was marked next. */
        void showNext() throws IOException {
            int size = marks.remove();
            Files.write(file, Arrays.copyOfRange(Files.readAllBytes(source), copied, size), StandardOpenOption.APPEND);
            copied = size;
        }
    }
}
