package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpProvider.Creation.Created;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/** What is read from a leases file is what dhcpd, which read the same, answers over OMAPI. */
class IscDifferentialIT {
    private static final long NOW = System.currentTimeMillis() / 1000;
    private static final Subnet SUBNET = new Subnet(Ipv4.of("10.0.0.0"), 8, Map.of());

    private static final int COUNT = 10_000;

    @Test
    void whatDhcpdReadsFromAFileIsWhatWeReadFromIt(@TempDir(factory = InMemory.class) Path directory) throws Exception {
        compare(directory, COUNT);
    }

    /** The other way: what was told over OMAPI is what dhcpd has written, and has after it read that again. */
    @Test
    void whatDhcpdWritesIsWhatItWasTold(@TempDir(factory = InMemory.class) Path directory) throws Exception {
        var options = new String[][] {
            {},
            {"filename", "pxelinux.0", "nextServer", "192.0.2.1"},
            {"filename", "gr\u00fcn\"\\ {};#\n", "nextServer", "boot.example.com"},
            {"<sun>root_path_name", "/export/{};#", "<sun>install_server_ip", "192.0.2.1"},
            {"filename", "ztp.cfg/1", "nextServer", "192.0.2.1"},
        };
        try (var dhcpd = LabDhcpd.start(directory);
                var dhcp = new Provider(dhcpd.settings());
                var omapi = new OmapiClient(dhcpd.server(OmapiKey.Algorithm.HMAC_MD5))) {
            var told = new ArrayList<Reservation>();
            for (var i = 1; i <= COUNT; i++) {
                told.add(((Created) dhcp.create(Provider.reservation(i, options[i % options.length]))).stored());
            }
            var before = complete(dhcp);
            dhcpd.stop();
            dhcpd.restart();
            var view = await().atMost(Duration.ofSeconds(60)).until(() -> complete(dhcp), after -> after != before);
            for (var wanted : told) {
                assertThat(view.reservation(Provider.SUBNET, wanted.mac()).map(shown -> shown + " " + shown.options()))
                        .contains(wanted + " " + wanted.options());
                var theirs = omapi.talk(Deadline.in(Duration.ofSeconds(60)), talk -> talk.find(wanted.mac()))
                        .orElseThrow();
                assertThat(theirs.name()).contains(wanted.name());
                assertThat(theirs.ip()).contains(wanted.ip());
            }
            assertThat(dhcp.health().detail())
                    .startsWith((COUNT + 1) + " hosts, ")
                    .doesNotContain("could not be read");
        }
    }

    private static IscView complete(Provider dhcp) {
        return await().atMost(Duration.ofSeconds(60))
                .until(
                        () -> (IscView) dhcp.provider.view(Deadline.in(Duration.ofSeconds(60))),
                        view -> view.hosts() == COUNT + 1);
    }

    /** dhcpd keeps something of every object that it was asked about; how much is told, and bounded here. */
    @Test
    @Tag("long")
    void aHundredThousandOperationsOnOneConnection(@TempDir(factory = InMemory.class) Path directory) {
        try (var dhcpd = LabDhcpd.start(directory);
                var dhcp = new Provider(dhcpd.settings())) {
            churn(dhcp, 1_000);
            var before = dhcpd.memory();
            churn(dhcp, 50_000);
            var after = dhcpd.memory();
            System.out.printf("IscDifferentialIT: dhcpd %d KiB, after 100 000 operations %d KiB%n", before, after);
            assertThat(after - before).isLessThan(256 << 10);
        }
    }

    private static void churn(Provider dhcp, int count) {
        for (var i = 0; i < count; i++) {
            var reservation = Provider.reservation(i % 150, "filename", "pxelinux.0", "nextServer", "192.0.2.1");
            assertThat(dhcp.create(reservation)).isInstanceOf(Created.class);
            assertThat(dhcp.remove(reservation)).isEqualTo(Removal.REMOVED);
        }
    }

    private static void compare(Path directory, int count) throws Exception {
        try (var dhcpd = LabDhcpd.start(directory)) {
            dhcpd.stop();
            Files.writeString(
                    dhcpd.conf(),
                    Files.readString(dhcpd.conf())
                            + "shared-network big { subnet 10.0.0.0 netmask 255.0.0.0 { range 10.0.0.1 10.0.255.250; } }\n");
            Files.writeString(dhcpd.leases(), Files.readString(dhcpd.leases()) + generated(count));
            dhcpd.restart();
            try (var dhcp = new Provider(dhcpd.settings());
                    var omapi = new OmapiClient(dhcpd.server(OmapiKey.Algorithm.HMAC_MD5))) {
                var view = dhcp.provider.view(Deadline.in(Duration.ofSeconds(60)));
                var different = 0;
                for (var i = 1; i <= count; i++) {
                    var ip = new Ipv4(SUBNET.network().bits() + i);
                    var theirs = omapi.talk(Deadline.in(Duration.ofSeconds(60)), talk -> talk.leaseValues(ip));
                    different += assertSame(view.leaseAt(SUBNET, ip), theirs) ? 0 : 1;
                }
                assertThat(different).isZero();
                assertThat(dhcp.health().detail()).doesNotContain("could not be read");
            }
        }
    }

    private static boolean assertSame(Optional<Lease> ours, Optional<OmapiMessage> theirs) {
        var state = theirs.map(lease -> number(lease, "state")).orElse(0L);
        if (ours.isEmpty()) {
            // free, or of no client
            assertThat(state == 1 || !theirs.get().object().containsKey("hardware-address"))
                    .as("%s", theirs)
                    .isTrue();
            return true;
        }
        var lease = ours.get();
        assertThat(theirs).as("%s", lease).isPresent();
        assertThat(theirs.get().object().get("hardware-address"))
                .isEqualTo(lease.mac().octets());
        assertThat(List.of("", "free", "active", "expired", "released", "abandoned", "reset", "backup")
                        .get((int) state.longValue()))
                .as("%s", lease)
                .isEqualTo(lease.state());
        assertThat(LeaseTimes.text(number(theirs.get(), "ends")))
                .as("%s", lease)
                .isEqualTo(lease.ends());
        assertThat(LeaseTimes.text(number(theirs.get(), "starts")))
                .as("%s", lease)
                .isEqualTo(lease.starts());
        return true;
    }

    private static long number(OmapiMessage message, String name) {
        return Integer.toUnsignedLong(
                ByteBuffer.wrap(message.object().get(name)).getInt());
    }

    /** Leases in all states, some of them several times, some with much in them, from a fixed seed. */
    private static String generated(int count) {
        var random = new Random(42);
        var text = new StringBuilder();
        for (var i = 0; i < count * 5 / 4; i++) {
            var number = i < count ? i + 1 : random.nextInt(count) + 1;
            var ip = new Ipv4(SUBNET.network().bits() + number);
            var start = NOW - random.nextInt(100_000);
            var end = NOW + 10_000 + random.nextInt(100_000);
            text.append("lease ").append(ip).append(" {\n");
            text.append("  starts ").append(LeaseTimes.written(start)).append(";\n");
            text.append("  ends ").append(LeaseTimes.written(end)).append(";\n");
            text.append("  cltt ").append(LeaseTimes.written(start)).append(";\n");
            text.append("  binding state active;\n  next binding state free;\n  rewind binding state free;\n");
            text.append("  hardware ethernet ").append(Provider.mac(number)).append(";\n");
            if (random.nextBoolean()) {
                text.append("  uid \"\\001\\002")
                        .append(new String[] {"{", "};", "\\\"", "\\\\", "#"}[random.nextInt(5)]);
                text.append(number).append("\";\n");
            }
            if (random.nextBoolean()) {
                text.append("  client-hostname \"c").append(number).append("\";\n");
            }
            if (random.nextInt(4) == 0) {
                text.append("  set vendor-class-identifier = \"udhcp {1.35.0}\";\n  set x = \"}\";\n");
            }
            text.append("}\n");
        }
        return text.toString();
    }
}
