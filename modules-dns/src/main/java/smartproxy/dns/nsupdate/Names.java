package smartproxy.dns.nsupdate;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** Between the SPI's words and those of the wire. */
final class Names {
    private Names() {}

    static Name wire(DnsName name) {
        return absolute(name.toString());
    }

    static int wire(RecordType type) {
        return switch (type) {
            case A -> Type.A;
            case AAAA -> Type.AAAA;
            case CNAME -> Type.CNAME;
            case PTR -> Type.PTR;
            case SRV -> Type.SRV;
        };
    }

    static Record wire(DnsRecord record) {
        var owner = wire(record.name());
        var data = record.data();
        try {
            return switch (record.type()) {
                case A -> new ARecord(owner, DClass.IN, record.ttl(), InetAddress.getByName(data));
                case AAAA -> new AAAARecord(owner, DClass.IN, record.ttl(), InetAddress.getByName(data));
                case CNAME -> new CNAMERecord(owner, DClass.IN, record.ttl(), absolute(data));
                case PTR -> new PTRRecord(owner, DClass.IN, record.ttl(), absolute(data));
                case SRV -> {
                    var part = data.split(" ", -1);
                    yield new SRVRecord(
                            owner,
                            DClass.IN,
                            record.ttl(),
                            Integer.parseInt(part[0]),
                            Integer.parseInt(part[1]),
                            Integer.parseInt(part[2]),
                            absolute(part[3]));
                }
            };
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no address: " + data, e);
        }
    }

    /**
     * A message for a zone, which is spelled as the end of the name: on the wire the name refers to it, and so keeps its case.
     *
     * @param owner in the zone
     */
    static Update update(Name zone, Name owner) {
        return new Update(new Name(owner, owner.labels() - zone.labels()));
    }

    /** The prerequisite that the name is no child zone's apex, whose records an update of this zone would not reach. */
    static void noZoneCut(Update update, Name owner, Name zone) {
        if (!owner.equals(zone)) {
            update.absent(owner, Type.NS);
        }
    }

    private static Name absolute(String text) {
        try {
            return Name.fromString(text, Name.root);
        } catch (TextParseException e) {
            throw new IllegalArgumentException("no domain name: " + text, e);
        }
    }
}
