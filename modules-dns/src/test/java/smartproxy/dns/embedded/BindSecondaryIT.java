package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Type;
import smartproxy.core.daemon.FreePorts;
import smartproxy.dns.DnsClient;
import smartproxy.dns.DnsName;
import smartproxy.dns.RecordType;

/** A real BIND follows the embedded server. */
final class BindSecondaryIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);
    /** BIND takes an address that an interface has; so ours is the other one, also as the source of NOTIFY. */
    private static final String BIND = "127.0.0.1";

    private static final String HERE = "127.0.0.2";

    @TempDir
    Path directory;

    private Process bind(int port, int primaryPort) throws Exception {
        var bind = Files.createDirectory(directory.resolve("bind"));
        var configuration = """
                options {
                    directory "%1$s";
                    pid-file "%1$s/named.pid";
                    session-keyfile "%1$s/session.key";
                    listen-on port %2$d { %4$s; };
                    listen-on-v6 { none; };
                    transfer-source %4$s;
                    recursion no;
                    dnssec-validation no;
                };
                controls {};
                zone "example.com" { type secondary; primaries { %5$s port %3$d; }; file "example.com.db"; };
                zone "2.0.192.in-addr.arpa" { type secondary; primaries { %5$s port %3$d; }; file "reverse.db"; };
                """.formatted(bind, port, primaryPort, BIND, HERE);
        var file = Files.writeString(bind.resolve("named.conf"), configuration);
        return new ProcessBuilder("named", "-g", "-c", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(bind.resolve("named.log").toFile())
                .start();
    }

    @Test
    void followsWithinMoments() throws Exception {
        var port = FreePorts.next();
        var settings =
                Map.<String, Object>of("listen", HERE + ":" + FreePorts.next(), "transfer_to", BIND + ":" + port);
        try (var server = TestServer.start(directory, settings)) {
            server.create("before.example.com", RecordType.A, "192.0.2.1");
            var named = bind(port, server.client().server().getPort());
            try {
                var secondary = new DnsClient(TestServer.loopback(port));
                await().atMost(WATCHDOG).ignoreExceptions().untilAsserted(() -> {
                    assertThat(secondary.records(name("before.example.com"), RecordType.A))
                            .hasSize(1);
                    assertThat(secondary.serial(name("2.0.192.in-addr.arpa"))).isPositive();
                });
                server.create("Host.example.com", RecordType.A, "192.0.2.7");
                server.create("7.2.0.192.in-addr.arpa", RecordType.PTR, "Host.example.com");
                server.create("_sip._tcp.example.com", RecordType.SRV, "1 2 3 host.example.com");
                await().atMost(WATCHDOG).untilAsserted(() -> {
                    assertThat(secondary.records(name("host.example.com"), RecordType.A))
                            .containsExactly(TestServer.record("host.example.com", RecordType.A, "192.0.2.7"));
                    assertThat(secondary.records(name("7.2.0.192.in-addr.arpa"), RecordType.PTR))
                            .hasSize(1);
                    assertThat(secondary.records(name("_sip._tcp.example.com"), RecordType.SRV))
                            .hasSize(1);
                });
                server.remove("host.example.com", RecordType.A);
                await().atMost(WATCHDOG)
                        .untilAsserted(() -> assertThat(secondary.records(name("host.example.com"), RecordType.A))
                                .isEmpty());
                assertThat(secondary.serial(name("example.com"))).isEqualTo(server.serial("example.com"));
                assertThat(secondary
                                .udp(DnsClient.query("example.com", Type.SOA))
                                .getHeader()
                                .getFlag(Flags.AA))
                        .isTrue();
            } catch (Throwable e) {
                throw new AssertionError(Files.readString(directory.resolve("bind/named.log")), e);
            } finally {
                named.destroy();
                assertThat(named.waitFor(60, TimeUnit.SECONDS)).isTrue();
            }
        }
    }

    private static DnsName name(String text) {
        return DnsName.service(text).orElseThrow();
    }
}
