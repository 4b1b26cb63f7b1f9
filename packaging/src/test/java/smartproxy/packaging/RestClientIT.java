package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dns.LabBind;

/** Foreman's own HTTP library, Ruby's rest-client, sends what Foreman sends; dig reads in BIND what came of it. */
@Timeout(300)
class RestClientIT {
    @TempDir
    static Path directory;

    private static LabBind bind;
    private static Site site;
    private static DaemonProcess daemon;
    private static RestClient foreman;

    @BeforeAll
    static void start() {
        bind = LabBind.start(directory.resolve("bind"));
        site = Site.in(directory).nsupdate(bind.port(), bind.key("sha256"));
        daemon = site.start();
        foreman = new RestClient(site);
    }

    @AfterAll
    static void stop() throws Exception {
        daemon.close();
        bind.close();
    }

    @Test
    void createsAndRemovesAHost() throws Exception {
        var name = "host.example.com";
        var v4 = "30.2.0.192.in-addr.arpa";
        var v6 = "0.3.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";

        foreman.done("post", "/dns/", "fqdn=" + name, "value=192.0.2.30", "type=A");
        foreman.done("post", "/dns/", "fqdn=" + name, "value=2001:db8::30", "type=AAAA");
        foreman.done("post", "/dns/", "fqdn=" + name, "value=" + v4, "type=PTR");
        foreman.done("post", "/dns/", "fqdn=" + name, "value=" + v6, "type=PTR");
        assertThat(bind.read(name, "A")).containsExactly("192.0.2.30");
        assertThat(bind.read(name, "AAAA")).containsExactly("2001:db8::30");
        assertThat(bind.read(v4, "PTR")).containsExactly(name + ".");
        assertThat(bind.read(v6, "PTR")).containsExactly(name + ".");

        foreman.done("delete", "/dns/" + name + "/A");
        foreman.done("delete", "/dns/" + name + "/AAAA");
        foreman.done("delete", "/dns/" + v4);
        foreman.done("delete", "/dns/" + v6);
        assertThat(bind.read(name, "A")).isEmpty();
        assertThat(bind.read(name, "AAAA")).isEmpty();
        assertThat(bind.read(v4, "PTR")).isEmpty();
        assertThat(bind.read(v6, "PTR")).isEmpty();
    }

    @Test
    void repeatsAreDoneAndConflictsAreNot() throws Exception {
        foreman.done("post", "/dns/", "fqdn=twice.example.com", "value=192.0.2.31", "type=A");
        foreman.done("post", "/dns/", "fqdn=twice.example.com", "value=192.0.2.31", "type=A");
        assertThat(foreman.call("post", "/dns/", "fqdn=twice.example.com", "value=192.0.2.32", "type=A")
                        .status())
                .isEqualTo(409);
        assertThat(bind.read("twice.example.com", "A")).containsExactly("192.0.2.31");

        foreman.done("delete", "/dns/twice.example.com/A");
        foreman.done("delete", "/dns/twice.example.com/A");
        assertThat(bind.read("twice.example.com", "A")).isEmpty();
    }

    @Test
    void mistakesAreErrors() throws Exception {
        assertThat(foreman.call("post", "/dns/", "fqdn=bad.example.com", "type=A")
                        .status())
                .isEqualTo(400);
        assertThat(foreman.call("post", "/dns/", "fqdn=a b.example.com", "value=192.0.2.33", "type=A")
                        .status())
                .isEqualTo(400);
        assertThat(foreman.call("delete", "/dns/www.unknown.example.org/A").status())
                .isEqualTo(502);
        assertThat(foreman.call("get", "/dhcp").status()).isEqualTo(404);
    }

    @Test
    void readsWhatTheProxyCanDo() throws Exception {
        var features = foreman.call("get", "/v2/features").json();
        assertThat(features.path("dns").path("state").asText()).isEqualTo("running");
        assertThat(features.path("dns").path("http_enabled").asBoolean(true)).isFalse();
        assertThat(features.path("dns").path("https_enabled").asBoolean()).isTrue();
        assertThat(features.path("dhcp").path("state").asText()).isEqualTo("disabled");

        assertThat(foreman.call("get", "/features").outcome()).isEqualTo("[\"dns\",\"logs\"]");
        assertThat(foreman.call("get", "/version").json().path("version").asText())
                .isEqualTo("3.11.0-develop");
    }

    @Test
    void readsTheLog() throws Exception {
        foreman.call("get", "/version");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> site.log()
                        .lines()
                        .anyMatch(line ->
                                line.contains(RestClient.REQUEST_ID.substring(0, 8) + " [I] Finished GET /version")));

        var logs = foreman.call("get", "/logs/?from_timestamp=0").json();

        assertThat(logs.path("info").path("failed_modules")).isEmpty();
        assertThat(logs.path("logs").findValuesAsText("message")).anyMatch(text -> text.contains("GET /version"));
    }
}
