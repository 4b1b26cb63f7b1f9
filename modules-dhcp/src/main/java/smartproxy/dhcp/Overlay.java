package smartproxy.dhcp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon's own changes that the provider's view does not show yet: dhcpd writes its file a moment later, and a mount may be
 * looked at only now and then. A change that was answered 200 is laid over every view until one shows it, or the backend itself
 * denies it.
 *
 * <p>A change that follows another of the same MAC before that one was seen stays for {@link #SETTLE} in any case: the view may
 * agree with it only because it still shows the state before both.
 */
final class Overlay {
    private static final Logger LOG = LoggerFactory.getLogger(Overlay.class);

    /** What a view shows after this time has no change in it that is still on its way. */
    static final Duration SETTLE = Duration.ofSeconds(30);

    /** After this time the backend is asked, and again each time it passes. */
    static final Duration CONFIRM = Duration.ofSeconds(30);

    private static final int MOST = 10_000;

    /** One reservation at most has that MAC in that subnet. */
    record Key(Ipv4 network, MacAddress mac) {
        static Key of(Reservation reservation) {
            return new Key(reservation.subnet().network(), reservation.mac());
        }
    }

    /**
     * A change of this daemon.
     *
     * @param removed whether the reservation was removed; else it was created
     * @param since nanoseconds
     * @param followed another change that was not seen yet, or a reservation that looks alike
     */
    record Change(Reservation reservation, boolean removed, long since, boolean followed) {
        private boolean isShownBy(DhcpView view) {
            var same = view.reservation(reservation.subnet(), reservation.mac())
                    .filter(shown ->
                            shown.ip().equals(reservation.ip()) && shown.name().equals(reservation.name()));
            return same.isPresent() != removed;
        }
    }

    private final LongSupplier nanoTime;
    private final Map<Key, Change> changes = new LinkedHashMap<>();
    private final Map<Key, Long> asked = new LinkedHashMap<>();
    private @Nullable Map<Key, Change> copy;

    Overlay(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void created(Reservation reservation) {
        put(reservation, false, false);
    }

    /** One that was there has other options now: what a view shows may be the one before. */
    void changed(Reservation reservation) {
        put(reservation, false, true);
    }

    void removed(Reservation reservation) {
        put(reservation, true, false);
    }

    private synchronized void put(Reservation reservation, boolean removed, boolean again) {
        var key = Key.of(reservation);
        var before = changes.remove(key);
        changes.put(key, new Change(reservation, removed, nanoTime.getAsLong(), again || before != null));
        asked.remove(key);
        copy = null;
        if (changes.size() > MOST) {
            var oldest = changes.keySet().iterator().next();
            LOG.warn("{} changes are not shown by the DHCP server's data yet; the oldest is forgotten", MOST);
            forget(oldest);
        }
    }

    /** The view with the changes that it does not show. */
    synchronized DhcpView over(DhcpView view) {
        if (changes.isEmpty()) {
            return view;
        }
        var now = nanoTime.getAsLong();
        var seen = changes.entrySet().stream()
                .filter(entry ->
                        !entry.getValue().followed() || now - entry.getValue().since() >= SETTLE.toNanos())
                .filter(entry -> entry.getValue().isShownBy(view))
                .map(Map.Entry::getKey)
                .toList();
        seen.forEach(this::forget);
        var current = copy;
        if (current == null) {
            current = new LinkedHashMap<>(changes);
            copy = current;
        }
        return current.isEmpty() ? view : new OverlaidView(view, current);
    }

    private void forget(Key key) {
        changes.remove(key);
        asked.remove(key);
        copy = null;
    }

    /** A change that no view has shown for so long that the backend should be asked; not again soon. */
    synchronized Optional<Change> overdue() {
        var now = nanoTime.getAsLong();
        for (var entry : changes.entrySet()) {
            var change = entry.getValue();
            long last = asked.getOrDefault(entry.getKey(), change.since());
            if (now - last >= CONFIRM.toNanos()) {
                asked.put(entry.getKey(), now);
                return Optional.of(change);
            }
        }
        return Optional.empty();
    }

    /** The backend does not have what the change left. */
    synchronized void deny(Change change) {
        var key = Key.of(change.reservation());
        if (change.equals(changes.get(key))) {
            LOG.warn(
                    "Reservation {} was {} through this proxy, but the DHCP server says otherwise; it was changed elsewhere",
                    change.reservation(),
                    change.removed() ? "removed" : "created");
            forget(key);
        }
    }

    /** How many changes no view has shown yet. */
    synchronized int size() {
        return changes.size();
    }
}
