package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.StartException;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.tls.TestPki;

/** Further listeners, each with certificates of its own, or plain and for content alone. */
class GatewayListenersIT {
    private static final List<String> NO_CONTENT = List.of(
            "/pulp/api/v3/status/",
            "/pulp/api/v3/tasks/",
            "/v2/features",
            "/v2/x/manifests/1",
            "/token/",
            "/pypi/x/",
            "/features",
            "/health/live",
            "/metrics",
            "/logs",
            "/pulpcore/status",
            "/");

    private static final TestPki OTHER = TestPki.create();

    @TempDir
    private Path directory;

    private FakePulp pulp;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        pulp = FakePulp.start();
        OTHER.writeTo(Files.createDirectories(directory.resolve("other")));
        proxy = DaemonFixture.in(directory);
        proxy.module("pulpcore", """
                :enabled: https
                :gateway:
                  :enabled: true
                  :registry: true
                  :api_url: http://127.0.0.1:%1$d
                  :content_url: http://127.0.0.1:%1$d
                  :spool_directory: %2$s
                """.formatted(pulp.port(), directory.resolve("spool")));
    }

    @AfterEach
    void stop() {
        proxy.close();
        pulp.close();
    }

    private String secure(String more) {
        var files = directory.resolve("other");
        return "{address: 127.0.0.1, port: 0, certificate: %1$s/server.pem, key: %1$s/server.key, ca: %1$s/ca.pem%2$s}"
                .formatted(files, more);
    }

    private static final String PLAIN = "{address: 127.0.0.1, port: 0}";

    /** The port of the further listener of the kind. */
    private int port(boolean https) {
        return proxy.listening(https).get(1);
    }

    @Test
    void aPlainListenerServesContentAndNothingElse() throws Exception {
        proxy.set("listeners", "[" + PLAIN + "]")
                .set("trusted_hosts", "[localhost]")
                .start();

        try (var client = Wire.open(port(false))) {
            assertThat(client.get("/pulp/content/r/a.rpm", "Remote-User: admin").body())
                    .isEqualTo(FakePulp.STATUS);
            assertThat(pulp.last().headers().getFirst("X-Forwarded-Proto")).isEqualTo("http");
            for (var path : NO_CONTENT) {
                assertThat(client.get(path).status()).as(path).isEqualTo(404);
            }
        }
        assertThat(pulp.asked()).noneMatch(asked -> asked.contains("tasks") || asked.contains("manifests"));
    }

    @Test
    void aListenerForContentServesNothingElseWhoeverAsks() throws Exception {
        proxy.set("listeners", "[" + secure(", routes: content") + "]").start();
        var foreman = OTHER.client(DaemonFixture.FOREMAN).sslContext(OTHER.ca());

        try (var client = Wire.open(port(true), foreman)) {
            assertThat(client.get("/pulp/isos/a").status()).isEqualTo(200);
            assertThat(pulp.last().headers().containsKey("X-CLIENT-CERT")).isTrue();
            for (var path : NO_CONTENT) {
                assertThat(client.get(path).status()).as(path).isEqualTo(404);
            }
        }
    }

    @Test
    void aListenerHasCertificatesOfItsOwn() throws Exception {
        proxy.set("listeners", "[" + secure("") + "]").start();
        var foreman = OTHER.client(DaemonFixture.FOREMAN).sslContext(OTHER.ca());
        var ofMain = proxy.pki().client(DaemonFixture.FOREMAN).sslContext(OTHER.ca());

        try (var client = Wire.open(port(true), foreman)) {
            assertThat(client.get("/pulp/api/v3/tasks/").status()).isEqualTo(200);
            assertThat(client.get("/v2/features").status()).isEqualTo(200);
        }
        try (var nobody = Wire.open(port(true), TestPki.anonymousContext(OTHER.ca()))) {
            assertThat(nobody.get("/pulp/api/v3/tasks/").status()).isEqualTo(403);
        }
        // whom the main listener knows is a stranger here: its authority is another
        assertThatThrownBy(() -> {
                    try (var client = Wire.open(port(true), ofMain)) {
                        client.get("/pulp/api/v3/tasks/");
                    }
                })
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Wire.open(
                        port(true),
                        proxy.pki().client("x").sslContext(proxy.pki().ca())))
                .isInstanceOf(SSLHandshakeException.class);
        try (var main = proxy.https()) {
            assertThat(main.get("/health").body()).contains("\"listener 0 server\":{\"state\":\"up\"");
        }
    }

    private X509Certificate shown() throws Exception {
        try (var client = Wire.open(port(true), TestPki.anonymousContext(OTHER.ca()))) {
            return (X509Certificate) ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0];
        }
    }

    @Test
    void aNewCertificateOfAListenerIsUsedWithoutARestart() throws Exception {
        proxy.set("listeners", "[" + secure("") + "]").start();
        var before = shown();
        var port = port(true);
        OTHER.issueServer().sign().writeTo(directory.resolve("other"), "server");

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(shown()).isNotEqualTo(before));
        assertThat(port(true)).isEqualTo(port);
    }

    @Test
    void listenersComeGoAndChangeByAReload() throws Exception {
        proxy.start();
        assertThat(proxy.listening(true)).hasSize(1);
        assertThat(proxy.listening(false)).hasSize(1);

        proxy.set("listeners", "[" + PLAIN + ", " + secure("") + "]").reload();
        var plain = port(false);
        var secure = port(true);
        try (var client = Wire.open(secure, TestPki.anonymousContext(OTHER.ca()))) {
            assertThat(client.get("/features").status()).isEqualTo(200);
        }

        proxy.set("listeners", "[" + PLAIN + ", " + secure(", routes: content") + "]")
                .reload();
        assertThat(port(false)).isEqualTo(plain);
        assertThat(port(true)).isEqualTo(secure);
        try (var client = Wire.open(secure, TestPki.anonymousContext(OTHER.ca()))) {
            assertThat(client.get("/features").status()).isEqualTo(404);
            assertThat(client.get("/pulp/content/x").status()).isEqualTo(200);
        }

        proxy.unset("listeners").reload();
        assertThat(proxy.listening(true)).hasSize(1);
        assertThat(proxy.listening(false)).hasSize(1);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThatThrownBy(() -> Wire.open(plain)).isInstanceOf(IOException.class));
    }

    @Test
    void anApiOverPlainHttpStopsTheStart() {
        proxy.set("listeners", "[{port: 0, routes: all}]");

        assertThatThrownBy(proxy::start)
                .isInstanceOf(StartException.class)
                .hasMessageContaining("port 0 is plain http, where no API may be served");
    }

    @Test
    void whatIsWrongWithAListenerStopsTheStart() {
        proxy.set("listeners", "[{address: 127.0.0.1, port: 0, certificate: /no/such.pem, key: /no/such.key}]");
        assertThatThrownBy(proxy::start).isInstanceOf(StartException.class).hasMessageContaining("/no/such.pem");
        proxy.set("listeners", "[{port: 0, certificate: /no/such.pem}]");
        assertThatThrownBy(proxy::start).hasMessageContaining("only one of certificate and key");
        proxy.set("listeners", "[{adress: 127.0.0.1, port: 0}]");
        assertThatThrownBy(proxy::start).hasMessageContaining("has 'adress'");
        proxy.set("listeners", "[{address: 127.0.0.1, port: 65001}, {port: 65001}]");
        assertThatThrownBy(proxy::start).hasMessageContaining("port 65001 is wanted by two listeners");
    }
}
