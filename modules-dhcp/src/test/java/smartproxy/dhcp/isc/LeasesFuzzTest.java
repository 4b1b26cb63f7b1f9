package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import smartproxy.dhcp.Ipv4;

/** Files that were damaged in all ways: nothing crashes or hangs, and the neighbours of what is damaged are what they were. */
class LeasesFuzzTest {
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            ";",
            "\"",
            "\\",
            "#",
            "\n",
            "lease ",
            "lease 192.0.2.9 {",
            "host ",
            "host x {",
            "deleted;",
            "never",
            "epoch ",
            "99999999999",
            "option ",
            "supersede a = ",
            "binding state ",
            "\u0000",
            "\u00ff",
            "include \"/etc/passwd\";",
            "hardware ethernet ",
            "= { ",
            "group {",
            "subnet 10.0.0.0 netmask 255.0.0.0 {");

    private static final String VICTIM = """
            lease 192.0.2.50 {
              starts 4 2026/01/01 10:00:00;
              ends 5 2037/01/02 10:00:00; # x
              tstp epoch 1767261600;
              cltt never;
              binding state active;
              next binding state free;
              hardware ethernet 52:54:00:00:01:00;
              uid "\\001RT\\000\\000";
              set vendor-class-identifier = "udhcp 1.35.0";
              option agent.circuit-id "a", 1:2;
              client-hostname "leased100";
            }
            host victim.example.com {
              dynamic;
              hardware ethernet 52:54:00:00:01:01;
              fixed-address 192.0.2.51;
                    supersede server.filename = "pxelinux.0";
                    supersede server.next-server = c0:00:02:01;
                    supersede host-name = "victim.example.com";
            }
            """;

    /** Those of the first dozen are what most leases have. */
    private static final List<String> LINES = List.of(
            "starts 4 2026/01/01 10:00:00;",
            "ends 5 2037/01/02 10:00:00;",
            "tstp 5 2037/01/02 10:00:00;",
            "cltt 4 2026/01/01 10:00:00;",
            "binding state active;",
            "next binding state free;",
            "rewind binding state free;",
            "hardware ethernet 52:54:00:00:01:00;",
            "uid \"\\001RT\\000\\000\";",
            "client-hostname \"leased100\";",
            "set vendor-class-identifier = \"udhcp; 1.35.0\";",
            "binding state free;",
            "ends never;",
            "cltt never;",
            "tsfp 4 2026/01/01 10:00:00;",
            "atsfp 5 2037/01/02 10:00:01;",
            "starts 5 2037/01/02 10:00:00;",
            "binding state odd;",
            "next binding state odder;",
            "hardware ethernet 52:54:00:00:01:01;",
            "hardware token-ring 52:54:00:00:01:02;",
            "hardware strange 52:54:00:00:01:03;");

    private static final String BEFORE = Leases.lease("192.0.2.100", "02:00:00:00:00:0a", "active") + "\n";
    private static final String AFTER = Leases.lease("192.0.2.101", "02:00:00:00:00:0b", "active") + "\n"
            + Leases.host("after", "02:00:00:00:00:0c", "192.0.2.102") + "\n";

    @Test
    void hundredThousandDamagedFiles() {
        fuzz(100_000, 20261125);
    }

    @Test
    @Tag("long")
    void tenMillionDamagedFiles() {
        fuzz(10_000_000, 4711);
    }

    /** As dhcpd writes them, and in every other order: what a lease says never depends on the one before. */
    @Test
    void linesInAnyOrderAreReadToTheSame() {
        var random = new Random(20261127);
        var quick = 0;
        for (var i = 0; i < 10_000; i++) {
            var text = new StringBuilder();
            var lines = List.<String>of();
            for (var lease = 0; lease < 4; lease++) {
                // the next one often says the same
                lines = lines.isEmpty() || random.nextBoolean() ? lines(random) : lines;
                text.append("lease 192.0.2.").append(lease).append(" {\n");
                for (var line : lines) {
                    text.append("  ").append(line).append('\n');
                }
                text.append("}\n");
            }
            if (random.nextInt(8) == 0) {
                damage(text, random);
            }
            quick += sameEitherWay(text.toString().getBytes(StandardCharsets.ISO_8859_1));
        }
        assertThat(quick).isGreaterThan(30_000);
    }

    private static List<String> lines(Random random) {
        var inOrder = random.nextBoolean();
        var all = random.nextBoolean() ? LINES : LINES.subList(0, 12);
        return all.stream()
                .filter(line -> random.nextInt(4) != 0)
                .map(line -> inOrder ? line : all.get(random.nextInt(all.size())))
                .toList();
    }

    private static void fuzz(int count, long seed) {
        assertTimeoutPreemptively(Duration.ofHours(2), () -> {
            var random = new Random(seed);
            for (var i = 0; i < count; i++) {
                var text = new StringBuilder(VICTIM);
                for (var damage = random.nextInt(4); damage >= 0; damage--) {
                    damage(text, random);
                }
                check(text.toString(), random);
            }
        });
    }

    private static void damage(StringBuilder text, Random random) {
        var at = random.nextInt(text.length() + 1);
        switch (random.nextInt(5)) {
            case 0 -> text.insert(at, PIECES.get(random.nextInt(PIECES.size())));
            case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(20)));
            case 2 -> text.setLength(at);
            case 3 -> text.insert(at, (char) random.nextInt(256));
            default -> {
                var to = Math.min(text.length(), at + random.nextInt(60));
                text.insert(random.nextInt(text.length() + 1), text.substring(at, to));
            }
        }
    }

    private static void check(String damaged, Random random) {
        var bytes = (BEFORE + damaged + "\n" + AFTER).getBytes(StandardCharsets.ISO_8859_1);
        var leases = new Leases();
        if (random.nextBoolean()) {
            leases.take(bytes, false);
        } else {
            var text = new LeasesText(leases.records);
            var cut = random.nextInt(bytes.length);
            var at = text.take(bytes, 0, cut, false);
            text.take(bytes, at, bytes.length, false);
        }
        var view = leases.view();
        // what was damaged may speak of the same addresses and MACs in good faith only where it has them
        var speaksOfThem = damaged.contains("192.0.2.10") || damaged.contains("02:0");
        if (!speaksOfThem) {
            assertThat(view.leaseAt(Leases.FIRST, Ipv4.of("192.0.2.100")))
                    .as(damaged)
                    .isPresent();
            assertThat(view.leaseAt(Leases.FIRST, Ipv4.of("192.0.2.101"))
                            .map(lease -> lease.mac().toString()))
                    .as(damaged)
                    .contains("02:00:00:00:00:0b");
            assertThat(view.reservation(Leases.FIRST, Provider.mac(12)))
                    .as(damaged)
                    .isPresent();
        }
        sameEitherWay(bytes);
        // everything that is shown can be shown
        view.eachLease(Leases.FIRST, lease -> assertThat(lease.name()).startsWith("lease-"));
        view.eachReservation(Leases.FIRST, host -> assertThat(host.hostname()).isNotNull());
        try {
            var unused = Statement.parse(bytes, 0, bytes.length);
        } catch (Statement.Malformed e) {
            assertThat(e.line).isPositive();
        }
    }

    /**
     * What is taken for written as dhcpd writes it is read to the same as by who reads everything.
     *
     * @return how many were
     */
    private static int sameEitherWay(byte[] bytes) {
        var quick = new LeaseRecord();
        var thorough = new LeaseRecord();
        var lines = new LeaseLines(quick);
        var reader = new LeaseReader(thorough);
        var content = new byte[8192];
        var count = 0;
        for (var at = 0; at < bytes.length; at++) {
            if (bytes[at] != 'l') {
                continue;
            }
            var end = lines.read(bytes, at, bytes.length);
            if (end != LeaseLines.OTHER) {
                assertThat(reader.read(bytes, at, end)).isTrue();
                assertThat(said(quick, content))
                        .as(new String(bytes, StandardCharsets.ISO_8859_1))
                        .isEqualTo(said(thorough, content));
                count++;
            }
        }
        return count;
    }

    private static String said(LeaseRecord lease, byte[] content) {
        var length = lease.content(content);
        return lease.ip
                + HexFormat.of().formatHex(lease.mac, 0, lease.macLength)
                + lease.state
                + lease.nextState
                + lease.ends()
                + HexFormat.of().formatHex(content, 0, length);
    }
}
