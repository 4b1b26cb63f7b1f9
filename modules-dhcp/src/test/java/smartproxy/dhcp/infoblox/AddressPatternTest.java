package smartproxy.dhcp.infoblox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;

class AddressPatternTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "10.0.0.0/8; ^10\\.[0-9]+\\.[0-9]+\\.[0-9]+$",
                "172.16.0.0/16; ^172\\.16\\.[0-9]+\\.[0-9]+$",
                "192.0.2.0/24; ^192\\.0\\.2\\.[0-9]+$",
                "192.168.42.64/30; ^192\\.168\\.42\\.(64|65|66|67)$",
                "10.1.4.0/23; ^10\\.1\\.(4|5)\\.[0-9]+$",
                "192.0.2.7/32; ^192\\.0\\.2\\.7$"
            })
    void isMadeOctetByOctet(String subnet, String pattern) {
        assertThat(AddressPattern.of(Subnet.parse(subnet).orElseThrow())).isEqualTo(pattern);
    }

    @ParameterizedTest
    @ValueSource(strings = {"192.168.42.64/26", "192.168.42.64/28", "10.128.0.0/9", "172.16.48.0/20", "0.0.0.0/0"})
    void itsAddressesMatchAndTheirNeighboursDoNot(String text) {
        var subnet = Subnet.parse(text).orElseThrow();
        var pattern = Pattern.compile(AddressPattern.of(subnet));
        var first = subnet.network().value();
        var last = subnet.broadcast().value();
        LongStream.of(first, first + 1, (first + last) / 2, last - 1, last)
                .forEach(inside -> assertThat(Ipv4.of(inside).toString()).matches(pattern));
        LongStream.of(first - 1, last + 1)
                .filter(outside -> outside >= 0 && outside <= 0xffffffffL)
                .forEach(outside -> assertThat(Ipv4.of(outside).toString()).doesNotMatch(pattern));
    }

    @Test
    void aLongerNumberIsNoMatch() {
        var pattern =
                Pattern.compile(AddressPattern.of(Subnet.parse("192.0.2.16/28").orElseThrow()));
        assertThat(pattern.matcher("192.0.2.160").find()).isFalse();
        assertThat(pattern.matcher("1192.0.2.16").find()).isFalse();
    }
}
