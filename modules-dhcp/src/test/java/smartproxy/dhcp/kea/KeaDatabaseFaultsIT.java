package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.kea.KeaLoad.When;

/** Kea 3.0 over a PostgreSQL that goes away in the middle of changes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeaDatabaseFaultsIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private final LabKea kea;

    KeaDatabaseFaultsIT(@TempDir Path directory) {
        kea = new LabKea(directory, "3.0", "plain pgsql");
    }

    @AfterAll
    void stop() throws Exception {
        kea.close();
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(60));
    }

    private KeaDhcpProvider provider() throws Exception {
        return kea.provider(kea.settings());
    }

    private static Reservation reservation(Subnet subnet, int n) {
        var name = "h" + n;
        return new Reservation(
                subnet,
                name,
                Ipv4.of("192.0.2." + n),
                MacAddress.of("02:00:00:00:00:" + n),
                true,
                Map.of("hostname", name));
    }

    private static void create(KeaDhcpProvider provider, Reservation wanted) {
        assertThat(provider.create(new NewReservation(wanted, Optional.empty(), Set.of()), soon()))
                .isInstanceOf(Creation.Created.class);
    }

    @Test
    @DisplayName("while its database is away Kea finds no hosts: that is not told as if there were none")
    void aDatabaseThatIsAway() throws Exception {
        var provider = provider();
        var view = provider.view(soon());
        var subnet = view.subnet(Ipv4.of("192.0.2.0")).orElseThrow();
        var kept = reservation(subnet, 60);
        create(provider, kept);
        var other = reservation(subnet, 61);
        kea.database("crash");
        try {
            var stranger = provider();
            away(() -> stranger.view(soon()));
            away(() -> view.isFree(subnet, kept.ip()));
            away(() -> provider.remove(kept, Deadline.in(Duration.ofSeconds(2))));
            away(() -> provider.create(
                    new NewReservation(other, Optional.empty(), Set.of()), Deadline.in(Duration.ofSeconds(2))));
        } finally {
            kea.database("start");
        }
        await().atMost(WATCHDOG)
                .ignoreExceptionsInstanceOf(BackendException.class)
                .untilAsserted(() -> assertThat(provider().holds(kept, soon())).isTrue());
        assertThat(provider().remove(kept, soon())).isEqualTo(Removal.REMOVED);
        assertThat(provider().remove(kept, soon())).isEqualTo(Removal.ABSENT);
    }

    @Test
    @DisplayName("where a subnet got another number since Kea was asked, a change is made under the new one")
    void renumberedSubnets() throws Exception {
        var provider = provider();
        var subnet = provider.view(soon()).subnet(Ipv4.of("192.0.2.0")).orElseThrow();
        var one = reservation(subnet, 62);
        var other = reservation(subnet, 63);
        create(provider, one);
        kea.renumber(Map.of("192.0.2.0/24", 99));
        create(provider, other);
        assertThat(provider().view(soon()).reservation(subnet, other.mac())).isPresent();
        // a host in the database stays with the old number: Kea knows none of this MAC in the subnet
        assertThat(provider.remove(one, soon())).isEqualTo(Removal.ABSENT);
        kea.renumber(Map.of("192.0.2.0/24", 1));
        assertThat(provider.remove(one, soon())).isEqualTo(Removal.REMOVED);
        assertThat(provider().view(soon()).reservation(subnet, one.mac())).isEmpty();
    }

    private static void away(ThrowingCallable call) {
        var away = catchThrowableOfType(BackendException.class, call);
        assertThat(away).isNotNull();
        assertThat(away.kind()).as(away.getMessage()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(away).hasMessageContaining("no connection to its database");
    }

    @Test
    @DisplayName(
            "what 500 changes were told, 8 at a time while the database is killed and frozen and Kea killed, is so")
    void faultsAmongChanges() throws Exception {
        whatIsSaidIsTrue(500, 1);
    }

    @Test
    @Tag("long")
    void faultsAmongManyChanges() throws Exception {
        whatIsSaidIsTrue(5000, 10);
    }

    private void whatIsSaidIsTrue(int count, int rounds) throws Exception {
        var faults = 3 * rounds;
        try (var load = new KeaLoad(kea, Family.V4, count)) {
            for (var fault = 1; fault <= faults; fault++) {
                load.made(count * fault / (faults + 1));
                switch (fault % 3) {
                    case 1 -> {
                        load.trap(When.UNHEARD, () -> kea.database("freeze"));
                        kea.database("crash");
                        kea.database("start");
                    }
                    case 2 -> {
                        load.trap(When.OBEYED, () -> kea.database("freeze"));
                        KeaLoad.passes(Duration.ofMillis(1500));
                        kea.database("thaw");
                    }
                    default -> {
                        load.trap(When.UNHEARD, () -> kea.database("freeze"));
                        kea.four().kill();
                        load.told();
                        kea.database("thaw");
                        kea.four().restart();
                    }
                }
            }
            assertThat(load.check()).isLessThanOrEqualTo(load.most(faults));
        }
    }
}
