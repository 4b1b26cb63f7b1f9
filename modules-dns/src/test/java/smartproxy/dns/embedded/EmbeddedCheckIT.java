package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck.Host;
import smartproxy.core.api.Store;
import smartproxy.dns.RecordType;

/** What the live check says of a provider that was built and not started. */
class EmbeddedCheckIT {
    @TempDir
    Path directory;

    @Test
    void readsTheStoreOfARunningOne() throws Exception {
        var zones = List.of("example.com", "example.net");
        try (var server = TestServer.start(directory, Map.of("zones", zones))) {
            server.create("a.example.com", RecordType.A, "192.0.2.1");
            server.create("ns1.example.com", RecordType.A, "192.0.2.2");

            assertThat(look(server.store(), Map.of("zones", List.of("example.com"), "listen", "127.0.0.1:5301")))
                    .containsExactly(
                            "ok: dns_embedded listen: 127.0.0.1:5301 udp",
                            "ok: dns_embedded listen: 127.0.0.1:5301 tcp",
                            "ok: dns_embedded zone example.com: 2 records in the store",
                            "warning: dns_embedded zone example.net: 0 records in the store are not served;"
                                    + " add it to :zones:, if it is to be served");
        }
    }

    @Test
    void isContentWithAnEmptyStoreButForTheNameServersAddress() throws Exception {
        try (var store = TestStore.open(directory.resolve("store.db"))) {
            var settings = Map.<String, Object>of("zones", List.of("example.com"), "listen", "127.0.0.1:5301");
            assertThat(look(store, settings))
                    .contains(
                            "ok: dns_embedded zone example.com: new, nothing in the store yet",
                            "warning: dns_embedded name server ns1.example.com: lies in a zone served here and has no"
                                    + " address; create its A or AAAA record, or correct :name_servers:");
        }
    }

    @Test
    void tellsOfAZoneThatWasAskedForAndIsNotServed() throws Exception {
        try (var store = TestStore.open(directory.resolve("store.db"))) {
            var settings = Map.<String, Object>of("zones", List.of("example.com"), "listen", "127.0.0.1:5301");
            assertThat(look(store, settings, "www.example.com", "example.org", "badexample.com"))
                    .filteredOn(line -> line.startsWith("error: "))
                    .containsExactly(
                            "error: dns_embedded: serves no zone for 'example.org'; add it to :zones:",
                            "error: dns_embedded: serves no zone for 'badexample.com'; add it to :zones:");
        }
    }

    @Test
    void tellsThatTheStoreCannotBeRead() throws Exception {
        var broken = new Store() {
            @Override
            public void migrate(String owner, List<String> statements) {
                throw new UnsupportedOperationException();
            }

            @Override
            public <T> T transaction(Work<T> work) throws SQLException {
                throw new SQLException("store x: permission denied");
            }
        };
        assertThat(look(broken, Map.of("listen", "127.0.0.1:5301")))
                .contains("error: dns_embedded store: store x: permission denied; see docs/health.md");
    }

    private static List<String> look(Store store, Map<String, Object> settings, String... asked) throws Exception {
        var provider = (EmbeddedDnsProvider)
                new EmbeddedFactory().create(TestServer.settings(settings), new TestContext(store));
        var host = new Host() {
            @Override
            public List<String> asked() {
                return List.of(asked);
            }

            @Override
            public List<String> likely() {
                return List.of();
            }

            @Override
            public Finding port(String what, boolean tcp, InetSocketAddress address) {
                return Finding.ok(what, Endpoints.text(address) + (tcp ? " tcp" : " udp"));
            }
        };
        return provider.probe(host, Deadline.in(Duration.ofSeconds(10))).stream()
                .map(Finding::toString)
                .toList();
    }
}
