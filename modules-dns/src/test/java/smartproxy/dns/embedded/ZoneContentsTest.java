package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

final class ZoneContentsTest {
    private static final DnsName OWNER = DnsName.host("host.example.com").orElseThrow();
    private static final Name OWNER_NAME = Name.fromConstantString("host.example.com.");

    @ParameterizedTest
    @CsvSource({"1, 2", "2147483647, 2147483648", "4294967294, 4294967295", "4294967295, 1"})
    void serialsCountAsRfc1982SaysAndLeaveOutZero(long serial, long next) {
        assertThat(ZoneContents.nextSerial(serial)).isEqualTo(next);
    }

    @Test
    void recordsOfOneSetHaveOneTtl() {
        var contents = ZoneContents.NONE.with(
                OWNER_NAME,
                List.of(
                        new DnsRecord(OWNER, RecordType.SRV, "1 1 1 a.example.com", 100),
                        new DnsRecord(OWNER, RecordType.SRV, "2 1 1 a.example.com", 50),
                        new DnsRecord(OWNER, RecordType.A, "192.0.2.1", 70)));
        assertThat(contents.at(OWNER_NAME)).extracting(Record::getTTL).containsExactly(50L, 50L, 70L);
    }

    @Test
    void countsRecords() {
        var one = ZoneContents.NONE.with(OWNER_NAME, List.of(new DnsRecord(OWNER, RecordType.A, "192.0.2.1", 1)));
        assertThat(one.size()).isEqualTo(1);
        assertThat(one.with(OWNER_NAME, List.of()).size()).isZero();
        assertThat(one.with(OWNER_NAME, List.of()).at(OWNER_NAME)).isEmpty();
    }
}
