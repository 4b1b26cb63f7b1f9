package smartproxy.dns.nsupdate;

import org.xbill.DNS.Name;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** A change that was asked for, and the UPDATE message that makes it under the prerequisites of RFC 2136, section 2.4. */
sealed interface Change {
    DnsName name();

    RecordType type();

    /** A new message, without id. */
    Update update(Name zone);

    /** Whether the server shows what this change leads to. */
    boolean isSeenIn(Found found);

    /** Adds a record unless something is in its way. */
    record Create(DnsRecord record) implements Change {
        @Override
        public DnsName name() {
            return record.name();
        }

        @Override
        public RecordType type() {
            return record.type();
        }

        @Override
        public Update update(Name zone) {
            var owner = Names.wire(name());
            var update = Names.update(zone, owner);
            if (type() == RecordType.CNAME) {
                update.absent(owner);
            } else {
                Names.noZoneCut(update, owner, zone);
                update.absent(owner, Type.CNAME);
                if (type() != RecordType.SRV) {
                    update.absent(owner, Names.wire(type()));
                }
            }
            update.add(Names.wire(record));
            return update;
        }

        @Override
        public boolean isSeenIn(Found found) {
            return found.records().stream().anyMatch(record::isSameAs);
        }

        @Override
        public String toString() {
            return "creation of " + record;
        }
    }

    /** Removes all records of a type. */
    record Remove(DnsName name, RecordType type) implements Change {
        @Override
        public Update update(Name zone) {
            var owner = Names.wire(name);
            var update = Names.update(zone, owner);
            Names.noZoneCut(update, owner, zone);
            update.present(owner, Names.wire(type));
            update.delete(owner, Names.wire(type));
            return update;
        }

        @Override
        public boolean isSeenIn(Found found) {
            return found.records().isEmpty();
        }

        @Override
        public String toString() {
            return "removal of " + name + " " + type;
        }
    }
}
