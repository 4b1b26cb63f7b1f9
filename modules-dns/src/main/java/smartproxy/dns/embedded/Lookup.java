package smartproxy.dns.embedded;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** Finds the answer to a question (RFC 1034, section 4.3.2, without delegations and wildcards; RFC 2308). */
final class Lookup {
    private static final int MAX_CHAIN = 16;

    /**
     * An answer.
     *
     * @param rcode NOERROR, NXDOMAIN or REFUSED
     */
    record Answer(int rcode, List<Record> answers, List<Record> authority) {}

    private final ServedZones zones;

    Lookup(ServedZones zones) {
        this.zones = zones;
    }

    /** Follows aliases as far as they stay in the zones. */
    Answer find(Name asked, int type) {
        var answers = new ArrayList<Record>();
        var seen = new HashSet<Name>();
        var name = asked;
        while (seen.add(name) && seen.size() <= MAX_CHAIN) {
            var zone = zones.of(name);
            if (zone.isEmpty()) {
                return new Answer(seen.size() == 1 ? Rcode.REFUSED : Rcode.NOERROR, answers, List.of());
            }
            var contents = zone.get().zone().contents();
            var present = zone.get().at(contents, name);
            if (present.isEmpty()) {
                var rcode = contents.names().hasBelow(name) ? Rcode.NOERROR : Rcode.NXDOMAIN;
                return new Answer(rcode, answers, List.of(zone.get().negative(contents)));
            }
            var found = present.stream().filter(r -> r.getType() == type).toList();
            if (!found.isEmpty()) {
                answers.addAll(found);
                return new Answer(Rcode.NOERROR, answers, List.of());
            }
            var alias = present.stream().filter(r -> r.getType() == Type.CNAME).findFirst();
            if (alias.isEmpty()) {
                return new Answer(Rcode.NOERROR, answers, List.of(zone.get().negative(contents)));
            }
            answers.add(alias.get());
            name = ((CNAMERecord) alias.get()).getTarget();
        }
        return new Answer(Rcode.NOERROR, answers, List.of());
    }
}
