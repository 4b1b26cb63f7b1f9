package smartproxy.pulp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Role;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.tls.TestPki;

/** Every route that is passed on, on every listener, asked by everybody: only what a role lets in reaches the server behind. */
class GatewayAccessIT {
    private static final Set<Role> NOBODY = Set.of(Role.ANONYMOUS);
    private static final Set<Role> HOST = Set.of(Role.ANONYMOUS, Role.MANAGED_HOST);
    private static final Set<Role> NEIGHBOUR = Set.of(Role.ANONYMOUS, Role.MANAGED_HOST, Role.FOREMAN_OR_DAEMON);
    private static final Set<Role> ALL = Set.of(Role.values());

    @TempDir
    static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static FakePulp pulp;

    @SuppressWarnings("NullAway.Init")
    private static DaemonFixture proxy;

    @SuppressWarnings("NullAway.Init")
    private static TestPki other;

    /** @param context null: plain http */
    private record Caller(String name, @Nullable SSLContext context, int port, boolean content, Set<Role> roles) {}

    @BeforeAll
    static void start() throws Exception {
        pulp = FakePulp.start();
        pulp.says(401, "{}");
        pulp.saysToo("WWW-Authenticate", "Bearer realm=\"https://proxy.example.com/token/\"");
        other = TestPki.create();
        other.writeTo(Files.createDirectories(directory.resolve("other")));
        var own = "address: 127.0.0.1, port: 0, certificate: %1$s/server.pem, key: %1$s/server.key, ca: %1$s/ca.pem"
                .formatted(directory.resolve("other"));
        proxy = DaemonFixture.in(directory)
                .set("foreman_url", "http://127.0.0.1:" + pulp.port())
                .set("listeners", "[{" + own + "}, {" + own + ", routes: content}, {address: 127.0.0.1, port: 0}]")
                .module("pulpcore", """
                        :enabled: true
                        :gateway:
                          :enabled: true
                          :registry: true
                          :rhsm: true
                          :api_url: http://127.0.0.1:%1$d
                          :content_url: http://127.0.0.1:%1$d
                          :spool_directory: %2$s
                          :routes:
                            /extra: http://127.0.0.1:%1$d
                            /open: {url: 'http://127.0.0.1:%1$d', role: anonymous}
                            /host: {url: 'http://127.0.0.1:%1$d', role: host}
                        :pulps:
                          mirror: {api_url: 'http://127.0.0.1:%1$d', content_url: 'http://127.0.0.1:%1$d'}
                        """.formatted(pulp.port(), directory.resolve("spool")))
                .start();
    }

    @AfterAll
    static void stop() {
        proxy.close();
        pulp.close();
    }

    private static List<Caller> callers() {
        var main = proxy.pki();
        var https = proxy.listening(true);
        var http = proxy.listening(false);
        var callers = new ArrayList<Caller>();
        for (var which = 0; which < https.size(); which++) {
            var pki = which == 0 ? main : other;
            var of = "listener " + which + ": ";
            var content = which == 2;
            var port = https.get(which);
            callers.add(new Caller(of + "nobody", TestPki.anonymousContext(pki.ca()), port, content, NOBODY));
            callers.add(new Caller(
                    of + "a host", pki.client("host.example.com").sslContext(pki.ca()), port, content, HOST));
            callers.add(new Caller(
                    of + "the daemon's name",
                    pki.client("proxy.example.com").sslContext(pki.ca()),
                    port,
                    content,
                    NEIGHBOUR));
            callers.add(new Caller(
                    of + "Foreman", pki.client(DaemonFixture.FOREMAN).sslContext(pki.ca()), port, content, ALL));
        }
        callers.add(new Caller("plain http", null, http.get(0), false, NOBODY));
        callers.add(new Caller("plain listener", null, http.get(1), true, NOBODY));
        return callers;
    }

    private static int status(Caller caller, String method, String path) throws IOException {
        try (var wire =
                caller.context() == null ? Wire.open(caller.port()) : Wire.open(caller.port(), caller.context())) {
            return wire.request(method, path, "Remote-User: admin", "X-Forwarded-For: 192.0.2.1")
                    .status();
        }
    }

    @Test
    void whatARouteDoesNotAllowNeverReachesItsServer() throws Exception {
        var mounts = proxy.mounts(true).stream()
                .filter(mount -> mount.relay() != null)
                .toList();
        assertThat(mounts)
                .extracting(Mount::path)
                .contains(
                        "/v2", "/token", "/rhsm", "/extra", "/pulp/mirror/api/v3", "/pulp/api/v3", "/pulp/deb", "/pypi")
                .contains("/pulpcore_registry/v2", "/pulp/mirror/content", "/host");
        var callers = callers();
        assertThat(callers).hasSize(14);
        for (var caller : callers) {
            for (var mount : mounts) {
                for (var method : List.of("GET", "POST", "DELETE", "TRACE")) {
                    var path = mount.path() + "/walk" + pulp.asked().size();
                    var relay = Objects.requireNonNull(mount.relay());
                    var served = relay.content() || (caller.context() != null && !caller.content());
                    var let = caller.roles().contains(mount.role());
                    var passes = served && let && relay.methods().contains(method);
                    var before = pulp.asked().size();

                    var status = status(caller, method, path);

                    var what = caller.name() + ": " + method + " " + path;
                    if (passes) {
                        assertThat(status).as(what).isEqualTo(401);
                        assertThat(pulp.asked().stream().skip(before))
                                .as(what)
                                .anyMatch(asked -> asked.startsWith(method + " ") && asked.contains("/walk"));
                    } else {
                        assertThat(status).as(what).isIn(served && !let ? List.of(403) : List.of(403, 404));
                        assertThat(pulp.asked().stream().skip(before))
                                .as(what)
                                .noneMatch(asked -> asked.contains("/walk"));
                    }
                }
            }
        }
    }
}
