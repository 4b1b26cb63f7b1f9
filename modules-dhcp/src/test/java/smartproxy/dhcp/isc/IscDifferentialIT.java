package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Lease;
import smartproxy.dhcp.Subnet;

/** What is read from a leases file is what dhcpd, which read the same, answers over OMAPI. */
class IscDifferentialIT {
    private static final long NOW = System.currentTimeMillis() / 1000;
    private static final Subnet SUBNET = new Subnet(Ipv4.of("10.0.0.0"), 8, Map.of());

    @Test
    void aThousandLeases(@TempDir Path directory) throws Exception {
        compare(directory, 1_000);
    }

    @Test
    @Tag("long")
    void tenThousandLeases(@TempDir Path directory) throws Exception {
        compare(directory, 10_000);
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
                var view = dhcp.provider.view(Deadline.in(Duration.ofSeconds(10)));
                var different = 0;
                for (var i = 1; i <= count; i++) {
                    var ip = new Ipv4(SUBNET.network().bits() + i);
                    var theirs = omapi.talk(Deadline.in(Duration.ofSeconds(10)), talk -> talk.leaseValues(ip));
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
