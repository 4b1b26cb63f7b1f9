package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Section;
import org.xbill.DNS.Update;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

class ChangeTest {
    private static final Name ZONE = Name.fromConstantString("example.com.");

    @ParameterizedTest
    @CsvSource({"WWW.Example.COM, 192.0.2.1", "example.COM, 192.0.2.2", "a.b.EXAMPLE.com, 192.0.2.3"})
    void aNameKeepsItsCaseOnTheWire(String name, String address) throws IOException {
        var record = new DnsRecord(DnsName.host(name).orElseThrow(), RecordType.A, address, 3600);

        var sent = onTheWire(new Change.Create(record).update(ZONE));

        assertThat(sent.getSection(Section.UPDATE))
                .singleElement()
                .satisfies(added -> assertThat(added.getName()).hasToString(name + "."));
        assertThat(sent.getQuestion().getName()).isEqualTo(ZONE);
    }

    @Test
    void aRemovalIsInTheSameZone() throws IOException {
        var name = DnsName.host("WWW.EXAMPLE.com").orElseThrow();

        var sent = onTheWire(new Change.Remove(name, RecordType.A).update(ZONE));

        assertThat(sent.getQuestion().getName()).isEqualTo(ZONE);
        assertThat(sent.getSection(Section.UPDATE).get(0).getName()).isEqualTo(Names.wire(name));
    }

    private static Message onTheWire(Update update) throws IOException {
        return new Message(update.toWire());
    }
}
