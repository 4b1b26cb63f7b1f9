package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class OverlayTest {
    private static final Subnet SUBNET = new Subnet(Ipv4.of("192.0.2.0"), 24, Map.of());
    private static final Subnet BESIDE = new Subnet(Ipv4.of("198.51.100.0"), 24, Map.of());
    private static final MacAddress MAC = MacAddress.of("52:54:00:00:00:01");
    private static final Reservation ONE = reservation("one", 10);
    private static final Reservation TWO = reservation("two", 11);
    private static final FakeView EMPTY = new FakeView(List.of(SUBNET, BESIDE), List.of(), List.of());

    private static final MacAddress OTHER = MacAddress.of("52:54:00:00:00:02");
    private static final Reservation THREE =
            new Reservation(SUBNET, "three", Ipv4.of("192.0.2.12"), OTHER, true, Map.of());

    private long nanos;
    private final Overlay overlay = new Overlay(() -> nanos);

    private static Reservation reservation(String name, int last) {
        return new Reservation(SUBNET, name, Ipv4.of("192.0.2." + last), MAC, true, Map.of());
    }

    private void later(Duration time) {
        nanos += time.toNanos();
    }

    private static List<Reservation> all(DhcpView view, Subnet subnet) {
        var all = new ArrayList<Reservation>();
        view.eachReservation(subnet, all::add);
        return all;
    }

    @Test
    void whatWasCreatedIsThereInEveryWay() {
        overlay.created(ONE);
        var view = overlay.over(EMPTY);
        assertThat(view.reservation(SUBNET, MAC)).contains(ONE);
        assertThat(view.reservationsAt(SUBNET, ONE.ip())).containsExactly(ONE);
        assertThat(all(view, SUBNET)).containsExactly(ONE);
        assertThat(view.isFree(SUBNET, ONE.ip())).isFalse();
        var used = new ArrayList<Integer>();
        view.used(SUBNET).each((first, last) -> used.add(first));
        assertThat(used).containsExactly(ONE.ip().bits());
        assertThat(view.reservation(BESIDE, MAC)).isEmpty();
        assertThat(all(view, BESIDE)).isEmpty();
        assertThat(view.isFree(BESIDE, ONE.ip())).isTrue();
    }

    @Test
    void oneThatWasChangedIsNotTakenForTheOneBefore() {
        var changed = ONE.withOptions(Map.of("root_path_name", "/new"));
        overlay.changed(changed);
        assertThat(overlay.over(EMPTY.with(ONE)).reservation(SUBNET, MAC)).contains(changed);
        later(Overlay.SETTLE);
        var settled = EMPTY.with(changed);
        assertThat(overlay.over(settled)).isSameAs(settled);
    }

    @Test
    void whatWasRemovedIsGoneInEveryWay() {
        overlay.removed(ONE);
        var view = overlay.over(EMPTY.with(ONE));
        assertThat(view.reservation(SUBNET, MAC)).isEmpty();
        assertThat(view.reservationsAt(SUBNET, ONE.ip())).isEmpty();
        assertThat(all(view, SUBNET)).isEmpty();
    }

    @Test
    void whatWasNotChangedIsAsTheViewShowsIt() {
        overlay.created(ONE);
        var lease = new Lease(SUBNET, "l", Ipv4.of("192.0.2.13"), OTHER, 1, 2, "active", Map.of());
        var below = new FakeView(EMPTY.subnets(), List.of(THREE), List.of(lease));
        var view = overlay.over(below);
        assertThat(view.subnets()).isEqualTo(below.subnets());
        assertThat(view.subnet(ONE.ip())).contains(SUBNET);
        assertThat(all(view, SUBNET)).containsExactly(THREE, ONE);
        assertThat(view.reservation(SUBNET, OTHER)).contains(THREE);
        assertThat(view.reservationsAt(SUBNET, THREE.ip())).containsExactly(THREE);
        assertThat(view.lease(SUBNET, OTHER)).contains(lease);
        assertThat(view.leaseAt(SUBNET, lease.ip())).contains(lease);
        var leases = new ArrayList<Lease>();
        view.eachLease(SUBNET, leases::add);
        assertThat(leases).containsExactly(lease);
        assertThat(view.isFree(SUBNET, lease.ip())).isFalse();
        assertThat(view.isFree(SUBNET, Ipv4.of("192.0.2.14"))).isTrue();
        var used = new ArrayList<Integer>();
        view.used(SUBNET).each((first, last) -> used.add(last));
        assertThat(used)
                .containsExactlyInAnyOrder(
                        ONE.ip().bits(), THREE.ip().bits(), lease.ip().bits());
    }

    @Test
    void whatAViewHasShownIsNotLaidOverTheNextWithOthers() {
        overlay.created(ONE);
        overlay.created(THREE);
        assertThat(all(overlay.over(EMPTY), SUBNET)).containsExactly(ONE, THREE);
        assertThat(all(overlay.over(EMPTY.with(ONE)), SUBNET)).containsExactly(ONE, THREE);
        assertThat(all(overlay.over(EMPTY), SUBNET))
                .as("removed by somebody else")
                .containsExactly(THREE);
    }

    @Test
    void itEndsWhenAViewShowsIt() {
        overlay.created(ONE);
        assertThat(overlay.over(EMPTY.with(ONE))).isInstanceOf(FakeView.class);
        assertThat(overlay.size()).isZero();
        assertThat(overlay.over(EMPTY).reservation(SUBNET, MAC))
                .as("removed by somebody else")
                .isEmpty();
    }

    @Test
    void fiveSecondsOfLagAreBridged() {
        overlay.created(ONE);
        for (var i = 0; i < 5; i++) {
            later(Duration.ofSeconds(1));
            assertThat(overlay.over(EMPTY).reservation(SUBNET, MAC)).contains(ONE);
        }
        overlay.over(EMPTY.with(ONE));
        overlay.removed(ONE);
        for (var i = 0; i < 5; i++) {
            later(Duration.ofSeconds(1));
            assertThat(overlay.over(EMPTY.with(ONE)).reservation(SUBNET, MAC)).isEmpty();
        }
        overlay.over(EMPTY);
        assertThat(overlay.size()).isZero();
    }

    @Test
    void aQuickSuccessionIsNotMistakenForTheStateBefore() {
        overlay.created(ONE);
        overlay.removed(ONE);
        // the view has not seen the create yet, which looks like the removal
        assertThat(overlay.over(EMPTY).reservation(SUBNET, MAC)).isEmpty();
        later(Duration.ofSeconds(5));
        assertThat(overlay.over(EMPTY.with(ONE)).reservation(SUBNET, MAC))
                .as("now the create")
                .isEmpty();
        later(Duration.ofSeconds(30));
        overlay.over(EMPTY);
        assertThat(overlay.size()).isZero();
    }

    @Test
    void removalAndCreationAnewAreBridged() {
        var before = EMPTY.with(ONE);
        overlay.removed(ONE);
        overlay.created(TWO);
        assertThat(overlay.over(before).reservation(SUBNET, MAC)).contains(TWO);
        assertThat(all(overlay.over(before), SUBNET)).containsExactly(TWO);
        assertThat(overlay.over(EMPTY).reservation(SUBNET, MAC)).contains(TWO);
        later(Duration.ofSeconds(31));
        overlay.over(EMPTY.with(TWO));
        assertThat(overlay.size()).isZero();
    }

    @Test
    void theBackendIsAskedNowAndThenAndMayDeny() {
        overlay.created(ONE);
        assertThat(overlay.overdue()).isEmpty();
        later(Overlay.CONFIRM);
        var change = overlay.overdue().orElseThrow();
        assertThat(change.reservation()).isEqualTo(ONE);
        assertThat(overlay.overdue()).as("just asked").isEmpty();
        later(Overlay.CONFIRM);
        assertThat(overlay.overdue()).contains(change);
        overlay.deny(change);
        assertThat(overlay.over(EMPTY).reservation(SUBNET, MAC)).isEmpty();
    }

    @Test
    void aLaterChangeIsNotDeniedWithAnEarlierOne() {
        overlay.created(ONE);
        later(Overlay.CONFIRM);
        var change = overlay.overdue().orElseThrow();
        overlay.created(TWO);
        overlay.deny(change);
        assertThat(overlay.over(EMPTY).reservation(SUBNET, MAC)).contains(TWO);
    }

    @Test
    void itIsBounded() {
        for (var i = 0; i < 10_001; i++) {
            var mac = MacAddress.of(new byte[] {2, 0, 0, 0, (byte) (i >> 8), (byte) i});
            overlay.created(new Reservation(SUBNET, "h", Ipv4.of("192.0.2.9"), mac, true, Map.of()));
        }
        assertThat(overlay.size()).isEqualTo(10_000);
        var view = overlay.over(EMPTY);
        assertThat(view.reservation(SUBNET, MacAddress.of("02:00:00:00:00:00"))).isEmpty();
        assertThat(view.reservation(SUBNET, MacAddress.of("02:00:00:00:00:01"))).isPresent();
        assertThat(view.reservation(SUBNET, MacAddress.of("02:00:00:00:27:10"))).isPresent();
    }
}
