package smartproxy.dhcp.unused;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.KeyedSerializer;
import smartproxy.core.api.Store;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UsedAddresses;

/**
 * Suggests unused addresses, never one address twice at a time. A suggestion is on disk before it is answered. It ends by
 * {@link #end}, or with its time.
 */
public final class UnusedIps {
    private static final Logger LOG = LoggerFactory.getLogger(UnusedIps.class);

    /** Addresses that other daemons were faster to take, before their suggestions are looked up. */
    private static final int LOST_BEFORE_LEARNING = 2;
    /** Clocks of daemons that share a store differ by no more. */
    private static final Duration CLOCKS = Duration.ofSeconds(5);

    private record Key(Ipv4 network, int prefix) {}

    /**
     * How addresses are suggested.
     *
     * @param time how long a suggestion lasts
     * @param sequential the lowest one first; else any
     * @param prober finds out whether something answers there already; empty when nothing is probed
     * @param own addresses of this host
     */
    public record Rules(Duration time, boolean sequential, Optional<Prober> prober, Supplier<Set<Ipv4>> own) {}

    private final Store store;
    private final SuggestionTable table;
    private final InstantSource clock;
    private final Map<Key, SubnetPool> pools = new ConcurrentHashMap<>();
    /** What was suggested before the start, in subnets that were not asked for since, with its end. */
    private final Map<Ipv4, Instant> earlier = new ConcurrentHashMap<>();

    private final Remembered remembered = new Remembered();
    private final KeyedSerializer<MacAddress> macs = new KeyedSerializer<>();

    private UnusedIps(Store store, SuggestionTable table, InstantSource clock) {
        this.store = store;
        this.table = table;
        this.clock = clock;
    }

    /** @throws SQLException when the store cannot be used */
    public static UnusedIps open(Store store, InstantSource clock) throws SQLException {
        var table = new SuggestionTable(store);
        table.prepare();
        var unused = new UnusedIps(store, table, clock);
        table.transaction(connection -> {
                    var now = clock.instant();
                    table.purge(connection, now);
                    return table.endingAfter(connection, now);
                })
                .forEach(suggestion -> {
                    unused.earlier.put(suggestion.ip(), suggestion.ends());
                    unused.remembered.add(suggestion, clock.instant());
                });
        return unused;
    }

    /**
     * An address of the window that nobody uses. With a MAC: the address it has, or the one that is suggested for it already.
     *
     * @param views makes a new view of the server; called more than once
     * @return empty when there is none
     * @throws BusyException when none was found in time
     * @throws BackendException when the server or the store cannot be asked
     */
    public Optional<Ipv4> suggest(
            Supplier<DhcpView> views,
            Subnet subnet,
            Window window,
            Optional<MacAddress> mac,
            Rules rules,
            Deadline deadline) {
        var search = new Search(views, subnet, window, mac, rules, deadline);
        return mac.isEmpty()
                ? search.any()
                : macs.inOrder(
                        mac.get(),
                        deadline,
                        () -> store.exclusively("dhcp suggestion " + mac.get(), deadline, search::forMac));
    }

    private static long lowest(long gaps) {
        return 0;
    }

    private static long any(long gaps) {
        return ThreadLocalRandom.current().nextLong(gaps);
    }

    /** One call's search. */
    private final class Search {
        private final Supplier<DhcpView> views;
        private final Subnet subnet;
        private final Window window;
        private final Optional<MacAddress> mac;
        private final Rules rules;
        private final Deadline deadline;
        private final SubnetPool pool;
        private final LongUnaryOperator rank;
        private final Set<Ipv4> refused = new HashSet<>();
        private @Nullable UsedAddresses used;
        private boolean reloaded;
        private int lost;

        Search(
                Supplier<DhcpView> views,
                Subnet subnet,
                Window window,
                Optional<MacAddress> mac,
                Rules rules,
                Deadline deadline) {
            this.views = views;
            this.subnet = subnet;
            this.window = window;
            this.mac = mac;
            this.rules = rules;
            this.deadline = deadline;
            this.pool = pool(subnet);
            this.rank = rules.sequential() ? UnusedIps::lowest : UnusedIps::any;
        }

        Optional<Ipv4> forMac() {
            var view = views.get();
            var existing = view.reservation(subnet, mac.get())
                    .map(reservation -> reservation.ip())
                    .or(() -> view.lease(subnet, mac.get()).map(lease -> lease.ip()))
                    .filter(window::contains);
            return existing.isPresent() ? existing : kept().or(this::any);
        }

        /** What was suggested before, when nobody has taken it since. */
        private Optional<Ipv4> kept() {
            var now = clock.instant();
            refresh(now);
            for (var suggestion : inStore(connection -> table.of(connection, mac.get(), window, now))) {
                var ip = suggestion.ip();
                if (!pool.isUsed(ip) && views.get().isFree(subnet, ip)) {
                    var ends = now.plus(rules.time());
                    remembered.add(new Suggestion(ip, mac, ends), now);
                    // it may have been ended since it was read, and be somebody else's
                    if (inStore(connection -> table.extend(connection, ip, mac.get(), ends))) {
                        pool.suggest(ip, ends);
                        return Optional.of(ip);
                    }
                }
            }
            return Optional.empty();
        }

        /** What is used is asked for once: it may be long, and the address that is chosen is looked at again. */
        private void refresh(Instant now) {
            var current = used;
            if (current == null) {
                current = views.get().used(subnet);
                used = current;
            }
            var never = new HashSet<>(rules.own().get());
            never.addAll(subnet.routers());
            pool.refresh(current, never, now);
        }

        Optional<Ipv4> any() {
            try {
                while (true) {
                    refresh(clock.instant());
                    var most = rules.prober().isPresent() ? Prober.MOST_AT_ONCE : 1;
                    var candidates = pool.tryOut(window, most, rank);
                    var found = candidates.isEmpty() ? Optional.<Ipv4>empty() : firstOf(candidates);
                    if (found.isPresent()) {
                        return found;
                    }
                    if (lost >= LOST_BEFORE_LEARNING) {
                        lost = 0;
                        learn(pool, rules.time());
                    }
                    if (candidates.isEmpty() && !anotherChance()) {
                        LOG.warn("No free IPs in range {}.", window);
                        return Optional.empty();
                    }
                    if (deadline.expired()) {
                        throw new BusyException("no unused address was found in time in " + window
                                + "; see ping_free_ip in dhcp.yml if many addresses answer");
                    }
                }
            } finally {
                pool.reconsider(refused);
            }
        }

        /** Others may give back what they try, and another daemon may have ended suggestions. */
        private boolean anotherChance() {
            if (pool.awaitOthers(window, deadline)) {
                return true;
            }
            if (reloaded) {
                return false;
            }
            reloaded = true;
            reload(subnet, pool);
            return true;
        }

        private Optional<Ipv4> firstOf(List<Ipv4> candidates) {
            try {
                var verdicts = rules.prober()
                        .map(prober -> prober.probe(candidates, deadline))
                        .orElse(Map.of());
                Optional<Ipv4> found = Optional.empty();
                for (var ip : candidates) {
                    switch (verdicts.getOrDefault(ip, Prober.Verdict.SILENT)) {
                        case ANSWERS -> {
                            LOG.warn("Address {} is not in the DHCP server's data, but something answers there", ip);
                            take(ip, Optional.empty());
                        }
                        case SILENT -> found = found.isPresent() ? found : takeIfFree(ip);
                        case UNKNOWN -> {
                            if (ip.equals(candidates.get(0))) {
                                refuse(ip);
                            }
                        }
                    }
                }
                return found;
            } finally {
                candidates.forEach(pool::leave);
            }
        }

        /** Asked of a new view: the address may have been reserved, and its suggestion ended, since the first one was made. */
        private Optional<Ipv4> takeIfFree(Ipv4 ip) {
            if (views.get().isFree(subnet, ip)) {
                return take(ip, mac);
            }
            refuse(ip);
            return Optional.empty();
        }

        /** Not tried again by this request. */
        private void refuse(Ipv4 ip) {
            refused.add(ip);
            pool.refuse(ip);
        }

        /**
         * Writes the suggestion, unless another daemon was faster.
         *
         * @return the address; or that which another daemon has suggested for the MAC just now
         */
        private Optional<Ipv4> take(Ipv4 ip, Optional<MacAddress> forMac) {
            var now = clock.instant();
            var suggestion = new Suggestion(ip, forMac, now.plus(rules.time()));
            remembered.add(suggestion, now); // before a reservation can ask for it
            var taken = inStore(connection -> {
                if (forMac.isPresent()) {
                    var other = table.of(connection, forMac.get(), window, now).stream()
                            .filter(present -> !pool.isUsed(present.ip()))
                            .findFirst();
                    if (other.isPresent()) {
                        pool.suggest(other.get().ip(), other.get().ends());
                        return other.map(Suggestion::ip);
                    }
                }
                if (table.take(connection, suggestion, now)) {
                    pool.suggest(ip, suggestion.ends());
                    return Optional.of(ip);
                }
                table.within(connection, new Window(ip, ip), now)
                        .forEach(present -> pool.suggest(present.ip(), present.ends()));
                return Optional.<Ipv4>empty();
            });
            lost += taken.isPresent() ? 0 : 1;
            return taken;
        }
    }

    /** What is suggested in a subnet now, by address. */
    public List<Suggestion> of(Subnet subnet) {
        var all = new Window(subnet.network(), subnet.broadcast());
        return inStore(connection -> table.within(connection, all, clock.instant()));
    }

    /** Ends the suggestion of an address and, when one is given, those of a MAC. */
    public void end(Ipv4 ip, Optional<MacAddress> mac) {
        if (!store.isShared() && !remembered.hasAny(ip, mac)) {
            return;
        }
        var ended = inStore(connection -> {
            var found = table.end(connection, ip, mac);
            if (!found.isEmpty()) {
                table.purge(connection, clock.instant());
            }
            return found;
        });
        for (var suggestion : ended) {
            earlier.remove(suggestion.ip());
            pools.values().forEach(pool -> pool.end(suggestion.ip()));
        }
    }

    /** How many addresses are suggested, as far as this daemon knows without asking the store. */
    public int size() {
        var now = clock.instant();
        earlier.values().removeIf(ends -> !ends.isAfter(now));
        return earlier.size()
                + pools.values().stream().mapToInt(pool -> pool.size(now)).sum();
    }

    private SubnetPool pool(Subnet subnet) {
        return pools.computeIfAbsent(new Key(subnet.network(), subnet.prefix()), key -> {
            var pool = new SubnetPool(subnet);
            reload(subnet, pool);
            return pool;
        });
    }

    private void reload(Subnet subnet, SubnetPool pool) {
        var now = clock.instant();
        pool.reset(of(subnet), now);
        earlier.keySet().removeIf(subnet::contains);
    }

    /** What other daemons have suggested since it was last looked up. */
    private void learn(SubnetPool pool, Duration time) {
        var now = clock.instant();
        var since = pool.learned().plus(time).minus(CLOCKS);
        inStore(connection -> table.endingAfter(connection, since))
                .forEach(other -> pool.suggest(other.ip(), other.ends()));
        pool.learned(now);
    }

    private <T> T inStore(Store.Work<T> work) {
        try {
            return table.transaction(work);
        } catch (SQLException e) {
            throw new BackendException(
                    Kind.UNAVAILABLE,
                    Outcome.NOT_APPLIED,
                    "suggestions of unused addresses: the store failed: " + e.getMessage(),
                    e);
        }
    }
}
