package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpView;
import smartproxy.dhcp.Ipv4;

/** A Kea with as many leases as a large subnet has. */
final class KeaManyLeasesIT {
    private static final int MANY = 50_000;

    /** Of a lease in the heap, all told. */
    private static final long MOST_BYTES = 500;

    @TempDir
    Path directory;

    private static long used() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static int count(DhcpView view) {
        var leases = new AtomicInteger();
        view.eachLease(view.subnet(Ipv4.of("10.20.0.0")).orElseThrow(), lease -> leases.incrementAndGet());
        return leases.get();
    }

    @Test
    @DisplayName("50 000 leases are read in pages, held small, and listed without being held again")
    void manyLeasesAreHeldSmall() throws Exception {
        try (var kea = new LabKea(directory, "2.2", "unix")) {
            kea.four().kill();
            var expire = Instant.now().plus(Duration.ofHours(1)).getEpochSecond();
            var file = new StringBuilder("address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,"
                    + "hostname,state,user_context\n");
            for (var n = 0; n < MANY; n++) {
                file.append("10.20.%d.%d,02:00:00:01:%02x:%02x,,3600,%d,20,0,0,host-%d.example.com,0,\n"
                        .formatted(n / 256, n % 256, n / 256, n % 256, expire, n));
            }
            Files.writeString(directory.resolve("leases4.csv"), file);
            file.setLength(0);
            file.trimToSize();
            kea.four().restart();
            var settings = kea.settings();
            var provider = kea.provider(settings);
            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .until(() -> kea.client(settings)
                            .ask("list-commands", KeaClient.object(), Deadline.in(Duration.ofSeconds(60)))
                            .isArray());
            var before = used();
            var view = provider.view(Deadline.in(Duration.ofMinutes(1)));
            assertThat(count(view)).isEqualTo(MANY);
            assertThat(used() - before).isLessThan(MANY * MOST_BYTES);
            assertThat(view.subnets()).isNotEmpty();
        }
    }
}
