package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;

final class EmbeddedDnsSettingsTest {
    @Test
    void defaults() throws Exception {
        var settings = TestServer.settings(Map.of());
        assertThat(settings.listen()).extracting(Endpoints::text).containsExactly("127.0.0.1:5300", "[::1]:5300");
        assertThat(settings.zones()).hasToString("[example.com, 2.0.192.in-addr.arpa, 8.b.d.0.1.0.0.2.ip6.arpa]");
        assertThat(settings.nameServers()).hasToString("[ns1.example.com]");
        assertThat(settings.hostmaster()).hasToString("hostmaster.example.com.");
        assertThat(settings.transferTo()).isEmpty();
        assertThat(settings.timers())
                .isEqualTo(new EmbeddedDnsSettings.Timers(
                        Duration.ofHours(1), Duration.ofMinutes(10), Duration.ofDays(14), Duration.ofMinutes(5)));
    }

    @Test
    void allOfThemAreOurs() {
        assertThat(EmbeddedDnsSettings.SCHEMA.settings()).hasSize(9).allMatch(Setting::isOurs);
    }

    @Test
    void mapsEachKey() throws Exception {
        var settings = TestServer.settings(Map.of(
                "listen",
                List.of("192.0.2.1:53", "[2001:db8::1]:53"),
                "zones",
                List.of("2.0.192.in-addr.arpa", "Lab.example."),
                "name_servers",
                List.of("a.lab.example", "b.lab.example"),
                "hostmaster",
                "dns.admin@lab.example",
                "transfer_to",
                List.of("192.0.2.2", "2001:db8::2", "[2001:db8::3]", "192.0.2.3:5353", "[2001:db8::4]:54"),
                "soa_refresh",
                11,
                "soa_retry",
                12,
                "soa_expire",
                13,
                "soa_minimum",
                14));
        assertThat(settings.listen())
                .extracting(Endpoints::text)
                .containsExactly("192.0.2.1:53", "[2001:db8:0:0:0:0:0:1]:53");
        assertThat(settings.zones()).hasToString("[2.0.192.in-addr.arpa, Lab.example]");
        assertThat(settings.nameServers()).hasToString("[a.lab.example, b.lab.example]");
        assertThat(settings.hostmaster()).hasToString("dns\\.admin.lab.example.");
        assertThat(settings.transferTo()).extracting(a -> a.getPort()).containsExactly(53, 53, 53, 5353, 54);
        assertThat(settings.transferTo().get(4).getAddress().getHostAddress()).isEqualTo("2001:db8:0:0:0:0:0:4");
        assertThat(settings.timers())
                .isEqualTo(new EmbeddedDnsSettings.Timers(
                        Duration.ofSeconds(11),
                        Duration.ofSeconds(12),
                        Duration.ofSeconds(13),
                        Duration.ofSeconds(14)));
    }

    @Test
    void withoutAForwardZoneTheFirstGivesTheNames() throws Exception {
        var settings = TestServer.settings(Map.of("zones", "2.0.192.in-addr.arpa"));
        assertThat(settings.nameServers()).hasToString("[ns1.2.0.192.in-addr.arpa]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1", "localhost:53", ":53", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:+53",
                "::1:53", "[::1]", "[::1:53", "[127.0.0.1]:53", "127.0.0.1/8:53", "256.0.0.1:53", ""
            })
    void listenTakesAddressesWithPortsOnly(String text) {
        refuses("listen", text, "'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"secondary.example.com", "192.0.2.0/24", "192.0.2.1:0", "[::1", ""})
    void transferToTakesAddressesOnly(String text) {
        refuses("transfer_to", text, "'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "-a.example", "a..example", "a b.example", "*.example"})
    void zonesAndServersAreNames(String text) {
        refuses("zones", text, "'" + text + "', which is not a domain name");
        refuses("name_servers", text, "'" + text + "', which is not a domain name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "hostmaster", "@example.com", "a@", "a@b@c", "a b@example.com", "a@-b"})
    void hostmasterIsAMailAddress(String text) {
        refuses("hostmaster", text, "'" + text + "', which is not a mail address");
    }

    @ParameterizedTest
    @CsvSource({
        "example.com, EXAMPLE.com., twice",
        "example.com, lab.example.com, one inside the other",
        "lab.Example.com, example.com, one inside the other"
    })
    void zonesDoNotOverlap(String one, String other, String message) {
        refuses("zones", List.of(one, other), message);
    }

    @Test
    void namesThatOnlyEndAlikeDoNotOverlap() throws Exception {
        assertThat(TestServer.settings(Map.of("zones", List.of("example.com", "myexample.com")))
                        .zones())
                .hasSize(2);
    }

    @Test
    void addressesAreGivenOnce() {
        refuses("listen", List.of("127.0.0.1:53", "127.0.0.1:53"), "twice");
        refuses("listen", List.of("[::1]:53", "[0:0:0:0:0:0:0:1]:53"), "twice");
        refuses("listen", List.of("[::]:53", "0.0.0.0:53"), "[::] and another address with port 53");
        refuses("transfer_to", List.of("192.0.2.1", "192.0.2.1:5353"), "twice");
    }

    @Test
    void nameServersAreGivenOnce() {
        refuses("name_servers", List.of("ns1.example.com", "NS1.example.com."), "NS1.example.com. twice");
    }

    @Test
    void listsAreNotEmptyWhereSomethingIsNeeded() {
        refuses("zones", List.of(), "non-empty");
        refuses("listen", List.of(), "non-empty");
    }

    private static void refuses(String key, Object value, String message) {
        assertThatThrownBy(() -> TestServer.settings(Map.of(key, value)))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageStartingWith("Parameter '" + key + "'")
                .hasMessageContaining(message);
    }
}
