package smartproxy.core.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ipv6TextTest {
    @ParameterizedTest
    @CsvSource({
        "2001:0DB8:0:0:0:0:0:1, 2001:db8::1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "fe80:0:0:0:2:3:4:5, fe80::2:3:4:5",
        "::ffff:192.0.2.1, ::ffff:192.0.2.1",
    })
    void writesIpv6AddressesAsRfc5952Has(String address, String text) throws Exception {
        assertThat(Ipv6Text.of(InetAddress.getByName(address).getAddress())).isEqualTo(text);
    }
}
