package smartproxy.dhcp.isc;

import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HealthSource.Health;
import smartproxy.core.api.StartException;
import smartproxy.core.guard.GuardSettings;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.DhcpProvider.Creation;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.TestContext;

/** A started provider, and words for what tests do with it. */
final class Provider implements AutoCloseable {
    static final Subnet SUBNET = new Subnet(Ipv4.of("192.0.2.0"), 24, Map.of());
    private static final Duration TIME = Duration.ofSeconds(20);

    final TestContext context;
    final IscDhcpProvider provider;

    Provider(IscSettings settings) {
        this(settings, TestContext.GUARD);
    }

    Provider(IscSettings settings, GuardSettings guard) {
        context = new TestContext(IscFactory.NAME, new LazyStore(Path.of("not-used")), guard);
        provider = new IscDhcpProvider(IscFactory.NAME, settings, false, context);
        try {
            provider.start();
        } catch (StartException e) {
            throw new IllegalStateException(e);
        }
    }

    static MacAddress mac(int number) {
        return MacAddress.of(
                String.format("02:00:00:%02x:%02x:%02x", (number >> 16) & 255, (number >> 8) & 255, number & 255));
    }

    static Reservation reservation(int number, String... options) {
        var name = "h" + number + ".example.com";
        var map = new LinkedHashMap<String, Object>();
        map.put(Reservation.HOSTNAME, name);
        for (var i = 0; i < options.length; i += 2) {
            map.put(options[i], options[i + 1]);
        }
        return new Reservation(
                SUBNET, name, new Ipv4(SUBNET.network().bits() + 10 + number % 180), mac(number), true, map);
    }

    static NewReservation wanted(Reservation reservation) {
        return new NewReservation(reservation, reservation.nextServer().flatMap(Ipv4::parse), Set.of());
    }

    /** @return what is there then, when it was changed */
    Optional<Reservation> change(Reservation present, Reservation wanted) {
        return provider.change(present, wanted(wanted), Deadline.in(TIME));
    }

    /** What the leases file says of that one now, as it stands there. */
    String declaration(int number) {
        var view = (IscView) provider.view(Deadline.in(TIME));
        return new String(view.declaration(SUBNET, mac(number)).orElseThrow(), StandardCharsets.UTF_8);
    }

    Creation create(Reservation reservation) {
        return create(reservation, TIME);
    }

    Creation create(Reservation reservation, Duration time) {
        return provider.create(wanted(reservation), Deadline.in(time));
    }

    Removal remove(Reservation reservation) {
        return remove(reservation, TIME);
    }

    Removal remove(Reservation reservation, Duration time) {
        return provider.remove(reservation, Deadline.in(time));
    }

    boolean holds(Reservation reservation) {
        return provider.holds(reservation, Deadline.in(TIME));
    }

    Optional<Reservation> shown(int number) {
        return provider.view(Deadline.in(TIME)).reservation(SUBNET, mac(number));
    }

    /** A file that has to be read anew, as after a restart of dhcpd, is not waited for by each view. */
    Reservation shownSoon(int number) {
        return await().atMost(Duration.ofSeconds(60))
                .until(() -> shown(number), Optional::isPresent)
                .orElseThrow();
    }

    Health health() {
        return context.health("leases file");
    }

    @Override
    public void close() {
        provider.close();
    }
}
