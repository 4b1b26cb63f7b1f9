package smartproxy.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressTextTest {
    /** Most rows are of RFC 5952 section 4. */
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1",
        "0:0:0:0:0:0:0:1, ::1",
        "0:0:0:0:0:0:0:0, ::",
        "2001:db8:0:0:0:0:0:0, 2001:db8::",
        "2001:0DB8::0001, 2001:db8::1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "fe80::1, fe80::1",
        "::ffff:192.0.2.1, 192.0.2.1"
    })
    void anAddressIsShort(String address, String text) throws Exception {
        assertThat(AddressText.of(InetAddress.getByName(address))).isEqualTo(text);
    }

    @Test
    void aLinkLocalAddressNamesItsInterface() throws Exception {
        var loopback = NetworkInterface.networkInterfaces()
                .filter(each -> {
                    try {
                        return each.isLoopback();
                    } catch (java.net.SocketException e) {
                        return false;
                    }
                })
                .findFirst()
                .orElseThrow();
        var bytes = InetAddress.getByName("fe80::1").getAddress();
        assertThat(AddressText.of(Inet6Address.getByAddress(null, bytes, loopback.getIndex())))
                .isEqualTo("fe80::1%" + loopback.getName());
        assertThat(AddressText.of(Inet6Address.getByAddress(null, bytes, 99_999)))
                .isEqualTo("fe80::1%99999");
    }
}
