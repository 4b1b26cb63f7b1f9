package smartproxy.dhcp.unused;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.LongUnaryOperator;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UsedAddresses;

/**
 * What is known of the addresses of one subnet: used, suggested, being tried by a request, never to be suggested. Only memory:
 * who gets an address is decided by {@link SuggestionTable}.
 */
final class SubnetPool {
    private record End(Ipv4 ip, Instant ends) {}

    private final long first;
    private final long size;
    private final Map<Ipv4, Instant> suggested = new HashMap<>();
    private final PriorityQueue<End> ends = new PriorityQueue<>(Comparator.comparing(End::ends));
    private final Set<Ipv4> tried = new HashSet<>();
    private final Set<Ipv4> refused = new HashSet<>();
    private long givenBack;
    private Instant learned = Instant.EPOCH;
    private Set<Ipv4> never = Set.of();
    private UsedAddresses known = UsedAddresses.NONE;
    private AddressBits used;
    /** Used, suggested, tried, refused or never. */
    private AddressBits taken;

    SubnetPool(Subnet subnet) {
        first = subnet.network().value();
        size = subnet.broadcast().value() - first + 1;
        used = new AddressBits(size);
        taken = new AddressBits(size);
    }

    private long offset(Ipv4 ip) {
        return ip.value() - first;
    }

    private boolean holds(Ipv4 ip) {
        return ip.value() >= first && offset(ip) < size;
    }

    /** Brings it up to date. */
    synchronized void refresh(UsedAddresses now, Collection<Ipv4> neverSuggested, Instant time) {
        var exceptions = new HashSet<Ipv4>();
        neverSuggested.stream().filter(this::holds).forEach(exceptions::add);
        if (now != known || !exceptions.equals(never)) {
            known = now;
            never = exceptions;
            used = bits(now);
            taken = new AddressBits(used);
            never.forEach(ip -> taken.set(offset(ip)));
            suggested.keySet().forEach(ip -> taken.set(offset(ip)));
            tried.forEach(ip -> taken.set(offset(ip)));
            refused.forEach(ip -> taken.set(offset(ip)));
        }
        expire(time);
    }

    private void expire(Instant time) {
        while (!ends.isEmpty() && !ends.peek().ends().isAfter(time)) {
            var end = ends.poll();
            if (end.ends().equals(suggested.get(end.ip()))) {
                end(end.ip());
            }
        }
    }

    private AddressBits bits(UsedAddresses addresses) {
        var bits = new AddressBits(size);
        addresses.each((from, to) -> {
            var low = Math.max(Integer.toUnsignedLong(from) - first, 0);
            var high = Math.min(Integer.toUnsignedLong(to) - first, size - 1);
            bits.setRange(low, high);
        });
        return bits;
    }

    /**
     * Chooses addresses that nobody has, for the caller to try: others do not get them until {@link #leave}.
     * A window of one address may name one that is never suggested otherwise.
     *
     * @param rank chooses among that many
     * @return at most that many; empty when there are none
     */
    synchronized List<Ipv4> tryOut(Window window, int most, LongUnaryOperator rank) {
        var chosen = new ArrayList<Ipv4>();
        if (window.isSingle() && never.contains(window.first())) {
            var ip = window.first();
            if (!used.get(offset(ip)) && !suggested.containsKey(ip) && !refused.contains(ip) && tried.add(ip)) {
                chosen.add(ip);
            }
            return chosen;
        }
        var from = offset(window.first());
        var to = offset(window.last());
        var gaps = taken.gaps(from, to);
        while (chosen.size() < most && gaps > 0) {
            var ip = Ipv4.of(first + taken.gap(from, to, rank.applyAsLong(gaps)));
            tried.add(ip);
            taken.set(offset(ip));
            chosen.add(ip);
            gaps--;
        }
        return chosen;
    }

    /** Whether a request tries an address of the window: it may yet give it back. */
    private boolean isTried(Window window) {
        return tried.stream().anyMatch(window::contains);
    }

    /**
     * Waits while others try addresses of the window, until one gives one back.
     *
     * @return false when nobody does
     * @throws BusyException when the time is over
     */
    synchronized boolean awaitOthers(Window window, Deadline deadline) {
        var before = givenBack;
        if (!isTried(window)) {
            return false;
        }
        try {
            while (givenBack == before && isTried(window)) {
                if (deadline.expired()) {
                    throw new BusyException("other requests are still trying the last addresses of " + window);
                }
                wait(deadline.leftMillis());
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException("interrupted while looking for an unused address in " + window);
        }
    }

    /** The address is suggested to somebody. */
    synchronized void suggest(Ipv4 ip, Instant until) {
        if (holds(ip)) {
            if (!until.equals(suggested.put(ip, until))) {
                ends.add(new End(ip, until));
            }
            taken.set(offset(ip));
        }
    }

    /** The caller does not try the address any more. */
    synchronized void leave(Ipv4 ip) {
        if (tried.remove(ip)) {
            clear(ip);
            givenBack++;
            notifyAll();
        }
    }

    /** The caller cannot use an address that it tries: when it leaves it, nobody gets it for a while. */
    synchronized void refuse(Ipv4 ip) {
        refused.add(ip);
    }

    /** The caller that refused the addresses has ended. */
    synchronized void reconsider(Collection<Ipv4> ips) {
        for (var ip : ips) {
            if (refused.remove(ip)) {
                clear(ip);
            }
        }
    }

    /** The suggestion has ended. */
    synchronized void end(Ipv4 ip) {
        if (holds(ip) && suggested.remove(ip) != null) {
            clear(ip);
        }
    }

    private void clear(Ipv4 ip) {
        var isHeld = suggested.containsKey(ip) || tried.contains(ip) || refused.contains(ip) || never.contains(ip);
        if (!isHeld && !used.get(offset(ip))) {
            taken.clear(offset(ip));
        }
    }

    /** When the suggestions of others were last looked up. */
    synchronized Instant learned() {
        return learned;
    }

    synchronized void learned(Instant now) {
        learned = now;
    }

    /** These are all suggestions there are. */
    synchronized void reset(Collection<Suggestion> all, Instant now) {
        learned = now;
        List.copyOf(suggested.keySet()).forEach(this::end);
        ends.clear();
        all.forEach(suggestion -> suggest(suggestion.ip(), suggestion.ends()));
    }

    synchronized boolean isUsed(Ipv4 ip) {
        return used.get(offset(ip));
    }

    /** How many are suggested. */
    synchronized int size(Instant now) {
        expire(now);
        return suggested.size();
    }
}
