package smartproxy.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.CallerException;

class DnsInputTest {
    @ParameterizedTest
    @CsvSource({"192.0.2.50, 192.0.2.50", "0.0.0.0, 0.0.0.0", "255.255.255.255, 255.255.255.255"})
    void takesIpv4(String text, String canonical) {
        assertThat(DnsInput.ipv4(text)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "300.1.1.1, 'invalid address: '",
        "99999999999999999999.1.1.1, 'invalid address: '",
        "192.0.2.010, 'zero-filled number in IPv4 address is ambiguous: '",
        "hello, address family mismatch",
        "2001:db8::1, address family mismatch",
        "'192.0.2.1 ', address family mismatch",
        "192.0.2, address family mismatch",
        "3221225985, address family mismatch",
        "'', address family mismatch",
        "192.0.2.77/24, invalid address: 192.0.2.77/24 has a mask",
        "fe80::1%eth0, address family mismatch"
    })
    void refusesWhatIsNoIpv4(String text, String message) {
        assertRefused(() -> DnsInput.ipv4(text), message);
    }

    @ParameterizedTest
    @CsvSource({
        "2001:db8::51, 2001:db8::51",
        "2001:0DB8:0:0:0:0:0:51, 2001:db8::51",
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "[2001:db8::1], 2001:db8::1",
        "::ffff:192.0.2.1, ::ffff:192.0.2.1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1"
    })
    void shortensIpv6(String text, String canonical) {
        assertThat(DnsInput.ipv6(text)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1",
        "hello",
        "2001:db8::g",
        "2001:db8::1::2",
        "1:2:3:4:5:6:7:8:9",
        "::12345",
        "fe80::1%eth0",
        "2001:db8::/32",
        "''",
        "'2001:db8::1\n'"
    })
    void refusesWhatIsNoIpv6(String text) {
        assertRefused(() -> DnsInput.ipv6(text), "invalid address: ");
    }

    @ParameterizedTest
    @CsvSource({
        "10 5 389 a1.example.com, 10 5 389 a1.example.com",
        "' 10  5   389 a1.example.com', 10 5 389 a1.example.com",
        "0 5 5060 sipserver.example.com., 0 5 5060 sipserver.example.com",
        "65535 65535 65535 a_b, 65535 65535 65535 a_b"
    })
    void takesSrv(String text, String canonical) {
        assertThat(DnsInput.srv(text)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "10 5 a1.example.com",
        "10 5 389 a1.example.com x",
        "65536 5 389 a1.example.com",
        "10 70000 389 a1.example.com",
        "10 5 0 a1.example.com",
        "10 5 65536 a1.example.com",
        "-1 5 389 a1.example.com",
        "x 5 389 a1.example.com",
        "0x10 5 389 a1.example.com",
        "10 5 389 bad!target",
        "''"
    })
    void refusesWhatIsNoSrv(String text) {
        assertRefused(() -> DnsInput.srv(text), "Invalid DNS SRV value " + text);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.50, Invalid reverse DNS 192.0.2.50",
        "51.2.0.192.in-addr.arpa., Invalid reverse DNS 51.2.0.192.in-addr.arpa.",
        "52.2.0.192.IN-ADDR.ARPA, Invalid reverse DNS 52.2.0.192.IN-ADDR.ARPA",
        "a_b.in-addr.arpa, Invalid DNS name a_b.in-addr.arpa"
    })
    void refusesWhatIsNotReverse(String text, String message) {
        assertRefused(() -> DnsInput.reverse(text), message);
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable input, String message) {
        assertThatThrownBy(input)
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessage(message);
    }
}
