package smartproxy.dns;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DnsNameTest {
    private static final String LABEL_63 = "a".repeat(63);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "host.example.com",
                "host.example.com.",
                "123.example.com",
                "xn--h-dga.example.com",
                "a-b.c",
                "192.0.2.5"
            })
    void takesHostNames(String text) {
        assertThat(DnsName.host(text)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a..b",
                ".a",
                "a..",
                "-a.b",
                "a-.b",
                "a_b.c",
                "_a.b",
                "*.example.com",
                "a b",
                "a\nb",
                "good\nbad.example.com",
                "a.example.com\n",
                "h\u00e9.example.com",
                "a\u0000b",
                "a/b",
                "a;b"
            })
    void refusesWhatIsNoHostName(String text) {
        assertThat(DnsName.host(text)).isEmpty();
    }

    @Test
    void boundsLabelsAndNames() {
        assertThat(DnsName.host(LABEL_63 + ".example.com")).isPresent();
        assertThat(DnsName.host(LABEL_63 + "a.example.com")).isEmpty();
        var name253 = (LABEL_63 + ".").repeat(3) + "a".repeat(61);
        assertThat(name253).hasSize(253);
        assertThat(DnsName.host(name253)).isPresent();
        assertThat(DnsName.host(name253 + ".")).isPresent();
        assertThat(DnsName.host(name253 + "a")).isEmpty();
    }

    @Test
    void takesUnderscoresForServicesOnly() {
        assertThat(DnsName.service("_sip._tcp.example.com")).isPresent();
        assertThat(DnsName.service("a_b")).isPresent();
        assertThat(DnsName.service("!ldap.example.com")).isEmpty();
        assertThat(DnsName.host("_sip._tcp.example.com")).isEmpty();
    }

    @Test
    void keepsCaseAndComparesWithoutIt() {
        var upper = DnsName.host("UPPER.example.com.").orElseThrow();
        assertThat(upper)
                .hasToString("UPPER.example.com")
                .isEqualTo(DnsName.host("upper.EXAMPLE.com").orElseThrow());
        assertThat(upper.hashCode())
                .isEqualTo(DnsName.host("upper.example.com").orElseThrow().hashCode());
        assertThat(upper.key()).isEqualTo("upper.example.com");
        assertThat(upper).isNotEqualTo(DnsName.host("other.example.com").orElseThrow());
    }

    @Test
    void knowsTheReverseTrees() {
        assertThat(DnsName.host("1.2.0.192.IN-ADDR.arpa").orElseThrow().isReverse())
                .isTrue();
        assertThat(DnsName.host("8.b.d.0.1.0.0.2.ip6.arpa").orElseThrow().isReverse())
                .isTrue();
        assertThat(DnsName.host("in-addr.arpa.example.com").orElseThrow().isReverse())
                .isFalse();
    }
}
