package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.Deadline;
import smartproxy.core.auth.HostResolver;
import smartproxy.core.daemon.FreePorts;
import smartproxy.core.daemon.Wire;
import smartproxy.dns.LabBind;

/** Who a client on plain http is, by a real name server. */
@Timeout(300)
class ReverseNameIT {
    private static final String SERVERS = "dns.server";
    private static final String IP6_ARPA = "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";

    @TempDir
    Path directory;

    private LabBind bind;
    private Site site;
    private int http;

    @BeforeEach
    void install() {
        bind = LabBind.start(directory.resolve("bind"));
        http = FreePorts.next();
        site = Site.in(directory).set("http_port", Integer.toString(http)).nsupdate(bind.port(), bind.key("sha256"));
    }

    @AfterEach
    void stop() {
        System.clearProperty(SERVERS);
        bind.close();
    }

    private DaemonProcess start() {
        var daemon = site.start(Map.of("SMART_PROXY_JAVA_OPTS", "-D" + SERVERS + "=127.0.0.1:" + bind.port()));
        point(2, Site.FOREMAN);
        create(Site.FOREMAN, "127.0.0.2", "A");
        return daemon;
    }

    private static Deadline later() {
        return Deadline.in(Duration.ofSeconds(60));
    }

    private void create(String name, String value, String type) {
        var answer = site.foreman().create(name, value, type);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** Gives 127.0.0.N a name. */
    private void point(int last, String name) {
        create(name, last + ".0.0.127.in-addr.arpa", "PTR");
    }

    private Wire.Reply ask(String from) throws IOException {
        try (var wire = Wire.open(http, from)) {
            return wire.get("/v2/features");
        }
    }

    @Test
    void theNameThatLeadsBackToTheClientCounts() throws Exception {
        try (var daemon = start()) {
            assertThat(ask("127.0.0.2").status()).isEqualTo(200);
            point(3, "other.example.com");
            create("other.example.com", "127.0.0.3", "A");
            assertThat(ask("127.0.0.3").status()).isEqualTo(403);
            assertThat(ask("127.0.0.3").body()).contains("Untrusted client other.example.com");
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    @Test
    void aNameThatLeadsElsewhereProvesNothing() throws Exception {
        try (var daemon = start()) {
            point(4, Site.FOREMAN);
            point(5, "nowhere.example.com");
            var liar = ask("127.0.0.4");
            assertThat(liar.status()).isEqualTo(403);
            assertThat(liar.body()).contains("no matching forward DNS lookup", Site.FOREMAN + " (127.0.0.4)");
            var nowhere = ask("127.0.0.5");
            assertThat(nowhere.status()).isEqualTo(403);
            assertThat(nowhere.body())
                    .contains("could not forward verify", "nowhere.example.com", "no such name in DNS");
            var nameless = ask("127.0.0.6");
            assertThat(nameless.status()).isEqualTo(403);
            assertThat(nameless.body()).contains("unable to resolve hostname", "127.0.0.6", "no such name in DNS");

            site.set("forward_verify", "false");
            daemon.signal("HUP");
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(ask("127.0.0.4").status())
                            .as("%s", site.log())
                            .isEqualTo(200));
        }
    }

    /** The tries end by themselves, and a request ends before them when its own time is over. */
    @ParameterizedTest
    @CsvSource({"'[0.2, 0.3]', 3600, no answer from 127.0.0.1", "'[3600]', 5, no answer"})
    void aSilentNameServerIsARefusal(String tries, int deadline, String told) throws Exception {
        site.set("dns_resolv_timeouts", tries).set("request_deadline", Integer.toString(deadline));
        try (var daemon = start()) {
            bind.freeze();
            var refused = ask("127.0.0.2");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body()).contains("unable to resolve hostname", "127.0.0.2", told);
            bind.thaw();
            // a failure is kept for seconds
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(ask("127.0.0.2").status()).isEqualTo(200));
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    @Test
    void ofIpv6TheSame() throws Exception {
        var six = InetAddress.getByName("2001:db8::7");
        var four = InetAddress.getByName("127.0.0.2");
        try (var daemon = start()) {
            create("six.example.com", IP6_ARPA, "PTR");
            create("six.example.com", "2001:db8::7", "AAAA");
            System.setProperty(SERVERS, "127.0.0.1:" + bind.port());
            var resolver = new HostResolver(List.of(Duration.ofSeconds(5)));

            assertThat(resolver.nameOf(six, later())).isEqualTo("six.example.com");
            assertThat(resolver.addressesOf("six.example.com", six, later())).containsExactly(six);
            assertThat(resolver.addressesOf("six.example.com", four, later())).isEmpty();
            assertThat(resolver.addressesOf(Site.FOREMAN, four, later())).containsExactly(four);
            assertThatThrownBy(() -> resolver.nameOf(InetAddress.getByName("2001:db8::8"), later()))
                    .hasMessage("no such name in DNS");
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    @Test
    void theNextServerIsAskedWhenTheFirstIsSilentOrSaysNo() throws Exception {
        var four = InetAddress.getByName("127.0.0.2");
        try (var daemon = start();
                var silent = LabBind.start(directory.resolve("silent"))) {
            silent.freeze();
            System.setProperty(SERVERS, "127.0.0.1:" + silent.port() + ",127.0.0.1:" + bind.port());
            var resolver = new HostResolver(List.of(Duration.ofSeconds(5)));
            assertThat(resolver.nameOf(four, later())).isEqualTo(Site.FOREMAN);
            silent.thaw();
            // neither serves it
            assertThatThrownBy(() -> resolver.nameOf(InetAddress.getByName("198.51.100.1"), later()))
                    .hasMessage("127.0.0.1 answered REFUSED");
            assertThat(daemon.isAlive()).isTrue();
        }
    }
}
