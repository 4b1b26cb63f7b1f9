package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A large leases file of dhcpd, served by the built daemon. No dhcpd runs: reading needs none. */
@Timeout(300)
class LeasesIT {
    private static final int LEASES = 50_000;
    private static final int CALLERS = 8;

    @TempDir
    Path directory;

    /** All answers together are twice the heap, and one with the leases as objects would not fit either. */
    @Test
    void aLongListIsMadeAsItIsSent() throws Exception {
        var conf = Files.writeString(directory.resolve("dhcpd.conf"), "subnet 10.0.0.0 netmask 255.0.0.0 { }\n");
        var site = Site.in(directory)
                .module("dhcp", ":enabled: https", ":use_provider: dhcp_isc")
                .module("dhcp_isc", ":config: " + conf, ":leases: " + leases());

        try (var daemon = site.start(Map.of("SMART_PROXY_JAVA_OPTS", "-Xmx64m"))) {
            var pool = Executors.newFixedThreadPool(CALLERS);
            try {
                var callers = new ArrayList<Callable<Integer>>();
                for (var i = 0; i < CALLERS; i++) {
                    callers.add(() -> listed(site));
                }
                for (var answer : pool.invokeAll(callers, 2, TimeUnit.MINUTES)) {
                    assertThat(answer.get()).isEqualTo(LEASES);
                }
            } finally {
                pool.shutdownNow();
            }
            assertThat(daemon.isAlive()).isTrue();
            assertThat(site.foreman().get("/dhcp/10.0.0.0/ip/10.0.0.7").body()).contains("\"client7\\\"\"");
        }
    }

    private Path leases() throws IOException {
        var file = directory.resolve("dhcpd.leases");
        try (var out = Files.newBufferedWriter(file)) {
            out.write("# This lease file was written by isc-dhcp-4.4.3-P1\n");
            for (var i = 1; i <= LEASES; i++) {
                out.write("""
                        lease 10.0.%d.%d {
                          starts 4 2026/01/01 10:00:00;
                          ends 5 2037/01/02 10:00:00;
                          binding state active;
                          next binding state free;
                          hardware ethernet 02:00:00:00:%02x:%02x;
                          client-hostname "client%d";
                        }
                        """.formatted(i >> 8, i & 255, i >> 8, i & 255, i));
            }
        }
        return file;
    }

    /** How many leases an answer has, which is not kept here either. */
    private static int listed(Site site) throws Exception {
        var client = site.foreman();
        var request = HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + site.port() + "/dhcp/10.0.0.0"))
                .timeout(Duration.ofMinutes(2))
                .build();
        var answer = client.http().send(request, BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        var count = 0;
        try (var body = answer.body()) {
            var last = 0;
            for (var octet = body.read(); octet >= 0; octet = body.read()) {
                // one object each, and the one around them all
                count += octet == '{' ? 1 : 0;
                last = octet;
            }
            assertThat(last).isEqualTo('}');
        }
        return count - 1;
    }
}
