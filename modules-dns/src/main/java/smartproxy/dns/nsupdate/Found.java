package smartproxy.dns.nsupdate;

import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import smartproxy.core.api.Ipv6Text;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/**
 * What the server shows for a name and type.
 *
 * @param records of the type at the name, or where a CNAME at the name points to when the same answer has them; under the name
 *     that was asked for
 * @param alias whether a CNAME is at the name
 * @param other whether, in the given zone, the name has records of other types only
 */
record Found(List<DnsRecord> records, boolean alias, boolean other) {
    /** Whether this keeps a record of the type from being created. */
    boolean isInTheWayOf(RecordType type) {
        return switch (type) {
            case A, AAAA, PTR -> alias || !records.isEmpty();
            case CNAME -> alias || other;
            case SRV -> alias;
        };
    }

    static Found in(Message answer, DnsName name, RecordType type, Name zone) {
        var owner = Names.wire(name);
        var section = answer.getSection(Section.ANSWER);
        var alias = section.stream()
                .filter(record ->
                        record instanceof CNAMERecord && record.getName().equals(owner))
                .map(record -> ((CNAMERecord) record).getTarget())
                .findFirst();
        var records = new ArrayList<DnsRecord>();
        for (var record : section) {
            var here = record.getName().equals(owner)
                    || (alias.isPresent() && record.getName().equals(alias.get()));
            if (here && record.getType() == Names.wire(type)) {
                records.add(new DnsRecord(name, type, data(record), record.getTTL()));
            }
        }
        var noData = answer.getRcode() == Rcode.NOERROR && section.isEmpty();
        var ofZone = answer.getSection(Section.AUTHORITY).stream()
                .anyMatch(record ->
                        record instanceof SOARecord && record.getName().equals(zone));
        return new Found(List.copyOf(records), alias.isPresent(), noData && ofZone);
    }

    private static String data(Record record) {
        if (record instanceof ARecord a) {
            return a.getAddress().getHostAddress();
        }
        if (record instanceof AAAARecord aaaa) {
            return Ipv6Text.of(aaaa.getAddress().getAddress());
        }
        if (record instanceof CNAMERecord cname) {
            return cname.getTarget().toString(true);
        }
        if (record instanceof PTRRecord ptr) {
            return ptr.getTarget().toString(true);
        }
        var srv = (SRVRecord) record;
        return srv.getPriority() + " " + srv.getWeight() + " " + srv.getPort() + " "
                + srv.getTarget().toString(true);
    }
}
