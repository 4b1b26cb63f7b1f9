package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;

/**
 * Finds the zone a name lies in, by an SOA query at the server itself, and remembers it for the SOA's TTL.
 *
 * <p>A name that is no apex is remembered by its parent, so that one query serves all hosts of a zone. There may be a zone cut
 * right at such a name; updates therefore require that it has no NS records, and {@link #findAnew} is called when it has.
 */
final class ZoneFinder {
    private static final int MOST_ENTRIES = 10_000;

    private record Entry(Name zone, long until) {}

    private final Lookup lookup;
    private final Refusals refusals;
    private final Duration ttlMax;
    private final Map<Name, Entry> cache = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Name, Entry> eldest) {
            return size() > MOST_ENTRIES;
        }
    };

    ZoneFinder(Lookup lookup, Refusals refusals, Duration ttlMax) {
        this.lookup = lookup;
        this.refusals = refusals;
        this.ttlMax = ttlMax;
    }

    /**
     * The zone of a name.
     *
     * @throws BackendException {@code REJECTED} when the server has none
     */
    Name find(Name name, Deadline deadline) throws IOException, InterruptedException {
        synchronized (cache) {
            var now = System.nanoTime();
            for (var key : new Name[] {name, parent(name)}) {
                var entry = cache.get(key);
                if (entry != null && entry.until() - now > 0) {
                    return entry.zone();
                }
            }
        }
        return findAnew(name, deadline);
    }

    /** The zone of a name, asked for again. */
    Name findAnew(Name name, Deadline deadline) throws IOException, InterruptedException {
        // An alias is answered with the SOA of where it points to, its parent is not.
        for (var asked = name; asked.labels() > 1; asked = parent(asked)) {
            var answer = lookup.query(asked, Type.SOA, deadline);
            if (answer.getRcode() != Rcode.NOERROR && answer.getRcode() != Rcode.NXDOMAIN) {
                throw answer.getRcode() == Rcode.REFUSED ? none(name) : refusals.ofQuery(answer, name, Type.SOA);
            }
            if (answer.getSection(Section.ANSWER).stream().anyMatch(CNAMERecord.class::isInstance)) {
                continue;
            }
            var soa = soa(answer);
            if (soa == null || !name.subdomain(soa.getName())) {
                throw none(name);
            }
            remember(name, soa.getName(), ttl(soa.getName(), deadline));
            return soa.getName();
        }
        throw none(name);
    }

    private static @Nullable SOARecord soa(Message answer) {
        for (var section : new int[] {Section.ANSWER, Section.AUTHORITY}) {
            for (var record : answer.getSection(section)) {
                if (record instanceof SOARecord soa) {
                    return soa;
                }
            }
        }
        return null;
    }

    /** Asked for at the apex, as BIND shows a TTL of 0 elsewhere (its option zero-no-soa-ttl). */
    private long ttl(Name zone, Deadline deadline) throws IOException, InterruptedException {
        return lookup.query(zone, Type.SOA, deadline).getSection(Section.ANSWER).stream()
                .filter(SOARecord.class::isInstance)
                .mapToLong(Record::getTTL)
                .map(ttl -> Math.min(ttl, ttlMax.toSeconds()))
                .findFirst()
                .orElse(0);
    }

    private void remember(Name name, Name zone, long ttl) {
        synchronized (cache) {
            // Also forgets what turned out to be wrong.
            cache.remove(name);
            if (ttl > 0) {
                var key = zone.equals(name) ? name : parent(name);
                cache.put(
                        key,
                        new Entry(
                                zone,
                                System.nanoTime() + Duration.ofSeconds(ttl).toNanos()));
            }
        }
    }

    private static Name parent(Name name) {
        return name.labels() > 1 ? new Name(name, 1) : Name.root;
    }

    private BackendException none(Name name) {
        return refusals.noZone(name);
    }
}
