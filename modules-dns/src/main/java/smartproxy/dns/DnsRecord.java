package smartproxy.dns;

import java.util.Locale;

/**
 * A resource record of class IN.
 *
 * @param name its owner
 * @param type its type
 * @param data in one canonical form each: A dotted quad; AAAA as RFC 5952 has it; CNAME and PTR the target without trailing dot;
 *     SRV {@code priority weight port target} with single blanks and no trailing dot
 * @param ttl in seconds
 */
public record DnsRecord(DnsName name, RecordType type, String data, long ttl) {
    /** Same owner, type and data; the TTL does not count, nor does the case of names. */
    public boolean isSameAs(DnsRecord other) {
        return name.equals(other.name)
                && type == other.type
                && data.toLowerCase(Locale.ROOT).equals(other.data.toLowerCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name + " " + type + " " + data;
    }
}
