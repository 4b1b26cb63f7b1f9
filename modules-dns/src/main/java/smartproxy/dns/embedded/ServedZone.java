package smartproxy.dns.embedded;

import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.DClass;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import smartproxy.dns.DnsName;

/** A zone as the settings dress it: stored records, and SOA and NS at its apex. */
final class ServedZone {
    private static final long APEX_TTL = 3600;

    private final Name apex;
    private final Zone zone;
    private final Name hostmaster;
    private final EmbeddedDnsSettings.Timers timers;
    private final List<Record> nameServers;

    ServedZone(Zone zone, EmbeddedDnsSettings settings) {
        this.apex = Names.of(zone.name());
        this.zone = zone;
        this.hostmaster = settings.hostmaster();
        this.timers = settings.timers();
        this.nameServers = settings.nameServers().stream()
                .<Record>map(server -> new NSRecord(apex, DClass.IN, APEX_TTL, Names.of(server)))
                .toList();
    }

    /** What SOA and NS of all zones hold, apart from the serial; changes when they do. */
    static String apexText(EmbeddedDnsSettings settings) {
        return settings.nameServers().stream().map(DnsName::key).toList() + " " + settings.hostmaster() + " "
                + settings.timers();
    }

    Name apex() {
        return apex;
    }

    Zone zone() {
        return zone;
    }

    /** The records at a name, SOA and NS included. */
    List<Record> at(ZoneContents contents, Name name) {
        var stored = contents.at(name);
        if (!name.equals(apex)) {
            return stored;
        }
        var all = new ArrayList<Record>();
        all.add(soa(contents));
        all.addAll(nameServers);
        all.addAll(stored);
        return all;
    }

    SOARecord soa(ZoneContents contents) {
        return soa(contents, APEX_TTL);
    }

    /** The SOA that says how long a negative answer may be kept (RFC 2308, section 3). */
    SOARecord negative(ZoneContents contents) {
        return soa(contents, Math.min(APEX_TTL, timers.minimum().toSeconds()));
    }

    List<Record> nameServers() {
        return nameServers;
    }

    private SOARecord soa(ZoneContents contents, long ttl) {
        return new SOARecord(
                apex,
                DClass.IN,
                ttl,
                ((NSRecord) nameServers.get(0)).getTarget(),
                hostmaster,
                contents.serial(),
                timers.refresh().toSeconds(),
                timers.retry().toSeconds(),
                timers.expire().toSeconds(),
                timers.minimum().toSeconds());
    }
}
