package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DhcpTypesTest {
    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "255.255.255.255", "10.20.30.0"})
    void readsAddresses(String text) {
        assertThat(Ipv4.of(text)).hasToString(text);
        assertThat(Ipv4.of(Ipv4.of(text).value())).isEqualTo(Ipv4.of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "...",
                "1.2.3",
                "1.2.3.",
                ".1.2.3",
                "1..2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "1.2.3.256",
                "01.2.3.4",
                "1.2.3.04",
                "00.0.0.0",
                "1.2.3.4 ",
                " 1.2.3.4",
                "1.2.3.4\n",
                "1.2.3.x",
                "-1.2.3.4",
                "1.2.3.4/24",
                "2001:db8::1",
                "1.2.3.1000",
                "\u0661.2.3.4"
            })
    void knowsWhatIsNoAddress(String text) {
        assertThat(Ipv4.parse(text)).isEmpty();
    }

    @Test
    void ordersAddressesAsUnsigned() {
        assertThat(Ipv4.of("200.0.0.1")).isGreaterThan(Ipv4.of("100.0.0.1"));
        assertThat(Ipv4.of("255.255.255.255").value()).isEqualTo(4294967295L);
    }

    @ParameterizedTest
    @CsvSource({
        "52:54:00:AA:01:0b, 52:54:00:aa:01:0b",
        "52:54:0:aa:1:b, 52:54:00:aa:01:0b",
        "02:00:00:ff:fe:00:00:01, 02:00:00:ff:fe:00:00:01",
        "80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:1b:1c:1d, 80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:1b:1c:1d"
    })
    void readsMacs(String text, String canonical) {
        var mac = MacAddress.of(text);
        assertThat(mac).hasToString(canonical).isEqualTo(MacAddress.of(canonical));
        assertThat(MacAddress.of(mac.octets())).isEqualTo(mac).hasSameHashCodeAs(mac);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ":",
                "zz",
                "52-54-00-aa-01-0b",
                "52:54:00:aa:01",
                "52:54:00:aa:01:0b:",
                ":52:54:00:aa:01:0b",
                "52:54:00:aa:01:0b:0c",
                "52:54:00:aa:01:0bb",
                "52:54:00:aa:01:0g",
                "52:54::00:aa:01",
                "525400aa010b",
                "52:54:00:aa:01:0b\n",
                "52:54:00:aa:01:\u0661"
            })
    void knowsWhatIsNoMac(String text) {
        assertThat(MacAddress.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.0/255.255.255.128, 192.0.2.0/255.255.255.128, 192.0.2.127",
        "192.0.2.0/25, 192.0.2.0/255.255.255.128, 192.0.2.127",
        "0.0.0.0/0, 0.0.0.0/0.0.0.0, 255.255.255.255",
        "192.0.2.7/32, 192.0.2.7/255.255.255.255, 192.0.2.7"
    })
    void readsSubnets(String text, String shown, String last) {
        var subnet = Subnet.parse(text).orElseThrow();
        assertThat(subnet).hasToString(shown);
        assertThat(subnet.broadcast()).hasToString(last);
        assertThat(subnet.contains(subnet.network())).isTrue();
        assertThat(subnet.contains(subnet.broadcast())).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "192.0.2.0",
                "192.0.2.1/24",
                "192.0.2.0/33",
                "192.0.2.0/255.0.255.0",
                "192.0.2.0/-1",
                "x/24",
                "192.0.2.0/24/24",
                "192.0.2.0/024"
            })
    void knowsWhatIsNoSubnet(String text) {
        assertThat(Subnet.parse(text)).isEmpty();
    }

    @Test
    void findsTheSmallestSubnetOfAnAddress() {
        var large = new Subnet(Ipv4.of("10.0.0.0"), 8, Map.of());
        var small = new Subnet(Ipv4.of("10.1.0.0"), 16, Map.of());
        var view = new FakeView(List.of(large, small), List.of(), List.of());
        assertThat(view.subnet(Ipv4.of("10.1.2.3"))).contains(small);
        assertThat(view.subnet(Ipv4.of("10.0.0.0"))).contains(large);
        assertThat(view.subnet(Ipv4.of("10.2.0.0"))).contains(large);
        assertThat(view.subnet(Ipv4.of("11.0.0.0"))).isEmpty();
    }

    @Test
    void aSubnetBeginsWithItsFirstAddress() {
        assertThatThrownBy(() -> new Subnet(Ipv4.of("192.0.2.1"), 24, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        var routers = new Subnet(Ipv4.of("192.0.2.0"), 24, Map.of("routers", List.of("192.0.2.1", "gw.example.com")));
        assertThat(routers.routers()).containsExactly(Ipv4.of("192.0.2.1"));
    }
}
