package smartproxy.dns.infoblox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.dns.DnsName;

class ReverseNameTest {
    private static ReverseName reverse(String name) {
        return ReverseName.of(DnsName.service(name).orElseThrow()).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({
        "10.2.0.192.in-addr.arpa, 192.0.2.10",
        "255.255.255.255.IN-ADDR.ARPA, 255.255.255.255",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.B.d.0.1.0.0.2.ip6.arpa, 2001:db8::1"
    })
    void theNameOfAnAddress(String name, String address) {
        assertThat(reverse(name).address()).contains(address);
    }

    @ParameterizedTest
    @CsvSource({
        "2.0.192.in-addr.arpa",
        "x.2.0.192.in-addr.arpa",
        "256.2.0.192.in-addr.arpa",
        "01.2.0.192.in-addr.arpa",
        "1.10.2.0.192.in-addr.arpa",
        "8.b.d.0.1.0.0.2.ip6.arpa",
        "g.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
    })
    void noNameOfAnAddress(String name) {
        assertThat(reverse(name).address()).isEmpty();
    }

    @Test
    void thereIsNoneElsewhere() {
        assertThat(ReverseName.of(DnsName.service("www.example.com").orElseThrow()))
                .isEmpty();
    }

    @Test
    void theNetworksItLiesIn() {
        assertThat(reverse("10.2.0.192.in-addr.arpa").networks())
                .hasSize(32)
                .contains("192.0.2.10/32", "192.0.2.0/24", "192.0.2.8/29", "192.0.0.0/16", "128.0.0.0/1");
        assertThat(reverse("x.2.0.192.in-addr.arpa").networks()).hasSize(24).startsWith("192.0.2.0/24");
        assertThat(reverse("x.8.b.d.0.1.0.0.2.ip6.arpa").networks()).hasSize(8).contains("2001:db8::/32", "2000::/4");
    }
}
