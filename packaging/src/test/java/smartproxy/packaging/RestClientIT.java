package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dns.LabBind;

/** Foreman's own HTTP library, Ruby's rest-client, sends what Foreman sends; dig reads in BIND what came of it. */
@Timeout(300)
class RestClientIT {
    private static final Path SCRIPT = House.ROOT.resolve("packaging/src/test/resources/foreman-client.rb");

    private static final String REQUEST_ID = "8a6f0c1e-52a4-4a3e-9d4b-7a3c5f1b2d90";

    @TempDir
    static Path directory;

    private static LabBind bind;
    private static Site site;
    private static DaemonProcess daemon;

    /** What came back, and what Foreman would make of it. */
    private record Told(int status, String outcome, String body) {
        JsonNode json() throws Exception {
            return new ObjectMapper().readTree(outcome);
        }
    }

    @BeforeAll
    static void start() {
        bind = LabBind.start(directory.resolve("bind"));
        site = Site.in(directory).nsupdate(bind.port(), bind.key("sha256"));
        daemon = site.start();
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

        done(call("post", "/dns/", "fqdn=" + name, "value=192.0.2.30", "type=A"));
        done(call("post", "/dns/", "fqdn=" + name, "value=2001:db8::30", "type=AAAA"));
        done(call("post", "/dns/", "fqdn=" + name, "value=" + v4, "type=PTR"));
        done(call("post", "/dns/", "fqdn=" + name, "value=" + v6, "type=PTR"));
        assertThat(bind.read(name, "A")).containsExactly("192.0.2.30");
        assertThat(bind.read(name, "AAAA")).containsExactly("2001:db8::30");
        assertThat(bind.read(v4, "PTR")).containsExactly(name + ".");
        assertThat(bind.read(v6, "PTR")).containsExactly(name + ".");

        done(call("delete", "/dns/" + name + "/A"));
        done(call("delete", "/dns/" + name + "/AAAA"));
        done(call("delete", "/dns/" + v4));
        done(call("delete", "/dns/" + v6));
        assertThat(bind.read(name, "A")).isEmpty();
        assertThat(bind.read(name, "AAAA")).isEmpty();
        assertThat(bind.read(v4, "PTR")).isEmpty();
        assertThat(bind.read(v6, "PTR")).isEmpty();
    }

    @Test
    void repeatsAreDoneAndConflictsAreNot() throws Exception {
        done(call("post", "/dns/", "fqdn=twice.example.com", "value=192.0.2.31", "type=A"));
        done(call("post", "/dns/", "fqdn=twice.example.com", "value=192.0.2.31", "type=A"));
        assertThat(call("post", "/dns/", "fqdn=twice.example.com", "value=192.0.2.32", "type=A")
                        .status())
                .isEqualTo(409);
        assertThat(bind.read("twice.example.com", "A")).containsExactly("192.0.2.31");

        done(call("delete", "/dns/twice.example.com/A"));
        done(call("delete", "/dns/twice.example.com/A"));
        assertThat(bind.read("twice.example.com", "A")).isEmpty();
    }

    @Test
    void mistakesAreErrors() throws Exception {
        assertThat(call("post", "/dns/", "fqdn=bad.example.com", "type=A").status())
                .isEqualTo(400);
        assertThat(call("post", "/dns/", "fqdn=a b.example.com", "value=192.0.2.33", "type=A")
                        .status())
                .isEqualTo(400);
        assertThat(call("delete", "/dns/www.unknown.example.org/A").status()).isEqualTo(502);
        assertThat(call("get", "/dhcp").status()).isEqualTo(404);
    }

    @Test
    void readsWhatTheProxyCanDo() throws Exception {
        var features = call("get", "/v2/features").json();
        assertThat(features.path("dns").path("state").asText()).isEqualTo("running");
        assertThat(features.path("dns").path("http_enabled").asBoolean(true)).isFalse();
        assertThat(features.path("dns").path("https_enabled").asBoolean()).isTrue();
        assertThat(features.path("dhcp").path("state").asText()).isEqualTo("disabled");

        assertThat(call("get", "/features").outcome()).isEqualTo("[\"dns\",\"logs\"]");
        assertThat(call("get", "/version").json().path("version").asText()).isEqualTo("3.11.0-develop");
    }

    @Test
    void readsTheLog() throws Exception {
        call("get", "/version");
        await().atMost(Duration.ofSeconds(10))
                .until(() -> site.log()
                        .lines()
                        .anyMatch(line -> line.contains(REQUEST_ID.substring(0, 8) + " [I] Finished GET /version")));

        var logs = call("get", "/logs/?from_timestamp=0").json();

        assertThat(logs.path("info").path("failed_modules")).isEmpty();
        assertThat(logs.path("logs").findValuesAsText("message")).anyMatch(text -> text.contains("GET /version"));
    }

    private static void done(Told told) {
        assertThat(told).isEqualTo(new Told(200, "true", ""));
    }

    private static Told call(String verb, String path, String... fields) throws Exception {
        var words = new ArrayList<>(List.of(
                "ruby",
                SCRIPT.toString(),
                "https://localhost:" + site.port(),
                site.pki("foreman.pem").toString(),
                site.pki("foreman.key").toString(),
                site.pki("ca.pem").toString(),
                verb,
                path));
        words.addAll(List.of(fields));
        var command = Command.run(directory, Map.of("REQUEST_ID", REQUEST_ID), words);
        assertThat(command.status()).as(command.output()).isZero();
        var answer = command.output().indexOf("ANSWER\n");
        assertThat(answer).as(command.output()).isNotNegative();
        var lines = command.output().substring(answer + "ANSWER\n".length()).split("\n", 3);
        return new Told(Integer.parseInt(lines[0]), lines[1], lines[2].strip());
    }
}
