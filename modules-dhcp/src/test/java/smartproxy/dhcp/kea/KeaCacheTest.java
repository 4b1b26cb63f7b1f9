package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

final class KeaCacheTest {
    private static final Subnet SUBNET = Subnet.parse("192.0.2.0/24").orElseThrow();
    private static final Reservation RESERVATION =
            new Reservation(SUBNET, "a", Ipv4.of("192.0.2.5"), MacAddress.of("02:00:00:00:00:05"), true, Map.of());

    private static final Change ADDED = Change.add(
            KeaRecords.target(1, RESERVATION),
            Set.of(),
            KeaRecords.host(new NewReservation(RESERVATION, Optional.empty(), Set.of())),
            soon());

    private final AtomicInteger reads = new AtomicInteger();

    private static KeaSnapshot empty() {
        var contents = new LinkedHashMap<Ipv4, KeaSnapshot.Content>();
        contents.put(SUBNET.network(), new KeaSnapshot.Content(1, SUBNET, Map.of(), Map.of(), new int[0]));
        return new KeaSnapshot(new KeaAbilities(Set.of(), Writing.CONFIG), contents);
    }

    private KeaSnapshot read(Deadline deadline) {
        reads.incrementAndGet();
        return empty();
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    private static boolean has(KeaSnapshot snapshot) {
        return snapshot.content(SUBNET).orElseThrow().reservations.containsKey(RESERVATION.mac());
    }

    @Test
    void isReadOnceUntilItIsTooOld() {
        var cache = new KeaCache<KeaSnapshot>("dhcp_kea", Duration.ofHours(1), this::read);
        assertThat(cache.get(soon())).isSameAs(cache.get(soon()));
        assertThat(reads).hasValue(1);
        var old = new KeaCache<KeaSnapshot>("dhcp_kea", Duration.ZERO, this::read);
        old.get(soon());
        old.get(soon());
        assertThat(reads).hasValue(3);
    }

    @Test
    void ownChangesAreLaidOnIt() {
        var cache = new KeaCache<KeaSnapshot>("dhcp_kea", Duration.ofHours(1), this::read);
        cache.get(soon());
        cache.apply(snapshot -> snapshot.after(ADDED));
        assertThat(has(cache.get(soon()))).isTrue();
        cache.apply(snapshot -> snapshot.after(Change.remove(ADDED.target, soon())));
        assertThat(has(cache.get(soon()))).isFalse();
        assertThat(reads).hasValue(1);
    }

    @Test
    @DisplayName("a change made while Kea is being read is not lost, and others wait for that read")
    void aChangeDuringAReadIsKept() throws Exception {
        var begun = new CountDownLatch(1);
        var end = new CountDownLatch(1);
        var cache = new KeaCache<KeaSnapshot>("dhcp_kea", Duration.ofHours(1), deadline -> {
            reads.incrementAndGet();
            begun.countDown();
            try {
                assertThat(end.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return empty();
        });
        var reading = CompletableFuture.supplyAsync(() -> cache.get(soon()));
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        cache.apply(snapshot -> snapshot.after(ADDED));
        assertThatThrownBy(() -> cache.get(Deadline.in(Duration.ZERO))).isInstanceOf(BusyException.class);
        end.countDown();
        assertThat(has(reading.get(10, TimeUnit.SECONDS))).isTrue();
        assertThat(has(cache.get(soon()))).isTrue();
        assertThat(reads).hasValue(1);
    }

    @Test
    void whatIsInDoubtIsReadAnewAlsoWhenTheDoubtCameDuringARead() {
        var caches = new ArrayList<KeaCache<KeaSnapshot>>();
        caches.add(new KeaCache<KeaSnapshot>("dhcp_kea", Duration.ofHours(1), deadline -> {
            if (reads.incrementAndGet() == 1) {
                caches.get(0).doubt();
            }
            return empty();
        }));
        caches.get(0).get(soon());
        caches.get(0).get(soon());
        assertThat(reads).hasValue(2);
        caches.get(0).get(soon());
        assertThat(reads).hasValue(2);
    }

    @Test
    void aFailedReadLeavesNothingBehind() {
        var cache = new KeaCache<KeaSnapshot>("dhcp_kea", Duration.ofHours(1), deadline -> {
            if (reads.incrementAndGet() == 1) {
                throw new BusyException("no");
            }
            return empty();
        });
        assertThatThrownBy(() -> cache.get(soon())).isInstanceOf(BusyException.class);
        assertThat(has(cache.get(soon()))).isFalse();
    }
}
