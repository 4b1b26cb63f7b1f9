package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.io.IOException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Requires;
import smartproxy.core.api.Role;
import smartproxy.core.tls.TestPki;

/** Every route of the running daemon, asked by everybody who must not have it, and by who must. */
class RouteAccessIT {
    private static final int TLS_REFUSED = -1;
    private static final List<String> SPOOFED = List.of(
            "X-Forwarded-For: 192.0.2.1",
            "Forwarded: for=192.0.2.1;host=foreman.example.com;proto=https",
            "X-Forwarded-Proto: https",
            "X-Real-IP: 192.0.2.1",
            "X-Client-Cert: CN=foreman.example.com",
            "SSL_CLIENT_CERT: CN=foreman.example.com",
            "SSL_CLIENT_S_DN: CN=foreman.example.com",
            "SSL_CLIENT_VERIFY: SUCCESS",
            "X-SSL-Client-DN: CN=foreman.example.com",
            "X-SSL-Client-Verify: SUCCESS",
            "X-Forwarded-Client-Cert: Subject=\"CN=foreman.example.com\"",
            "X-Remote-User: foreman.example.com");

    @TempDir
    static java.nio.file.Path directory;

    @SuppressWarnings("NullAway.Init")
    private static DaemonFixture proxy;

    @BeforeAll
    static void start() throws Exception {
        var probe = new ProbeModule();
        probe.open();
        proxy = DaemonFixture.in(directory).with(probe).start();
    }

    @AfterAll
    static void stop() {
        proxy.close();
    }

    /** @param roles of the mount and of the method; all of them are needed */
    record Route(String method, String path, List<Role> roles, boolean known) {
        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** @param context null: plain http */
    record Caller(
            String name, @Nullable SSLContext context, List<Role> roles, boolean handshake, List<String> headers) {
        static final List<Role> STRANGER_ROLES = List.of(Role.ANONYMOUS);

        Caller(String name, @Nullable SSLContext context, List<Role> roles, boolean handshake) {
            this(name, context, roles, handshake, List.of());
        }
    }

    @TestFactory
    Stream<DynamicTest> everyRouteForEverybody() {
        var routes = proxy.daemon().mounts(true).stream()
                .flatMap(mount -> routes(mount).stream())
                .toList();
        assertThat(routes)
                .extracting(Route::toString)
                .contains("GET /features", "GET /v2/features", "GET /logs", "GET /health/ready", "GET /metrics")
                .contains("GET /v2/no/such", "POST /own/foreman", "DELETE /probe/thing/x", "GET /no/such");
        return callers().stream()
                .flatMap(caller -> routes.stream()
                        .map(route -> DynamicTest.dynamicTest(
                                caller.name() + ": " + route, () -> assertAccess(caller, route))));
    }

    private static void assertAccess(Caller caller, Route route) throws IOException {
        var status = status(caller, route);
        if (!caller.handshake()) {
            assertThat(status).isEqualTo(TLS_REFUSED);
        } else if (!caller.roles().containsAll(route.roles())) {
            assertThat(status).isEqualTo(403);
        } else if (!route.known()) {
            assertThat(status).isEqualTo(404);
        } else {
            assertThat(status).isIn(200, 500);
        }
    }

    /** Whatever way a path is written, it leads to a route only through the role of that route. */
    @TestFactory
    Stream<DynamicTest> aDisguisedPathOpensNothing() {
        return proxy.daemon().mounts(true).stream()
                .flatMap(mount -> routes(mount).stream())
                .filter(route -> !Caller.STRANGER_ROLES.containsAll(route.roles()))
                .flatMap(route -> disguises(route.path()).map(path -> new Route(route.method(), path, List.of(), true)))
                .map(route -> DynamicTest.dynamicTest(route.toString(), () -> {
                    try (var stranger = proxy.http()) {
                        assertThat(stranger.request(route.method(), route.path())
                                        .status())
                                .isIn(400, 403, 404);
                    }
                }));
    }

    private static Stream<String> disguises(String path) {
        return Stream.of(
                "/x/.." + path,
                "/x/%2e%2e" + path,
                "/." + path,
                "/features/.." + path,
                "/open/.." + path,
                "/" + path,
                "/%2f" + path,
                "/;x" + path,
                path.charAt(0) + "%" + Integer.toHexString(path.charAt(1)) + path.substring(2),
                "/%5c" + path.substring(1),
                "http://other.example.com/x/.." + path);
    }

    private static int status(Caller caller, Route route) throws IOException {
        var headers = caller.headers().toArray(String[]::new);
        if (caller.context() == null) {
            try (var wire = proxy.http()) {
                return wire.request(route.method(), route.path(), headers).status();
            }
        }
        try (var wire = proxy.https(caller.context())) {
            return wire.request(route.method(), route.path(), headers).status();
        } catch (IOException refused) {
            // with TLS 1.3 the client hears of it with its first read
            return TLS_REFUSED;
        }
    }

    private static List<Caller> callers() {
        var pki = proxy.pki();
        var ca = pki.ca();
        var nobody = Caller.STRANGER_ROLES;
        var host = List.of(Role.ANONYMOUS, Role.MANAGED_HOST);
        var all = List.of(Role.values());
        var anonymous = TestPki.anonymousContext(ca);
        var other = pki.client("other.example.com").sslContext(ca);
        var foreman = DaemonFixture.FOREMAN;
        return List.of(
                new Caller("Foreman", pki.client(foreman).sslContext(ca), all, true),
                new Caller(
                        "Foreman in capitals", pki.client("FOREMAN.Example.com").sslContext(ca), all, true),
                new Caller(
                        "Foreman by its SAN",
                        pki.issue("f1.example.com")
                                .dns("f1.example.com", foreman)
                                .sign()
                                .sslContext(ca),
                        all,
                        true),
                new Caller("no certificate", anonymous, nobody, true),
                new Caller("no certificate, spoofed headers", anonymous, nobody, true, SPOOFED),
                new Caller("another host", other, host, true),
                new Caller("another host, spoofed headers", other, host, true, SPOOFED),
                new Caller(
                        "Foreman's name in another attribute",
                        pki.issueSubject("CN=evil.example.com,O=\"CN=" + foreman + "\"")
                                .sign()
                                .sslContext(ca),
                        host,
                        true),
                new Caller(
                        "Foreman's name as a prefix",
                        pki.client(foreman + ".evil.example").sslContext(ca),
                        host,
                        true),
                new Caller("foreign authority", TestPki.create().client(foreman).sslContext(ca), List.of(), false),
                new Caller("self-signed", pki.issue(foreman).selfSigned().sign().sslContext(ca), List.of(), false),
                new Caller("expired", pki.issue(foreman).expired().sign().sslContext(ca), List.of(), false),
                new Caller(
                        "a server's certificate",
                        pki.issue(foreman)
                                .purposes(TestPki.Purpose.SERVER)
                                .sign()
                                .sslContext(ca),
                        List.of(),
                        false),
                new Caller("plain http", null, nobody, true),
                new Caller("plain http, spoofed headers", null, nobody, true, SPOOFED));
    }

    private static List<Route> routes(Mount mount) {
        var routes = new ArrayList<Route>();
        var mountRoles = mount.role() == null ? List.<Role>of() : List.of(mount.role());
        for (var method : List.of("GET", "POST", "DELETE")) {
            routes.add(new Route(method, mount.path() + "/no/such", mountRoles, false));
        }
        for (var resource : mount.resources()) {
            for (var method : resource.getClass().getMethods()) {
                for (var verb : verbs(method)) {
                    var roles = new ArrayList<>(mountRoles);
                    var own = method.getAnnotation(Requires.class);
                    if (own != null) {
                        roles.add(own.value());
                    }
                    routes.add(new Route(verb, path(resource.getClass(), method), roles, true));
                }
            }
        }
        return routes;
    }

    private static List<String> verbs(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(annotation -> annotation.annotationType().getAnnotation(HttpMethod.class))
                .filter(verb -> verb != null)
                .map(HttpMethod::value)
                .toList();
    }

    private static String path(Class<?> resource, Method method) {
        return "/"
                + Stream.of(resource.getAnnotation(Path.class), method.getAnnotation(Path.class))
                        .filter(path -> path != null)
                        .flatMap(path -> Arrays.stream(path.value().split("/")))
                        .filter(segment -> !segment.isEmpty())
                        .map(segment -> segment.startsWith("{") ? "x" : segment)
                        .collect(Collectors.joining("/"));
    }

    @Test
    void refusalsSayWhy() throws Exception {
        var pki = proxy.pki();
        try (var nobody = proxy.stranger();
                var other = proxy.https(pki.client("other.example.com").sslContext(pki.ca()));
                var plain = proxy.http()) {
            assertThat(nobody.get("/v2/features").body()).isEqualTo("could not read client cert from environment");
            assertThat(nobody.get("/own/host").body()).isEqualTo("No client SSL certificate supplied");
            assertThat(other.get("/v2/features").body())
                    .isEqualTo("Untrusted client other.example.com attempted to access /features."
                            + " Check :trusted_hosts: in settings.yml");
            assertThat(plain.get("/v2/features").body())
                    .isEqualTo("Untrusted client localhost attempted to access /features."
                            + " Check :trusted_hosts: in settings.yml");
        }
    }

    @Test
    void withoutTrustedHostsAnyCertificateIsEnoughAndPlainHttpIsNot(@TempDir java.nio.file.Path own) throws Exception {
        try (var open = DaemonFixture.in(own).unset("trusted_hosts").start()) {
            try (var other = open.https(open.pki()
                            .client("other.example.com")
                            .sslContext(open.pki().ca()));
                    var nobody = open.stranger();
                    var plain = open.http()) {
                assertThat(other.get("/v2/features").status()).isEqualTo(200);
                assertThat(nobody.get("/v2/features"))
                        .returns(403, Wire.Reply::status)
                        .returns("No client SSL certificate supplied", Wire.Reply::body);
                assertThat(plain.get("/v2/features"))
                        .returns(403, Wire.Reply::status)
                        .extracting(Wire.Reply::body)
                        .asString()
                        .contains("trusted_hosts", "allow_http_without_trusted_hosts");
            }
            assertThat(open.log()).contains("trusted_hosts is not set");
            open.set("allow_http_without_trusted_hosts", "true").reload();
            try (var plain = open.http()) {
                assertThat(plain.get("/v2/features").status()).isEqualTo(200);
            }
        }
    }

    @Test
    void anEmptyListLetsNobodyIn(@TempDir java.nio.file.Path own) throws Exception {
        try (var shut = DaemonFixture.in(own).set("trusted_hosts", "[]").start();
                var foreman = shut.https();
                var plain = shut.http()) {
            assertThat(foreman.get("/v2/features").status()).isEqualTo(403);
            assertThat(plain.get("/v2/features").status()).isEqualTo(403);
            assertThat(foreman.get("/features").status()).isEqualTo(200);
        }
    }

    @Test
    void aModuleOfOnePortIsNotThereOnTheOther(@TempDir java.nio.file.Path own) throws Exception {
        try (var proxy = DaemonFixture.in(own)
                        .with(new ProbeModule())
                        .module("probe", ":enabled: https\n")
                        .start();
                var foreman = proxy.https();
                var plain = proxy.http()) {
            assertThat(foreman.get("/open").status()).isEqualTo(200);
            for (var path : List.of("/open", "/probe/word", "/probe/deep", "/own/all")) {
                assertThat(plain.get(path).status()).as(path).isEqualTo(404);
            }
            assertThat(plain.get("/features").body()).isEqualTo("[\"logs\",\"probe\"]");
            assertThat(foreman.get("/v2/features").body())
                    .contains("\"probe\":{\"http_enabled\":false,\"https_enabled\":true");
        }
    }

    @Test
    void monitorHostsMayReadHealthAndNothingElse(@TempDir java.nio.file.Path own) throws Exception {
        try (var proxy = DaemonFixture.in(own)
                        .set("monitor_hosts", "[monitor.example.com]")
                        .start();
                var monitor = proxy.https(proxy.pki()
                        .client("monitor.example.com")
                        .sslContext(proxy.pki().ca()));
                var foreman = proxy.https()) {
            assertThat(Map.of(
                            "metrics", monitor.get("/metrics").status(),
                            "health", monitor.get("/health").status(),
                            "ready", monitor.get("/health/ready").status(),
                            "features", monitor.get("/v2/features").status(),
                            "logs", monitor.get("/logs").status()))
                    .isEqualTo(Map.of("metrics", 200, "health", 200, "ready", 200, "features", 403, "logs", 403));
            assertThat(foreman.get("/metrics").status()).isEqualTo(403);
        }
    }
}
