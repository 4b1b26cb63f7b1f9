package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.FreePorts;
import smartproxy.dns.DnsClient;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** What the embedded DNS server was told and has confirmed outlives kill -9. */
@Timeout(300)
class KillIT {
    private static final int CLIENTS = 4;
    private static final int KILLS = 3;

    @TempDir
    Path directory;

    @Test
    void everyConfirmedRecordIsServedAgain() throws Exception {
        var dnsPort = FreePorts.next();
        var site = Site.in(directory)
                .module("dns", ":enabled: https", ":use_provider: dns_embedded")
                .module("dns_embedded", ":listen: ['127.0.0.1:" + dnsPort + "']", ":zones: [example.com]");
        var dns = new DnsClient(new InetSocketAddress(InetAddress.getLoopbackAddress(), dnsPort));
        Map<String, String> confirmed = new ConcurrentHashMap<>();

        for (var kill = 0; kill < KILLS; kill++) {
            var before = confirmed.size();
            try (var daemon = site.start()) {
                assertServed(dns, confirmed);
                var clients = Executors.newFixedThreadPool(CLIENTS);
                List<Future<?>> running = new ArrayList<>();
                for (var client = 0; client < CLIENTS; client++) {
                    var prefix = "k" + kill + "c" + client + "n";
                    running.add(clients.submit(() -> create(site.foreman(), prefix, confirmed)));
                }
                var enough = before + ThreadLocalRandom.current().nextInt(40, 160);
                await().atMost(Duration.ofSeconds(60)).until(() -> confirmed.size() >= enough);
                daemon.kill();
                for (var client : running) {
                    client.get(60, TimeUnit.SECONDS);
                }
                clients.shutdown();
            }
        }

        try (var daemon = site.start()) {
            assertThat(confirmed).hasSizeGreaterThan(KILLS * 40);
            assertServed(dns, confirmed);
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    /** Creates records until the daemon is gone. */
    private static void create(ApiClient foreman, String prefix, Map<String, String> confirmed) {
        try {
            for (var number = 0; ; number++) {
                var name = prefix + number + ".example.com";
                var value = "192.0.2." + (number % 250 + 1);
                var answer = foreman.create(name, value, "A");
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
                confirmed.put(name, value);
            }
        } catch (UncheckedIOException e) {
            // killed
        }
    }

    private static void assertServed(DnsClient dns, Map<String, String> confirmed) {
        confirmed.forEach(
                (text, value) -> assertThat(dns.records(DnsName.service(text).orElseThrow(), RecordType.A))
                        .as(text)
                        .extracting(DnsRecord::data)
                        .containsExactly(value));
    }
}
