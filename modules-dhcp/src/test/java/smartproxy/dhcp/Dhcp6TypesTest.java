package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class Dhcp6TypesTest {
    @ParameterizedTest
    @CsvSource({
        "::, ::",
        "::1, ::1",
        "1::, 1::",
        "2001:DB8:0:0:0:0:0:A, 2001:db8::a",
        "2001:0db8:0001:0000:0000:0000:0000:0060, 2001:db8:1::60",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0",
        "::2:3:4:5:6:7:8, 0:2:3:4:5:6:7:8",
        "1:0:0:4:0:0:0:8, 1:0:0:4::8",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
    })
    void readsAddresses(String text, String canonical) {
        assertThat(Ipv6.of(text)).hasToString(canonical).isEqualTo(Ipv6.of(canonical));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                ":::",
                "1",
                ":1",
                "1:",
                ":1:2:3:4:5:6:7:8",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7:8:9",
                "1:2:3:4:5:6:7:8:",
                "1:2:3:4::5:6:7:8",
                "1::2::3",
                "1:::2",
                "12345::",
                "g::",
                "::-1",
                "::+1",
                "fe80::1%eth0",
                "::192.0.2.1",
                "192.0.2.1",
                "::1 ",
                " ::1",
                "::1\n",
                "::1/64",
                "[::1]",
                "::\u0661",
                "0000:0000:0000:0000:0000:0000:0000:00000"
            })
    void knowsWhatIsNoAddress(String text) {
        assertThat(Ipv6.parse(text)).isEmpty();
        assertThatThrownBy(() -> Ipv6.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void addressesHaveTheOrderOfTheirNumbers() {
        var ordered = Stream.of("::", "::1", "::8000:0:0:0", "7fff::", "8000::", "ffff::ffff")
                .map(Ipv6::of)
                .toList();
        assertThat(ordered.stream().sorted()).isEqualTo(ordered);
    }

    @ParameterizedTest
    @CsvSource({
        "::/0, ::, ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ",
        "2001:db8:1::/64, 2001:db8:1::1, 2001:db8:1:0:ffff:ffff:ffff:ffff, 2001:db8:1:1::",
        "2001:db8::/47, 2001:db8:1:ffff::, 2001:db8:1:ffff:ffff:ffff:ffff:ffff, 2001:db8:2::",
        "2001:db8::100/120, 2001:db8::1ff, 2001:db8::1ff, 2001:db8::200",
        "2001:db8::5/128, 2001:db8::5, 2001:db8::5, 2001:db8::4"
    })
    void subnetsKnowWhatIsInThem(String text, String in, String last, String out) {
        var subnet = Subnet6.parse(text).orElseThrow();
        assertThat(subnet).hasToString(text);
        assertThat(subnet.contains(Ipv6.of(in))).isTrue();
        assertThat(subnet.last()).hasToString(last);
        if (out != null) {
            assertThat(subnet.contains(Ipv6.of(out))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "::",
                "::/",
                "/64",
                "::/129",
                "::/-1",
                "::/064",
                "::/64 ",
                "2001:db8::1/64",
                "2001:db8:1::/47",
                "192.0.2.0/24",
                "::/x"
            })
    void knowsWhatIsNoSubnet(String text) {
        assertThat(Subnet6.parse(text)).isEmpty();
    }

    @Test
    void anyAddressWithAMaskLiesInASubnet() {
        assertThat(Subnet6.around("2001:db8:1::9/64"))
                .contains(Subnet6.parse("2001:db8:1::/64").orElseThrow());
        assertThat(Subnet6.around("2001:db8:1::9")).isEmpty();
    }

    @Test
    void optionsMakeNoOtherSubnet() {
        var one = Subnet6.parse("2001:db8::/64").orElseThrow();
        assertThat(one.isSameAs(new Subnet6(one.network(), 64, Map.of("range", List.of()))))
                .isTrue();
        assertThat(one.isSameAs(Subnet6.parse("2001:db8::/65").orElseThrow())).isFalse();
        assertThatThrownBy(() -> new Subnet6(Ipv6.of("::1"), 64, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("a DUID has 3 to 130 octets, in any case and with one digit or two")
    void duids() {
        assertThat(ClientId.duid("0:1:AB")).get().hasToString("00:01:ab");
        assertThat(ClientId.duid("00:01:ab")).isEqualTo(ClientId.duid("0:1:AB"));
        assertThat(ClientId.duid("ff" + ":ff".repeat(129))).isPresent();
        for (var none :
                List.of("", "01", "01:02", "01:02:", ":01:02:03", "01:02:003", "01:02:0g", "01-02-03", "010203")) {
            assertThat(ClientId.duid(none)).as(none).isEmpty();
        }
        assertThat(ClientId.duid("ff" + ":ff".repeat(130))).isEmpty();
    }

    @Test
    void aDuidAndAMacOfTheSameOctetsAreTwoClients() {
        var mac = ClientId.of(MacAddress.of("02:00:00:00:00:01"));
        var duid = ClientId.duid("02:00:00:00:00:01").orElseThrow();
        assertThat(mac).isNotEqualTo(duid);
        assertThat(Stream.of(mac, duid).sorted()).containsExactly(duid, mac);
    }
}
