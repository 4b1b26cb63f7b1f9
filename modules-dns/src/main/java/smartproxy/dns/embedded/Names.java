package smartproxy.dns.embedded;

import java.util.Optional;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;
import smartproxy.dns.DnsName;

/** Names as dnsjava has them. */
final class Names {
    private Names() {}

    static Name of(DnsName name) {
        try {
            return Name.fromString(name + ".");
        } catch (TextParseException e) {
            throw new IllegalStateException(name + " passed DnsName and is no name", e);
        }
    }

    /** @param label in presentation format (RFC 1035, section 5.1) */
    static Optional<Name> below(String label, DnsName parent) {
        try {
            return Optional.of(Name.fromString(label, of(parent)));
        } catch (TextParseException e) {
            return Optional.empty();
        }
    }
}
