package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;

class LeasesTextTest {
    private static final String A = "02:00:00:00:00:0a";
    private static final String B = "02:00:00:00:00:0b";

    @Test
    void aLeaseIsShownWithWhatItHas() {
        var leases = Leases.of(
                "lease 192.0.2.100 {",
                "  starts 4 2026/01/01 10:00:00;",
                "  ends 5 2037/01/02 10:00:00;",
                "  tstp 5 2037/01/02 10:00:00;",
                "  tsfp epoch 1767261600; # Thu Jan  1 10:00:00 2026",
                "  atsfp never;",
                "  cltt 4 2026/01/01 10:00:00;",
                "  binding state active;",
                "  next binding state free;",
                "  rewind binding state free;",
                "  hardware ethernet 52:54:00:00:01:00;",
                "  uid \"\\001RT\\000\\\"{;\\000\";",
                "  set vendor-class-identifier = \"udhcp 1.35.0\";",
                "  option agent.circuit-id \"a b\", 1:2;",
                "  client-hostname \"leased100\";",
                "  on expiry { set x = \"}\"; }",
                "}");

        var lease = leases.lease("192.0.2.100");

        assertThat(lease.name()).isEqualTo("lease-525400000100");
        assertThat(lease.mac()).isEqualTo(MacAddress.of("52:54:00:00:01:00"));
        assertThat(lease.starts()).isEqualTo("2026-01-01 10:00:00 UTC");
        assertThat(lease.ends()).isEqualTo("2037-01-02 10:00:00 UTC");
        assertThat(lease.state()).isEqualTo("active");
        assertThat(lease.options())
                .isEqualTo(Map.of(
                        "tstp", "2037-01-02 10:00:00 UTC",
                        "tsfp", "2026-01-01 10:00:00 UTC",
                        "atsfp", "2038-01-19 03:14:07 UTC",
                        "cltt", "2026-01-01 10:00:00 UTC",
                        "next_state", "free",
                        "hardware_type", "ethernet",
                        "uid", "\"\\001RT\\000\\\"{;\\000\"",
                        "client_hostname", "\"leased100\"",
                        "agent_circuit_id", List.of(List.of("a b"), List.of("1:2"))));
        assertThat(leases.records.badCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {254, 255, 256, 1022})
    void namesAndIdentifiersMayBeLong(int length) {
        var uid = "\"" + "u".repeat(length - 2) + "\"";
        var name = "\"" + "n".repeat(length - 2) + "\"";
        var text = Leases.lease("192.0.2.100", A, "active");
        var options = Leases.of(
                        text.substring(0, text.lastIndexOf('}')),
                        "  uid " + uid + ";",
                        "  client-hostname " + name + ";",
                        "}",
                        Leases.lease("192.0.2.101", B, "active"))
                .lease("192.0.2.100")
                .options();
        assertThat(options).containsEntry("uid", uid).containsEntry("client_hostname", name);
    }

    @Test
    void oneThatIsTooLargeIsCountedAndLeavesWhatWasKnown() {
        var text = Leases.lease("192.0.2.100", A, "active");
        var leases = Leases.of(
                text,
                text.substring(0, text.lastIndexOf('}')),
                "  uid \"" + "u".repeat(140_000) + "\";",
                "}",
                Leases.lease("192.0.2.101", B, "active"));
        assertThat(leases.leases()).containsExactly("192.0.2.100 / " + A + " active", "192.0.2.101 / " + B + " active");
        assertThat(leases.records.badCount()).isOne();
    }

    @ParameterizedTest
    @ValueSource(strings = {"active", "expired", "released", "abandoned", "backup", "reset", "something-new"})
    @DisplayName("every state but free counts as used, ended or not")
    void statesAreKept(String state) {
        assertThat(Leases.of(Leases.lease("192.0.2.100", A, state)).leases())
                .containsExactly("192.0.2.100 / " + A + " " + state);
    }

    @Test
    void aFreeLeaseEndsTheOneOfItsAddress() {
        assertThat(Leases.of(
                                Leases.lease("192.0.2.100", A, "active"),
                                Leases.lease("192.0.2.101", B, "active"),
                                Leases.lease("192.0.2.100", A, "free"))
                        .leases())
                .containsExactly("192.0.2.101 / " + B + " active");
    }

    @Test
    void oneThatEndedAndIsFreeNextIsGone() {
        var ended = Leases.lease("192.0.2.100", A, "active").replace("2037", "2020");
        assertThat(Leases.of(Leases.lease("192.0.2.100", A, "active"), ended).leases())
                .isEmpty();
        assertThat(Leases.of(ended.replace("  next binding state free;\n", "")).leases())
                .hasSize(1);
    }

    @Test
    void aNewLeaseTakesThePlaceOfThoseOfItsAddressAndOfItsMac() {
        assertThat(Leases.of(
                                Leases.lease("192.0.2.100", A, "active"),
                                Leases.lease("192.0.2.101", B, "active"),
                                Leases.lease("192.0.2.101", A, "active"))
                        .leases())
                .containsExactly("192.0.2.101 / " + A + " active");
    }

    @Test
    void whatHasNoSubnetOrNoMacIsLeftOut() {
        var leases = Leases.of(
                Leases.lease("203.0.113.1", A, "active"),
                Leases.lease("192.0.2.5", A, "active").replace("  hardware ethernet " + A + ";\n", ""));
        assertThat(leases.leases()).isEmpty();
        assertThat(leases.records.badCount()).isZero();
    }

    @Test
    void theSameMacMayHaveALeaseInEachSubnet() {
        var leases = Leases.of(Leases.lease("192.0.2.100", A, "active"), Leases.lease("198.51.100.9", A, "active"));
        assertThat(leases.leases()).hasSize(1);
        assertThat(leases.view().leaseAt(Leases.SECOND, Ipv4.of("198.51.100.9")))
                .isPresent();
        assertThat(leases.view().leaseAt(Leases.FIRST, Ipv4.of("198.51.100.9"))).isEmpty();
    }

    @Test
    void hostsAreDeletedAndAddedAgain() {
        var leases = Leases.of(
                Leases.host("h1", A, "192.0.2.50"),
                Leases.host("h2", B, "192.0.2.51"),
                "host h1 {\n  dynamic;\n  deleted;\n}",
                Leases.host("h1", A, "192.0.2.52"));
        assertThat(leases.hosts()).containsExactly("h2 (192.0.2.51 / " + B + ")", "h1 (192.0.2.52 / " + A + ")");
        leases.take("host h1 {\n  dynamic;\n  deleted;\n}\n");
        assertThat(leases.hosts()).containsExactly("h2 (192.0.2.51 / " + B + ")");
    }

    @Test
    void bondedHostsShareAnAddressAndTheLastOneOfAMacCounts() {
        var leases = Leases.of(
                Leases.host("h1", A, "192.0.2.50"),
                Leases.host("h2", B, "192.0.2.50"),
                Leases.host("h3", B, "192.0.2.51"));
        assertThat(leases.hosts()).containsExactly("h1 (192.0.2.50 / " + A + ")", "h3 (192.0.2.51 / " + B + ")");
    }

    @Test
    void hostsOfOneAddressStandTogether() {
        var leases = Leases.of(
                Leases.host("h1", A, "192.0.2.50"),
                Leases.host("h2", B, "192.0.2.51"),
                Leases.host("h3", "52:54:00:00:00:0c", "192.0.2.50"));
        assertThat(leases.hosts())
                .containsExactly(
                        "h1 (192.0.2.50 / " + A + ")",
                        "h3 (192.0.2.50 / 52:54:00:00:00:0c)",
                        "h2 (192.0.2.51 / " + B + ")");
    }

    @Test
    void theVendorOfSolarisOptionsIsNamed() {
        var host = Leases.of("host s { hardware ethernet " + A + "; fixed-address 192.0.2.5;"
                        + " option SUNW.root-path-name \"/x\"; vendor-option-space SUNW; }")
                .host(A);
        assertThat(host.options()).containsEntry("vendor", "sun").containsEntry("root_path_name", "/x");
        assertThat(Leases.of("host s { hardware ethernet " + A
                                + "; fixed-address 192.0.2.5; vendor-option-space OTHER; }")
                        .host(A)
                        .options())
                .doesNotContainKey("vendor");
    }

    @Test
    void hostsWithoutAddressOrMacAreLeftOut() {
        assertThat(Leases.of(
                                "host a { dynamic; hardware ethernet " + A + "; }",
                                "host b { dynamic; fixed-address 192.0.2.5; }",
                                "host c { dynamic; hardware ethernet " + A + "; fixed-address 192.0.2.5, 192.0.2.6; }",
                                "host d { dynamic; hardware ethernet " + A + "; fixed-address d.example.com; }")
                        .hosts())
                .isEmpty();
    }

    @Test
    void optionsAreShownInForemansWords() {
        var host = Leases.of(
                        "host sun.example.com {",
                        "  dynamic;",
                        "  hardware ethernet " + A + ";",
                        "  fixed-address 192.0.2.217;",
                        "        supersede server.filename = \"inetboot\";",
                        "        supersede server.next-server = c0:00:02:01;",
                        "        supersede host-name = \"other.example.com\";",
                        "        supersede SUNW.root-server-ip-address = c0:00:02:01;",
                        "        supersede SUNW.root-path-name = \"/boot/root\";",
                        "        supersede server.vendor-option-space = \"SUNW\";",
                        "}")
                .host(A);
        assertThat(host.deleteable()).isTrue();
        assertThat(host.options().keySet())
                .containsExactly(
                        "hostname",
                        "hardware_type",
                        "filename",
                        "nextServer",
                        "root_server_ip",
                        "root_path_name",
                        "server_vendor_option_space");
        assertThat(host.options())
                .containsEntry("hostname", "other.example.com")
                .containsEntry("nextServer", "192.0.2.1")
                .containsEntry("root_server_ip", "c0:00:02:01")
                .containsEntry("server_vendor_option_space", List.of(List.of("SUNW")));
    }

    @Test
    void textsThatDhcpdWritesAsOctetsAreRead() {
        var host = Leases.of("host h { dynamic; hardware ethernet " + A + "; fixed-address 192.0.2.5;"
                        + " supersede server.filename = 61:22:62:5c:63:c3:bc:3b:7b:0a:7d:01; }")
                .host(A);
        assertThat(host.filename()).contains("a\"b\\cü;{\n}\u0001");
    }

    @Test
    void otherDeclarationsArePassedOver() {
        var leases = Leases.of(
                "# The format of this file is documented in the dhcpd.leases(5) manual page. It's \"so",
                "authoring-byte-order little-endian;",
                "server-duid \"\\000\\001\\000\\0012\\225\\201\\323J\\037\\301<\\0268\";",
                "failover peer \"dhcp\" state {\n  my state normal at 2 2026/01/01 10:00:00;\n}",
                "ia-na \"\\001\\000\" {\n  cltt 2 2026/01/01 10:00:00;\n  iaaddr 2001:db8::1 {\n    binding state active;\n  }\n}",
                "group {\n  dynamic;\n}",
                Leases.lease("192.0.2.100", A, "active"));
        assertThat(leases.leases()).hasSize(1);
        assertThat(leases.records.badCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lease 192.0.2.7 {\n  starts 4 2026/01/01",
                "lease 192.0.2.7 {\n  starts 4 2026/01/01 10:00:00;\n  uid \"\\001",
                "lease 192.0.2.7 {\n  client-hostname \"a;\n  ends never;\n}",
                "lease 192.0.2.7 {\n  starts 4 2026/99/01 10:00:00;\n}",
                "lease 192.0.2.700 {\n  binding state active;\n}",
                "lease {\n}",
                "host x {\n  dynamic;\n  hardware ethernet",
                "host x {\n  fixed-address 192.0.2.9\n}",
                "}",
                "garbage\u0000\u0001",
                "lease 192.0.2.7 {{\n}",
            })
    @DisplayName("a broken record is counted and takes none of its neighbours with it")
    void brokenRecordsEndThemselvesOnly(String broken) {
        var leases =
                Leases.of(Leases.lease("192.0.2.100", A, "active"), broken, Leases.lease("192.0.2.101", B, "active"));
        assertThat(leases.leases()).containsExactly("192.0.2.100 / " + A + " active", "192.0.2.101 / " + B + " active");
        assertThat(leases.records.badCount()).isPositive();
    }

    @Test
    void aRecordThatComesInPiecesIsReadWhenItIsWhole() {
        var text = Leases.lease("192.0.2.100", A, "active") + "\n" + Leases.host("h1", B, "192.0.2.50") + "\n";
        for (var cut = 1; cut < text.length(); cut++) {
            var leases = new Leases();
            var rest = leases.take(text.substring(0, cut));
            assertThat(leases.take(rest + text.substring(cut))).isEmpty();
            assertThat(leases.leases()).hasSize(1);
            assertThat(leases.hosts()).hasSize(1);
            assertThat(leases.records.badCount()).as("cut at %d", cut).isZero();
        }
    }

    @Test
    void aViewDoesNotChangeAndUsedIsTheSameWhileNothingChanges() {
        var leases = Leases.of(Leases.lease("192.0.2.100", A, "active"));
        var before = leases.view();
        var used = before.used(Leases.FIRST);
        assertThat(leases.view().used(Leases.FIRST)).isSameAs(used);
        for (var i = 0; i < 200; i++) {
            leases.take(
                    Leases.lease("192.0.2." + (i + 10), "02:00:00:00:01:" + Integer.toHexString(i), "active") + "\n");
        }
        leases.take(Leases.lease("192.0.2.100", A, "free") + "\n");
        assertThat(before.leaseAt(Leases.FIRST, Ipv4.of("192.0.2.100"))).isPresent();
        assertThat(before.leases()).isEqualTo(1);
        assertThat(leases.view().leases()).isEqualTo(199);
        assertThat(leases.view().used(Leases.FIRST)).isNotSameAs(used);
        assertThat(leases.view().used(Leases.SECOND)).isSameAs(before.used(Leases.SECOND));
    }

    @Test
    void leasesAreSmall() {
        var leases = new Leases();
        var records = new Records(List.of(new smartproxy.dhcp.Subnet(Ipv4.of("10.0.0.0"), 8, Map.of())), () -> 0);
        var text = new LeasesText(records);
        var count = 100_000;
        for (var i = 0; i < count; i++) {
            var bytes = ("lease 10." + (i >> 16) + "." + ((i >> 8) & 255) + "." + (i & 255)
                            + """
                     {
                      starts 4 2026/01/01 10:00:00;
                      ends 5 2037/01/02 10:00:00;
                      tstp 5 2037/01/02 10:00:00;
                      cltt 4 2026/01/01 10:00:00;
                      binding state active;
                      next binding state free;
                      rewind binding state free;
                      hardware ethernet %s;
                      uid "\\001\\002\\000\\000\\000\\000\\020";
                      client-hostname "client%d";
                    }
                    """.formatted(Provider.mac(i), i))
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            text.take(bytes, 0, bytes.length, false);
        }
        assertThat(records.view().leases()).isEqualTo(count);
        assertThat(records.bytes() / count).as("bytes a lease").isLessThanOrEqualTo(150);
        assertThat(leases.records.badCount()).isZero();
    }
}
