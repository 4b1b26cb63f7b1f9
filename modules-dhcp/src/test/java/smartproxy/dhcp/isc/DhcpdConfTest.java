package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Subnet;

class DhcpdConfTest {
    private static final String HOST = " { hardware ethernet 02:0:0:0:0:A; fixed-address 192.0.2.5; }";

    @TempDir
    Path directory;

    private DhcpdConf conf(String... lines) throws IOException, DhcpdConf.Unusable {
        return DhcpdConf.read(write("dhcpd.conf", lines));
    }

    private Path write(String file, String... lines) throws IOException {
        var path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        return Files.writeString(path, String.join("\n", lines) + "\n");
    }

    private static List<String> names(DhcpdConf conf) {
        return conf.hosts().stream().map(host -> host.entry().name()).toList();
    }

    @Test
    void optionsOfASubnetAreShownInOrder() throws Exception {
        var subnets = conf(
                        "subnet 192.168.123.0 netmask 255.255.255.192 {",
                        "  option interface-mtu 9000;",
                        "  range 192.168.123.20 192.168.123.30; range dynamic-bootp 192.168.123.2 192.168.123.62;",
                        "  option domain-name-servers 192.168.123.1,192.168.123.2;",
                        "  option ntp-servers 1.1.1.1, 2.2.2.2;",
                        "  option domain-name \"example.com\";",
                        "  option routers 192.168.123.1;",
                        "  option fqdn.no-client-update on; # a comment; with { marks",
                        "  max-lease-time 300;",
                        "}")
                .subnets();
        assertThat(subnets).extracting(Subnet::toString).containsExactly("192.168.123.0/255.255.255.192");
        var options = subnets.get(0).options();
        assertThat(options.keySet())
                .containsExactly(
                        "routers", "domain_name", "domain_name_servers", "ntp_servers", "interface_mtu", "range");
        assertThat(options)
                .isEqualTo(Map.of(
                        "routers", List.of("192.168.123.1"),
                        "domain_name", List.of(List.of("example.com")),
                        "domain_name_servers", List.of("192.168.123.1", "192.168.123.2"),
                        "ntp_servers", List.of(List.of("1.1.1.1"), List.of("2.2.2.2")),
                        "interface_mtu", 9000,
                        "range", List.of("192.168.123.2", "192.168.123.62")));
    }

    @Test
    void subnetsAndHostsAreFoundWhereverTheyStand() throws Exception {
        var conf = conf(
                "option space x; option x.y code 1 = { ip-address, text };",
                "class \"pxe\" { match if substring (option vendor-class-identifier, 0, 9) = \"PXEClient\"; }",
                "if option arch = 00:07 { filename \"a}b\"; } elsif option arch = 00:09 { filename \"c\"; } else { filename \"d\"; }",
                "on commit { set x = concat(\"{\", \";\"); }",
                "zone example.com. { primary 127.0.0.1; key k; }",
                "failover peer \"p\" { primary; address 192.0.2.1; }",
                "subnet6 2001:db8::/32 { range6 2001:db8::1 2001:db8::2; }",
                "shared-network a_b {",
                "  subnet 10.0.0.0 netmask 255.0.0.0",
                "  {",
                "    pool",
                "    { range 10.0.0.1 10.0.0.2; host in-pool" + HOST + " }",
                "  }",
                "}",
                "group \"g\" { next-server 192.0.2.1; host in_group" + HOST + " group { host \"quoted\"" + HOST
                        + " } }",
                "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.2.7; host in-subnet" + HOST + " }",
                "host top" + HOST);
        assertThat(conf.subnets())
                .extracting(subnet -> subnet.network().toString())
                .containsExactly("10.0.0.0", "192.0.2.0");
        assertThat(conf.subnets().get(0).options()).isEmpty();
        assertThat(conf.subnets().get(1).options()).isEqualTo(Map.of("range", List.of("192.0.2.7", "192.0.2.7")));
        assertThat(names(conf)).containsExactly("in-pool", "in_group", "quoted", "in-subnet", "top");
        assertThat(conf.hosts().get(0).entry().mac()).contains(MacAddress.of("02:00:00:00:00:0a"));
        assertThat(conf.hosts().get(0).entry().dynamic()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "ethernet, 02:00:00:00:00:0a",
        "token-ring, 02:00:00:00:00:0a",
        "infiniband, 80:00:02:08:fe:80:00:00:00:00:00:00:00:02:c9:03:00:3a:0c:01",
        "ethernet, 02:00:00:00:00:0a:0b:0c"
    })
    void hardwareOfEachKind(String type, String mac) throws Exception {
        var entry = conf("host h { hardware " + type + " " + mac + "; fixed-address 192.0.2.5; }")
                .hosts()
                .get(0)
                .entry();
        assertThat(entry.mac()).contains(MacAddress.of(mac));
        assertThat(entry.options()).containsEntry("hardware_type", type);
    }

    @Test
    void includesAreTakenFromTheMainFilesDirectoryThenFromTheirOwn() throws Exception {
        write("sub/one.conf", "host one" + HOST, "include \"two.conf\";", "include \"sub/three.conf\";");
        write("sub/two.conf", "host two" + HOST);
        write("sub/three.conf", "host three" + HOST);
        write("four.conf", "subnet 192.0.2.0 netmask 255.255.255.0 { }");
        var conf = conf(
                "include \"sub/one.conf\";",
                "include \"" + directory.resolve("sub/two.conf") + "\";",
                "shared-network x { include \"four.conf\"; }");
        assertThat(names(conf)).containsExactly("one", "two", "three", "two");
        assertThat(conf.subnets()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "host a { fixed-address 192.0.2.5 } | :2: a '}' in a statement",
                "subnet 192.0.2.0 netmask 255.255.255.0 { | :2: the block that begins here does not end",
                "} | :2: a '}' that closes nothing",
                "option x \"a | :2: a string that does not end",
                "option x | :2: the statement that begins here does not end",
                "include \"none.conf\"; | :2: there is no file",
                "include \"dhcpd.conf\"; | includes others without end",
                "subnet 192.0.2.1 netmask 255.255.255.0 { } | :2: no subnet: 192.0.2.1 netmask 255.255.255.0",
                "subnet 192.0.2.0 netmask 255.0.255.0 { } | :2: no subnet",
                "subnet 192.0.2.0 netmask 255.255.255.0 { range 192.0.3.1 192.0.3.2; } | :2: range 192.0.3.1 192.0.3.2 is not one of subnet",
                "subnet 192.0.2.0 netmask 255.255.255.0 { option interface-mtu x; } | :2: interface-mtu x is no number",
                "subnet 10.0.0.0 netmask 255.0.0.0 { } subnet 10.0.0.0 netmask 255.255.0.0 { } | was declared before, at",
            })
    void whatCannotBeReadIsNamedWithFileAndLine(String text, String message) {
        assertThatThrownBy(() -> conf("# first line", text))
                .isInstanceOf(DhcpdConf.Unusable.class)
                .hasMessageContainingAll(directory.resolve("dhcpd.conf").toString(), message);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> DhcpdConf.read(directory.resolve("none")))
                .hasMessage(directory.resolve("none") + ": there is no file " + directory.resolve("none"));
    }

    @Test
    void blocksInBlocksWithoutEndAreRefused() {
        assertThatThrownBy(() -> conf("a {".repeat(100_000))).hasMessageContaining("more than 64 blocks in each other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n\n", "# only a comment", ";;;"})
    @DisplayName("an empty file has no subnets")
    void emptyFiles(String text) throws Exception {
        assertThat(conf(text).subnets()).isEmpty();
    }
}
