package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.InvalidSetting;

class ServerAddressTest {
    @ParameterizedTest
    @CsvSource({
        "ns.example.com, ns.example.com, 53, ns.example.com:53",
        "ns.example.com:5353, ns.example.com, 5353, ns.example.com:5353",
        "192.0.2.1, 192.0.2.1, 53, 192.0.2.1:53",
        "192.0.2.1:65535, 192.0.2.1, 65535, 192.0.2.1:65535",
        "2001:db8::1, 2001:db8::1, 53, [2001:db8::1]:53",
        "::1, ::1, 53, [::1]:53",
        "[::1], ::1, 53, [::1]:53",
        "[2001:db8::1]:5353, 2001:db8::1, 5353, [2001:db8::1]:5353",
    })
    void readsHostAndPort(String text, String host, int port, String shown) throws Exception {
        var server = ServerAddress.parse("dns_server", text);
        assertThat(server).isEqualTo(new ServerAddress(host, port)).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ns:",
                "ns:0",
                "ns:65536",
                "ns:x",
                ":53",
                "[]:53",
                "[::1",
                "[::1]53",
                "[::1]:",
                "a b",
                "a/b",
                "http://ns",
                "ns\nserver evil"
            })
    void saysWhatIsNoServer(String text) {
        assertThatThrownBy(() -> ServerAddress.parse("dns_server", text))
                .isInstanceOfSatisfying(
                        InvalidSetting.class,
                        e -> assertThat(e.advice()).contains("ns.example.com:53", "[2001:db8::1]:53"))
                .hasMessageContaining("'dns_server'");
    }

    @Test
    void itIsNotEmpty() {
        assertThatThrownBy(() -> ServerAddress.parse("dns_server", " "))
                .hasMessage("Parameter 'dns_server' is expected to have a non-empty value");
    }
}
