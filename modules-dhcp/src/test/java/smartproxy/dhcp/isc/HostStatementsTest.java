package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.CallerException;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;

class HostStatementsTest {
    private static final String NAME = "option host-name = \"h1.example.com\";";

    private static String sent(Optional<Ipv4> server, Object... options) {
        return HostStatements.of(new NewReservation(reservation(options), server, Set.of()))
                .sent();
    }

    private static Reservation reservation(Object... options) {
        var map = new LinkedHashMap<String, Object>();
        for (var i = 0; i < options.length; i += 2) {
            map.put((String) options[i], options[i + 1]);
        }
        return Provider.reservation(1).withOptions(map);
    }

    private static Optional<Ipv4> server(String address) {
        return Optional.of(Ipv4.of(address));
    }

    @Test
    void bootStatements() {
        assertThat(sent(Optional.empty())).isEqualTo(NAME);
        assertThat(sent(server("192.168.122.1"), "hostname", "other", "filename", "pxelinux.0", "nextServer", "boot"))
                .isEqualTo("filename = \"pxelinux.0\"; next-server = c0:a8:7a:01; option host-name = \"other\";");
        assertThat(sent(Optional.empty(), "nextServer", "boot.example.com"))
                .isEqualTo("next-server = \"boot.example.com\"; " + NAME);
    }

    @Test
    void solaris() {
        assertThat(sent(
                        Optional.empty(),
                        "<Sun-Fire-V210>root_path_name",
                        "/boot/root",
                        "<SPARC>install_server_ip",
                        "192.0.2.1",
                        "<other>install_path",
                        "/not/ours",
                        "<sun>unknown",
                        "x"))
                .isEqualTo(NAME + " option SUNW.root-path-name \"/boot/root\";"
                        + " option SUNW.install-server-ip-address 192.0.2.1; vendor-option-space SUNW;");
        assertThatThrownBy(() -> sent(Optional.empty(), "<sun>root_server_ip", "192.0.2.1; deny booting"))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("Invalid IP Address");
    }

    @Test
    void zeroTouchProvisioning() {
        assertThat(sent(server("192.0.2.1"), "filename", "ZTP.cfg/1", "nextServer", "192.0.2.1"))
                .endsWith(NAME + " option option-150 = c0:00:02:01; option FM_ZTP.config-file-name = \"ZTP.cfg/1\";");
        assertThat(sent(
                        Optional.empty(),
                        "filename",
                        "ztp.cfg",
                        "ztp_vendor",
                        "huawei",
                        "ztp_firmware",
                        Map.of("core", "c.cc", "web", "w.7z")))
                .endsWith("option FM_ZTP.config-file-name = \"ztp.cfg\";"
                        + " option option-143 = \"vrpfile=c.cc;webfile=w.7z;\";");
        assertThat(sent(server("192.0.2.1"), "filename", "poap.cfg/x", "nextServer", "192.0.2.1"))
                .endsWith(NAME + " option tftp-server-name = \"192.0.2.1\"; option bootfile-name = \"poap.cfg/x\";");
        assertThat(sent(server("192.0.2.1"), "filename", "POAP.cfg", "nextServer", "boot.example.com"))
                .endsWith(" option tftp-server-name = \"boot.example.com\"; option bootfile-name = \"POAP.cfg\";");
        assertThat(sent(Optional.empty(), "filename", "poap.cfg"))
                .endsWith(" option tftp-server-name = \"\"; option bootfile-name = \"poap.cfg\";");
        assertThat(sent(Optional.empty(), "filename", "ztp-cfg")).endsWith("FM_ZTP.config-file-name = \"ztp-cfg\";");
        assertThat(sent(Optional.empty(), "filename", "poap_cfg")).endsWith("bootfile-name = \"poap_cfg\";");
        assertThat(sent(Optional.empty(), "filename", "dir/ztp.cfg")).doesNotContain("FM_ZTP");
    }

    @Test
    void firmwareIsForHuaweiAlone() {
        assertThat(sent(Optional.empty(), huawei("huawei", Map.of("core", "c.cc"))))
                .endsWith(" option option-143 = \"vrpfile=c.cc;webfile=;\";");
        assertThat(sent(Optional.empty(), huawei("juniper", Map.of("core", "c.cc"))))
                .doesNotContain("option-143");
        assertThat(sent(Optional.empty(), "filename", "ztp.cfg", "ztp_vendor", "huawei"))
                .doesNotContain("option-143");
        assertThatThrownBy(() -> sent(Optional.empty(), huawei("huawei", "c.cc")))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("ztp_firmware[core]");
    }

    @Test
    void aListIsNoText() {
        assertThatThrownBy(() -> sent(Optional.empty(), "<sun>root_path_name", List.of("/x")))
                .isInstanceOf(CallerException.class)
                .hasMessage("Parameter <sun>root_path_name is expected to be one text");
        assertThatThrownBy(() -> sent(Optional.empty(), "<sun>root_server_ip", Map.of("a", "192.0.2.1")))
                .isInstanceOf(CallerException.class)
                .hasMessage("Parameter <sun>root_server_ip is expected to be one text");
        assertThatThrownBy(() -> sent(Optional.empty(), huawei("huawei", Map.of("web", List.of("w.7z")))))
                .isInstanceOf(CallerException.class)
                .hasMessage("Parameter ztp_firmware[web] is expected to be one text");
    }

    private static Object[] huawei(String vendor, Object firmware) {
        return new Object[] {"filename", "ztp.cfg", "ztp_vendor", vendor, "ztp_firmware", firmware};
    }

    @Test
    void anEmptyOneIsSentToo() {
        assertThat(sent(Optional.empty(), "filename", "", "nextServer", ""))
                .isEqualTo("filename = \"\"; next-server = \"\"; " + NAME);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "line\\nbreak|line\\012break",
                "gr\u00fcn|gr\\303\\274n",
                "a;b{c}|a;b{c}",
                "\\t\"\\\\|\\011\\\"\\\\",
            })
    void textsStayOneString(String text, String encoded) {
        assertThat(sent(Optional.empty(), "filename", text.translateEscapes()))
                .isEqualTo("filename = \"" + encoded + "\"; " + NAME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\"b", "a\\b", "a\u0000b"})
    void whatDhcpdCannotCarryIsRefused(String text) {
        assertThatThrownBy(() -> sent(Optional.empty(), "filename", text))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("Parameter filename");
    }

    @Test
    void whatNoOptionCanHoldIsRefused() {
        assertThat(sent(Optional.empty(), "filename", "x".repeat(255))).contains("x".repeat(255));
        assertThatThrownBy(() -> sent(Optional.empty(), "filename", "x".repeat(256)))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("has 256 bytes, 255 is the most");
    }
}
