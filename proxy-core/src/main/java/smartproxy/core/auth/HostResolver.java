package smartproxy.core.auth;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.ResolverConfig;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;

/**
 * Finds the name of an address and the addresses of a name: in the hosts file first, then in DNS by the resolvers of the system.
 * Answers are kept for their TTL but at most a minute, failures for five seconds.
 */
public final class HostResolver {
    private static final Logger LOG = LoggerFactory.getLogger(HostResolver.class);
    private static final long LONGEST_KEPT = TimeUnit.SECONDS.toNanos(60);
    private static final long FAILURE_KEPT = TimeUnit.SECONDS.toNanos(5);
    private static final long SLOW_MILLIS = 9000;
    private static final int MAX_CACHED = 4096;
    private static final int MAX_LOOKUPS = 32;
    private static final int MAX_ALIASES = 16;

    private final List<Duration> tries;
    private final HostsFile hosts;
    private final Transport transport;
    private final LongSupplier nanoTime;
    private final Semaphore permits = new Semaphore(MAX_LOOKUPS);
    private final Map<Question, Answer> cache = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Question, Answer> eldest) {
            return size() > MAX_CACHED;
        }
    };

    /** Nothing was found. The message says why. */
    public static final class LookupException extends Exception {
        private static final long serialVersionUID = 1L;

        LookupException(String message) {
            super(message);
        }
    }

    /** Carries a question to one DNS server and its answer back. */
    interface Transport {
        /** The servers to ask, best first. */
        List<InetSocketAddress> servers();

        /** @throws IOException when no usable answer came in that time */
        Message ask(InetSocketAddress server, Message question, Duration time) throws IOException;
    }

    private record Question(Name name, int type) {}

    private record Answer(List<Record> records, @Nullable String failure, long until) {}

    /**
     * Looks up in {@code /etc/hosts} and at the servers of {@code /etc/resolv.conf}.
     *
     * @param tries time of each try; the servers are asked one after the other and share it
     */
    public HostResolver(List<Duration> tries) {
        this(tries, Path.of("/etc/hosts"), new SystemTransport(), System::nanoTime);
    }

    HostResolver(List<Duration> tries, Path hostsFile, Transport transport, LongSupplier nanoTime) {
        this.tries = List.copyOf(tries);
        this.hosts = new HostsFile(hostsFile);
        this.transport = transport;
        this.nanoTime = nanoTime;
    }

    /**
     * The name of an address: the first one, when it has several.
     *
     * @return without the dot at its end
     * @throws LookupException when it has none, or none was found in time
     * @throws BusyException when too many lookups are running
     */
    public String nameOf(InetAddress address, Deadline deadline) throws LookupException {
        var known = hosts.nameOf(address);
        if (known != null) {
            return known;
        }
        var name = ReverseMap.fromAddress(address);
        for (var found : find(new Question(name, Type.PTR), deadline)) {
            if (found instanceof PTRRecord pointer) {
                return pointer.getTarget().toString(true);
            }
        }
        throw new LookupException("no name in DNS");
    }

    /**
     * The addresses of a name, of the same family as another address.
     *
     * @return empty when it has none of that family
     * @throws LookupException when the name does not exist, or nothing was found in time
     * @throws BusyException when too many lookups are running
     */
    public List<InetAddress> addressesOf(String name, InetAddress like, Deadline deadline) throws LookupException {
        var known = hosts.addressesOf(name).stream()
                .filter(address -> address.getClass() == like.getClass())
                .toList();
        if (!known.isEmpty()) {
            return known;
        }
        Name absolute;
        try {
            absolute = Name.fromString(name, Name.root);
        } catch (TextParseException e) {
            throw new LookupException("that is not a DNS name");
        }
        var addresses = new ArrayList<InetAddress>();
        for (var found : find(new Question(absolute, like instanceof Inet6Address ? Type.AAAA : Type.A), deadline)) {
            if (found instanceof ARecord record) {
                addresses.add(record.getAddress());
            } else if (found instanceof AAAARecord record) {
                addresses.add(record.getAddress());
            }
        }
        return addresses;
    }

    private List<Record> find(Question question, Deadline deadline) throws LookupException {
        var answer = cached(question);
        if (answer == null) {
            answer = ask(question, deadline);
        }
        if (answer.failure() != null) {
            throw new LookupException(answer.failure());
        }
        return answer.records();
    }

    private @Nullable Answer cached(Question question) {
        synchronized (cache) {
            var answer = cache.get(question);
            return answer != null && answer.until() - nanoTime.getAsLong() > 0 ? answer : null;
        }
    }

    private Answer ask(Question question, Deadline deadline) {
        if (!permits.tryAcquire()) {
            throw new BusyException("Too many DNS lookups of clients are running, try again later");
        }
        long start = nanoTime.getAsLong();
        try {
            var answer = tryServers(question, deadline);
            // what the request's own deadline cut short says nothing of the name
            if (answer.failure() == null || !deadline.expired()) {
                synchronized (cache) {
                    cache.remove(question);
                    cache.put(question, answer);
                }
            }
            return answer;
        } finally {
            permits.release();
            report(question, nanoTime.getAsLong() - start);
        }
    }

    private static void report(Question question, long nanos) {
        var name = question.name().toString(true);
        long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
        if (millis >= SLOW_MILLIS) {
            LOG.warn("Slow DNS query getresources for [{}, {}] took {} ms", name, Type.string(question.type()), millis);
        } else {
            var taken = String.format(Locale.ROOT, "%.2f", nanos / 1e6);
            LOG.debug("Finished DNS query getresources for '{}' in {} ms", name, taken);
        }
    }

    private Answer tryServers(Question question, Deadline deadline) {
        var servers = transport.servers();
        var failure = "no DNS server is configured";
        for (var time : tries) {
            for (var server : servers) {
                var left = deadline.within(time.dividedBy(servers.size())).left();
                if (left.isZero()) {
                    return failed("no answer in time from " + servers.get(0).getHostString());
                }
                try {
                    var asked = Message.newQuery(Record.newRecord(question.name(), question.type(), DClass.IN));
                    var message = transport.ask(server, asked, left);
                    switch (message.getRcode()) {
                        case Rcode.NOERROR -> {
                            return found(question, message);
                        }
                        case Rcode.NXDOMAIN -> {
                            return failed("no such name in DNS");
                        }
                        default -> failure = server.getHostString() + " answered " + Rcode.string(message.getRcode());
                    }
                } catch (IOException e) {
                    failure = "no answer from " + server.getHostString();
                }
            }
        }
        return failed(failure);
    }

    private Answer failed(String why) {
        return new Answer(List.of(), why, nanoTime.getAsLong() + FAILURE_KEPT);
    }

    /** The records of the question's type, found by way of its aliases: RFC 2317 puts one into a reverse zone. */
    private Answer found(Question question, Message message) {
        var name = question.name();
        long kept = LONGEST_KEPT;
        for (int i = 0; i < MAX_ALIASES; i++) {
            var records = new ArrayList<Record>();
            @Nullable Name alias = null;
            for (var record : message.getSection(Section.ANSWER)) {
                if (record.getName().equals(name)) {
                    if (record.getType() == question.type()) {
                        records.add(record);
                        kept = Math.min(kept, TimeUnit.SECONDS.toNanos(record.getTTL()));
                    } else if (record instanceof CNAMERecord cname) {
                        alias = cname.getTarget();
                        kept = Math.min(kept, TimeUnit.SECONDS.toNanos(record.getTTL()));
                    }
                }
            }
            if (!records.isEmpty()) {
                return new Answer(List.copyOf(records), null, nanoTime.getAsLong() + kept);
            }
            if (alias == null) {
                break;
            }
            name = alias;
        }
        return new Answer(List.of(), null, nanoTime.getAsLong() + FAILURE_KEPT);
    }

    private static final class SystemTransport implements Transport {
        @Override
        public List<InetSocketAddress> servers() {
            // what DHCP wrote since the start counts; the answers are kept, so this is rarely read
            ResolverConfig.refresh();
            return ResolverConfig.getCurrentConfig().servers();
        }

        @Override
        public Message ask(InetSocketAddress server, Message question, Duration time) throws IOException {
            var resolver = new SimpleResolver(server);
            resolver.setTimeout(time);
            return resolver.send(question);
        }
    }
}
