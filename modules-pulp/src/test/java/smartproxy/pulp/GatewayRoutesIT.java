package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.daemon.Wire.Reply;

/** The routes of the gateway that are there only when they are set: the registry, and further Pulps. */
class GatewayRoutesIT {
    private static final String BASIC = "Authorization: Basic eDp5";
    private static final String BEARER = "Authorization: Bearer abc.def";

    @TempDir
    private Path directory;

    private FakePulp api;
    private FakePulp other;
    private DaemonFixture proxy;

    @BeforeEach
    void start() throws Exception {
        api = FakePulp.start();
        other = FakePulp.start();
        proxy = DaemonFixture.in(directory);
    }

    private void run(String gateway, String more) throws Exception {
        proxy.module("pulpcore", """
                :enabled: https
                :mirror: true
                :gateway:
                  :enabled: true
                  :api_url: http://127.0.0.1:%1$d
                  :content_url: http://127.0.0.1:%1$d
                  :remote_user: admin
                  :spool_directory: %2$s
                """.formatted(api.port(), directory.resolve("spool")) + gateway + more);
        proxy.start();
    }

    @AfterEach
    void stop() {
        proxy.close();
        api.close();
        other.close();
    }

    private Reply get(String path, String... headers) throws IOException {
        try (var client = proxy.https()) {
            return client.get(path, headers);
        }
    }

    private Reply asStranger(String path, String... headers) throws IOException {
        try (var client = proxy.stranger()) {
            return client.get(path, headers);
        }
    }

    private void runRegistry() throws Exception {
        api.says(401, "{}");
        api.saysToo(
                "WWW-Authenticate", "Bearer realm=\"https://proxy.example.com/token/\",service=\"proxy.example.com\"");
        run("  :registry: true\n", "");
    }

    @Test
    void offTheRegistryIsNotThere() throws Exception {
        run("", "");

        for (var path :
                List.of("/v2/", "/v2/features/manifests/1", "/token/", "/extensions/v2/x", "/pulpcore_registry/v2/")) {
            assertThat(get(path).status()).as(path).isEqualTo(404);
        }
        assertThat(asStranger("/v2/").status()).isEqualTo(403);
        assertThat(api.asked()).allMatch(asked -> asked.contains("/status/"));
    }

    @Test
    void theRegistryAsksForPulpsTokenAndNothingElsePasses() throws Exception {
        runRegistry();

        var reply = asStranger("/v2/busybox/manifests/latest", BEARER, "Remote-User: admin", "Remote_User: admin");

        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.header("WWW-Authenticate")).startsWith("Bearer realm=\"https://proxy.example.com/token/\"");
        assertThat(api.last().target()).isEqualTo("/v2/busybox/manifests/latest");
        assertThat(api.last().headers().getFirst("Authorization")).isEqualTo("Bearer abc.def");
        assertThat(api.last().headers().containsKey("Remote-User")).isFalse();
        assertThat(api.last().headers().containsKey("Remote_User")).isFalse();

        get("/v2/busybox/manifests/latest", BASIC); // of Foreman, whose certificate is none to the registry
        assertThat(api.last().headers().containsKey("Authorization")).isFalse();
        assertThat(api.last().headers().containsKey("Remote-User")).isFalse();
        asStranger("/extensions/v2/busybox/signatures/x", BASIC);
        assertThat(api.last().headers().containsKey("Authorization")).isFalse();
        asStranger("/token/?service=proxy.example.com", BASIC);
        assertThat(api.last().target()).isEqualTo("/token/?service=proxy.example.com");
        assertThat(api.last().headers().getFirst("Authorization")).isEqualTo("Basic eDp5");
        asStranger("/token/?service=proxy.example.com", BEARER);
        assertThat(api.last().headers().containsKey("Authorization")).isFalse();
        asStranger("/token/", BASIC, BEARER);
        assertThat(api.last().headers().containsKey("Authorization")).isFalse();
    }

    @Test
    void featuresIsOursAndARepositoryOfThatNameIsPulps() throws Exception {
        runRegistry();

        assertThat(get("/v2/features").body()).contains("\"pulpcore\":{");
        assertThat(asStranger("/v2/features"))
                .returns(403, Reply::status)
                .returns("could not read client cert from environment", Reply::body);
        assertThat(asStranger("/v2//features").status()).isEqualTo(403);
        asStranger("/v2/features/manifests/latest", BEARER);
        assertThat(api.last().target()).isEqualTo("/v2/features/manifests/latest");
        asStranger("/v2/features/", BEARER);
        assertThat(api.last().target()).isEqualTo("/v2/features/");
        assertThat(asStranger("/v2/./features").status()).isEqualTo(403);
        assertThat(asStranger("/v2/./x").status()).isEqualTo(400);
    }

    @Test
    void aLayerInChunksIsPassedWholeWithItsLength() throws Exception {
        runRegistry();

        try (var client = proxy.stranger()) {
            client.send(Wire.head("PATCH", "/v2/x/blobs/uploads/1", BEARER, "Transfer-Encoding: chunked")
                    + "\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(401);
        }
        assertThat(api.last().headers().getFirst("Content-Length")).isEqualTo("5");
        assertThat(new String(api.last().body(), StandardCharsets.US_ASCII)).isEqualTo("abcde");
    }

    /** What strangers send waits apart: half of it leaves Foreman the whole room. */
    @Test
    void callersOfTheRegistryTakeNoRoomFromForeman() throws Exception {
        api.says(401, "{}");
        api.saysToo("WWW-Authenticate", "Bearer realm=\"https://proxy.example.com/token/\"");
        run("  :registry: true\n  :spool_size: 16\n", "");

        try (var stranger = proxy.stranger();
                var another = proxy.stranger();
                var foreman = proxy.https()) {
            stranger.send(Wire.head("PATCH", "/v2/x/blobs/uploads/1", "Content-Length: " + (8 << 20)) + "\r\n")
                    .send(new byte[7 << 20]);
            another.send(Wire.head("PATCH", "/v2/x/blobs/uploads/1", "Content-Length: " + (9 << 20)) + "\r\n");
            assertThat(another.readHead().status()).isEqualTo(507);
            foreman.send(Wire.head("PUT", "/pulp/api/v3/uploads/1/", "Content-Length: " + (15 << 20)) + "\r\n")
                    .send(new byte[15 << 20]);
            assertThat(foreman.read().status()).isEqualTo(401); // as Pulp said
        }
        assertThat(api.asked()).noneMatch(asked -> asked.startsWith("PATCH"));
    }

    @Test
    void aRegistryThatAsksForNoTokenStaysShut() throws Exception {
        api.says(200, "{}");
        run("  :registry: true\n", "");

        var reply = asStranger("/v2/private/manifests/latest");

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("without asking for a token", "TOKEN_AUTH_DISABLED");
        assertThat(asStranger("/token/", BASIC).status()).isEqualTo(403);
        assertThat(asStranger("/extensions/v2/x").status()).isEqualTo(403);
        assertThat(api.asked()).noneMatch(asked -> asked.contains("private") || asked.contains("token"));
        assertThat(proxy.log()).contains("without asking for a token");
        // Katello's own way is not concerned
        assertThat(get("/pulpcore_registry/v2/").status()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(get("/health").body()).contains("the registry stays shut"));
    }

    @Test
    void aRegistryThatAsksForAPasswordStaysShut() throws Exception {
        api.says(401, "{}");
        api.saysToo("WWW-Authenticate", "Basic realm=\"api\"");
        run("  :registry: true\n", "");

        var reply = asStranger("/v2/private/manifests/latest", "Authorization: Basic Og==");

        assertThat(reply.status()).isEqualTo(403);
        assertThat(reply.body()).contains("without asking for a token", "TOKEN_AUTH_DISABLED");
    }

    @Test
    void aRegistryOfWhichNothingIsKnownStaysShut() throws Exception {
        api.says(404, "");
        run("  :registry: true\n", "");

        assertThat(asStranger("/v2/x/manifests/latest"))
                .returns(503, Reply::status)
                .extracting(Reply::body)
                .asString()
                .contains("not known whether Pulp asks for tokens", "404");
        assertThat(api.asked()).noneMatch(asked -> asked.contains("manifests"));
    }

    @Test
    void katellosRegistryIsForForemanAndTheDaemonsOwnName() throws Exception {
        runRegistry();
        var pki = proxy.pki();
        var own = pki.client("proxy.example.com").sslContext(pki.ca());
        var host = pki.client("host.example.com").sslContext(pki.ca());

        get("/pulpcore_registry/v2/busybox/tags/list?n=1", BASIC, "Remote-User: eve");
        assertThat(api.last().target()).isEqualTo("/v2/busybox/tags/list?n=1");
        assertThat(api.last().headers().get("Remote-User")).containsExactly("admin");
        assertThat(api.last().headers().containsKey("Authorization")).isFalse();
        var before = api.asked().size();
        try (var neighbour = proxy.https(own);
                var stranger = proxy.stranger();
                var any = proxy.https(host)) {
            assertThat(any.get("/pulpcore_registry/v2/").status()).isEqualTo(403);
            assertThat(stranger.get("/pulpcore_registry/v2/").status()).isEqualTo(403);
            assertThat(api.asked()).hasSize(before);
            assertThat(neighbour.get("/pulpcore_registry/v2/").status()).isEqualTo(401);
            assertThat(neighbour.get("/pulp/api/v3/tasks/").status()).isEqualTo(403);
        }
        assertThat(get("/pulpcore_registry/").status()).isEqualTo(404);
    }

    private void runMirror(String more) throws Exception {
        Files.writeString(directory.resolve("password"), "sesame\n");
        run("", """
                :pulps:
                  mirror:
                    :api_url: http://127.0.0.1:%1$d
                    :content_url: http://127.0.0.1:%1$d
                    :username: admin
                    :password_file: %2$s
                """.formatted(other.port(), directory.resolve("password")) + more);
    }

    @Test
    void aFurtherPulpIsReachedByItsName() throws Exception {
        runMirror("");

        assertThat(asStranger("/pulp/mirror/api/v3/status/").status()).isEqualTo(200);
        assertThat(other.last().target()).isEqualTo("/pulp/api/v3/status/");
        assertThat(other.last().headers().containsKey("Authorization")).isFalse();
        assertThat(asStranger("/pulp/mirror/api/v3/tasks/").status()).isEqualTo(403);
        get("/pulp/mirror/api/v3/tasks/?name=%2F");
        assertThat(other.last().target()).isEqualTo("/pulp/api/v3/tasks/?name=%2F");
        assertThat(other.last().headers().getFirst("Authorization")).isEqualTo("Basic YWRtaW46c2VzYW1l");
        assertThat(other.last().headers().containsKey("Remote-User")).isFalse();
        asStranger("/pulp/mirror/content/r/a%20b");
        assertThat(other.last().target()).isEqualTo("/pulp/content/r/a%20b");
        var before = other.asked().size();
        get("/pulp/api/v3/tasks/");
        get("/pulp/mirrors/api/v3/tasks/");
        assertThat(asStranger("/pulp/mirror/content/../api/v3/tasks/").status()).isEqualTo(400);
        assertThat(other.asked()).hasSize(before);
        assertThat(api.last().target()).isEqualTo("/pulp/api/v3/tasks/");
    }

    @Test
    void namesOfPulp2LeadToTheContentOfAPulp3() throws Exception {
        runMirror("");

        for (var name : List.of("isos", "repos", "deb", "content")) {
            asStranger("/pulp/" + name + "/r/a%20b?x=/pulp/isos");
            assertThat(api.last().target()).isEqualTo("/pulp/content/r/a%20b?x=/pulp/isos");
            asStranger("/pulp/mirror/" + name + "/r/a");
            assertThat(other.last().target()).isEqualTo("/pulp/content/r/a");
        }
        asStranger("/pulp/isos");
        assertThat(api.last().target()).isEqualTo("/pulp/content");
    }

    @Test
    void aFurtherPulp2HasItsOwnRoutes() throws Exception {
        runMirror("    :provider: pulp2\n");

        get("/pulp/mirror/api/v2/repositories/?details=true");
        assertThat(other.last().target()).isEqualTo("/pulp/api/v2/repositories/?details=true");
        assertThat(other.last().headers().getFirst("Authorization")).isEqualTo("Basic YWRtaW46c2VzYW1l");
        assertThat(asStranger("/pulp/mirror/api/v2/status/").status()).isEqualTo(403);
        for (var path : List.of("repos", "isos", "deb", "puppet")) {
            asStranger("/pulp/mirror/" + path + "/r/a", "X-CLIENT-CERT: forged");
            assertThat(other.last().target()).isEqualTo("/pulp/" + path + "/r/a");
            assertThat(other.last().headers().containsKey("Authorization")).isFalse();
            assertThat(other.last().headers().containsKey("X-CLIENT-CERT")).isFalse();
        }
        var before = other.asked().size();
        for (var path : List.of("api/v3/status/", "api/v3/tasks/", "content/r/a", "container/r/a")) {
            assertThat(get("/pulp/mirror/" + path).status()).as(path).isEqualTo(404);
        }
        assertThat(other.asked()).hasSize(before);
    }

    @Test
    void aFurtherPulpWithARootOfItsOwnSeesThePathAsItIs() throws Exception {
        runMirror("    :api_root: /pulp/mirror/\n");

        get("/pulp/mirror/api/v3/tasks/");
        assertThat(other.last().target()).isEqualTo("/pulp/mirror/api/v3/tasks/");
        get("/pulp/mirror/content/x");
        assertThat(other.last().target()).isEqualTo("/pulp/mirror/content/x");
    }

    @Test
    void aNewPasswordIsUsedAfterAReload() throws Exception {
        runMirror("");
        Files.writeString(directory.resolve("password"), "another one\n");
        proxy.reload();

        get("/pulp/mirror/api/v3/tasks/");
        assertThat(other.last().headers().getFirst("Authorization")).isEqualTo("Basic YWRtaW46YW5vdGhlciBvbmU=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"api", "content", "container", "isos", "deb", "repos", "puppet", "status", "assets"})
    void aNameThatIsTakenFailsTheFeature(String name) throws Exception {
        run("", """
                :pulps:
                  %s:
                    :api_url: http://127.0.0.1:1
                    :content_url: http://127.0.0.1:1
                """.formatted(name));

        assertThat(get("/v2/features").body()).contains("\"state\":\"failed\"");
        assertThat(proxy.log()).contains("has a Pulp of the name '" + name + "'");
    }

    @Test
    void theApiIsNotServedOverPlainHttp() throws Exception {
        run("", "");
        proxy.module(
                "pulpcore",
                Files.readString(directory.resolve("settings.d/pulpcore.yml"))
                        .replace(":enabled: https", ":enabled: true"));
        proxy.set("trusted_hosts", "[localhost]").reload();

        try (var plain = proxy.http()) {
            assertThat(plain.get("/pulp/content/x").status()).isEqualTo(200);
            for (var path :
                    List.of("/pulp/api/v3/tasks/", "/pulp/api/v3/status/", "/pypi/x/", "/pulp_ansible/galaxy/x/")) {
                assertThat(plain.get(path).status()).as(path).isEqualTo(404);
            }
        }
        assertThat(api.asked()).noneMatch(asked -> asked.contains("tasks"));
    }

    @Test
    void freeRoutesGoWhereTheyAreSetToGo() throws Exception {
        run("""
              :routes:
                /extra: http://127.0.0.1:%1$d
                /extra/open:
                  :url: http://127.0.0.1:%1$d
                  :role: anonymous
                  :methods: [get, post]
                /of/hosts:
                  :url: http://127.0.0.1:%1$d
                  :role: host
            """.formatted(other.port()), "");
        var host = proxy.pki().client("host.example.com").sslContext(proxy.pki().ca());

        assertThat(get("/extra/a%20b?x", BASIC, "Remote-User: x").status()).isEqualTo(200);
        assertThat(other.last().target()).isEqualTo("/extra/a%20b?x");
        assertThat(other.last().headers().containsKey("Authorization")).isFalse();
        assertThat(other.last().headers().containsKey("Remote-User")).isFalse();
        assertThat(asStranger("/extra/a").status()).isEqualTo(403);
        assertThat(asStranger("/extra/open/a").status()).isEqualTo(200);
        assertThat(asStranger("/of/hosts").status()).isEqualTo(403);
        try (var client = proxy.https(host)) {
            assertThat(client.get("/of/hosts").status()).isEqualTo(200);
            assertThat(client.get("/of/hosts/../x").status()).isEqualTo(400);
            assertThat(client.get("/extra/a").status()).isEqualTo(403);
        }
        try (var client = proxy.stranger()) {
            assertThat(client.send(Wire.head("POST", "/extra/open", "Content-Length: 3") + "\r\nabc")
                            .read()
                            .status())
                    .isEqualTo(200);
        }
        assertThat(other.last().body()).hasSize(3);
        try (var client = proxy.https()) {
            assertThat(client.request("DELETE", "/extra/a").status()).isEqualTo(404);
        }
        assertThat(other.asked()).noneMatch(asked -> asked.startsWith("DELETE"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/health: http://127.0.0.1:1",
                "/v2/x: http://127.0.0.1:1",
                "/pulp/x: http://127.0.0.1:1",
                "/dns: http://127.0.0.1:1",
                "/a/: http://127.0.0.1:1",
                "/a/../b: http://127.0.0.1:1",
                "/: http://127.0.0.1:1",
                "/a: http://127.0.0.1:1/path",
                "/a: {url: 'http://127.0.0.1:1', role: everybody}",
                "/a: {url: 'http://127.0.0.1:1', methods: [TRACE]}",
                "/a: {role: foreman}"
            })
    void aFreeRouteThatCannotBeIsSaid(String route) throws Exception {
        run("  :routes:\n    " + route + "\n", "");

        assertThat(get("/v2/features").body()).contains("\"state\":\"failed\"");
        assertThat(proxy.log()).contains("gateway: routes");
    }

    @Test
    void bytesAreCountedByRoute() throws Exception {
        run("", "");

        get("/pulp/content/x");
        try (var client = proxy.https()) {
            client.send(Wire.head("POST", "/pulp/api/v3/uploads/", "Content-Length: 5") + "\r\nabcde")
                    .read();
        }

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(counted("/pulp/content", "out")).isEqualTo(FakePulp.STATUS.length());
            assertThat(counted("/pulp/api/v3", "in")).isEqualTo(5);
        });
    }

    private double counted(String mount, String direction) {
        return proxy.metric("smart_proxy_relayed_bytes_total{direction=\"" + direction + "\",mount=\"" + mount + "\"}")
                + proxy.metric(
                        "smart_proxy_relayed_bytes_total{mount=\"" + mount + "\",direction=\"" + direction + "\"}");
    }
}
