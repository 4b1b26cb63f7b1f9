package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.net.BindException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CommitUnknownException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.StartException;
import smartproxy.core.api.Store;
import smartproxy.core.daemon.FreePorts;
import smartproxy.dns.DnsClient;
import smartproxy.dns.DnsProvider.Creation;
import smartproxy.dns.DnsProvider.Removal;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** Start, reload, end and faults of the provider. */
final class EmbeddedDnsProviderIT {
    @TempDir
    Path directory;

    @Test
    void saysWhichZonesItHas() throws Exception {
        try (var server = TestServer.start(directory, Map.of("zones", List.of("example.com", "example.net")))) {
            assertThatThrownBy(() -> server.create("host.example.org", RecordType.A, "192.0.2.1"))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("host.example.org")
                    .hasMessageContaining("example.com, example.net")
                    .hasMessageContaining("dns_embedded.yml");
        }
    }

    @Test
    void refusesWhatCannotBeWrittenIntoAnAnswer() throws Exception {
        try (var server = TestServer.start(directory, Map.of())) {
            for (var data : List.of("192.0.2", "x y", "", "2001:db8::1")) {
                var refused = catchThrowableOfType(
                        BackendException.class, () -> server.create("host.example.com", RecordType.A, data));
                assertThat(refused.kind()).isEqualTo(Kind.REJECTED);
            }
            var negative = new DnsRecord(
                    TestServer.record("host.example.com", RecordType.A, "").name(), RecordType.A, "192.0.2.1", -1);
            assertThatThrownBy(() -> server.provider().create(negative, TestServer.soon()))
                    .hasMessageContaining("TTL");
            assertThat(server.answered("host.example.com", RecordType.A)).isEmpty();
        }
    }

    @Test
    void aRestartKeepsRecordsCaseAndSerial() throws Exception {
        long serial;
        try (var server = TestServer.start(directory, Map.of())) {
            var first = server.serial("example.com");
            server.create("Host.example.com", RecordType.A, "192.0.2.1");
            server.create("Host.example.com", RecordType.AAAA, "2001:db8::1");
            server.create("gone.example.com", RecordType.A, "192.0.2.1");
            server.remove("gone.example.com", RecordType.A);
            serial = server.serial("example.com");
            assertThat(serial).isEqualTo(first + 4);
        }
        try (var server = TestServer.start(directory, Map.of())) {
            assertThat(server.serial("example.com")).isEqualTo(serial);
            assertThat(server.answered("host.example.com", RecordType.A))
                    .containsExactly(TestServer.record("Host.example.com", RecordType.A, "192.0.2.1"))
                    .extracting(record -> record.name().toString())
                    .containsExactly("Host.example.com");
            assertThat(server.answered("host.example.com", RecordType.AAAA)).hasSize(1);
            assertThat(server.answered("gone.example.com", RecordType.A)).isEmpty();
        }
    }

    @Test
    void whatChangesNothingLeavesTheSerial() throws Exception {
        try (var server = TestServer.start(directory, Map.of())) {
            server.create("_a._tcp.example.com", RecordType.SRV, "1 1 1 a.example.com");
            var serial = server.serial("example.com");
            server.create("_a._tcp.example.com", RecordType.SRV, "1 1 1 A.example.com");
            server.create("_a._tcp.example.com", RecordType.CNAME, "a.example.com");
            assertThat(server.remove("none.example.com", RecordType.A)).isEqualTo(Removal.ABSENT);
            assertThat(server.serial("example.com")).isEqualTo(serial);
        }
    }

    @Test
    void newNameServersGiveANewSerialOnce() throws Exception {
        long serial;
        try (var server = TestServer.start(directory, Map.of())) {
            serial = server.serial("example.com");
        }
        for (var start = 0; start < 2; start++) {
            try (var server = TestServer.start(directory, Map.of("name_servers", "ns9.example.com"))) {
                assertThat(server.serial("example.com")).isEqualTo(serial + 1);
            }
        }
    }

    @Test
    void aZoneTakenOutAndPutBackHasItsRecords() throws Exception {
        try (var server = TestServer.start(directory, Map.of("zones", List.of("example.com", "example.net")))) {
            server.create("host.example.net", RecordType.A, "192.0.2.1");
        }
        try (var server = TestServer.start(directory, Map.of("zones", "example.com"))) {
            assertThat(server.client()
                            .udp(DnsClient.query("host.example.net", Type.A))
                            .getRcode())
                    .isEqualTo(Rcode.REFUSED);
        }
        try (var server = TestServer.start(directory, Map.of("zones", List.of("example.com", "example.net")))) {
            assertThat(server.answered("host.example.net", RecordType.A)).hasSize(1);
        }
    }

    @Test
    void aPortInUseIsNamedWithAdvice() throws Exception {
        var port = FreePorts.next();
        try (var taken = new DatagramSocket(TestServer.loopback(port))) {
            assertThatThrownBy(() -> TestServer.start(directory, Map.of("listen", "127.0.0.1:" + port)))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("UDP")
                    .hasMessageContaining("in use")
                    .hasMessageContaining("dns_embedded.yml");
        }
        try (var taken = new ServerSocket()) {
            taken.bind(TestServer.loopback(port));
            assertThatThrownBy(() -> TestServer.start(directory, Map.of("listen", "127.0.0.1:" + port)))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("TCP");
        }
        TestServer.start(directory, Map.of("listen", "127.0.0.1:" + port)).close();
    }

    @Test
    void anAddressTheHostLacksIsNamed() {
        assertThatThrownBy(() -> TestServer.start(directory, Map.of("listen", "192.0.2.77:5300")))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("192.0.2.77:5300")
                .hasMessageContaining("give the host that address");
    }

    @Test
    void givesEverythingBack() throws Exception {
        var server = TestServer.start(directory, Map.of("transfer_to", "127.0.0.1:9"));
        server.provider().close();
        assertThat(server.context().resources()).isZero();
        assertThat(server.context().health("dns server").ok()).isFalse();
        var late = catchThrowableOfType(
                BackendException.class, () -> server.create("host.example.com", RecordType.A, "192.0.2.1"));
        assertThat(late.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        // A process that another test starts just now holds a copy of the socket until it runs its own program.
        await().ignoreExceptionsInstanceOf(BindException.class).untilAsserted(() -> {
            try (var again = new ServerSocket()) {
                again.bind(server.client().server());
                assertThat(again.isBound()).isTrue();
            }
        });
        server.close();
    }

    @Test
    void healthCountsZonesAndRecords() throws Exception {
        try (var server = TestServer.start(directory, Map.of("zones", "example.com"))) {
            server.create("host.example.com", RecordType.A, "192.0.2.1");
            var health = server.context().health("dns server");
            assertThat(health.ok()).isTrue();
            assertThat(health.detail()).contains("1 zones with 1 records").contains("127.0.0.1:");
        }
    }

    /** A store that fails before or after the work of a transaction, or does something else first. */
    private static final class Failing implements Store {
        private final Store store;
        private volatile boolean before;
        private volatile boolean atCommit;
        boolean undone;
        Runnable first = () -> {};

        Failing(Store store) {
            this.store = store;
        }

        @Override
        public void migrate(String owner, List<String> statements) throws SQLException {
            store.migrate(owner, statements);
        }

        @Override
        public <T> T transaction(Work<T> work) throws SQLException {
            if (before) {
                throw new SQLException("disk is full");
            }
            first.run();
            return store.transaction(connection -> {
                var result = work.run(connection);
                if (undone) {
                    throw new SQLException("disk is full");
                }
                if (atCommit) {
                    throw new CommitUnknownException("disk is gone", new SQLException("disk is gone"));
                }
                return result;
            });
        }
    }

    @Test
    void aFailingStoreIsToldAndChangesNothing() throws Exception {
        try (var disk = TestStore.open(directory.resolve("store.db"))) {
            var store = new Failing(disk);
            var settings = TestServer.settings(Map.of("listen", "127.0.0.1:" + FreePorts.next()));
            var provider = (EmbeddedDnsProvider) new EmbeddedFactory().create(settings, new TestContext(store));
            try {
                provider.start();
                var record = TestServer.record("host.example.com", RecordType.A, "192.0.2.1");
                store.before = true;
                var refused =
                        catchThrowableOfType(BackendException.class, () -> provider.create(record, TestServer.soon()));
                assertThat(refused).hasMessageContaining("disk is full").hasMessageContaining("host.example.com A");
                assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
                assertThat(refused.kind()).isEqualTo(Kind.UNAVAILABLE);
                store.before = false;
                store.undone = true;
                var undone =
                        catchThrowableOfType(BackendException.class, () -> provider.create(record, TestServer.soon()));
                assertThat(undone.outcome()).isEqualTo(Outcome.NOT_APPLIED);
                assertThat(undone).hasMessageEndingWith("disk is full; nothing was changed");
                store.undone = false;
                store.atCommit = true;
                var unknown =
                        catchThrowableOfType(BackendException.class, () -> provider.create(record, TestServer.soon()));
                assertThat(unknown.outcome()).isEqualTo(Outcome.UNKNOWN);
                store.atCommit = false;
                var client = new DnsClient(settings.listen().get(0));
                assertThat(client.records(record.name(), RecordType.A)).isEmpty();
                assertThat(provider.create(record, TestServer.soon())).isEqualTo(new Creation.Created());
                assertThat(client.records(record.name(), RecordType.A)).hasSize(1);
            } finally {
                provider.close();
            }
        }
    }

    @Test
    void aStoreThatCannotBeReadFailsTheStart() throws Exception {
        try (var disk = TestStore.open(directory.resolve("store.db"))) {
            var store = new Failing(disk);
            store.before = true;
            var settings = TestServer.settings(Map.of("listen", "127.0.0.1:" + FreePorts.next()));
            var provider = (EmbeddedDnsProvider) new EmbeddedFactory().create(settings, new TestContext(store));
            assertThatThrownBy(provider::start)
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("disk is full");
            provider.close();
        }
    }

    @Test
    void aReloadLosesNoQueryAndNoChange() throws Exception {
        try (var server = TestServer.start(directory, Map.of())) {
            server.create("host.example.com", RecordType.A, "192.0.2.1");
            var stop = new AtomicBoolean();
            var asked = new AtomicInteger();
            var asking = CompletableFuture.supplyAsync(() -> {
                var lost = 0;
                while (!stop.get()) {
                    var query = DnsClient.query("host.example.com", Type.A);
                    var answer = asked.incrementAndGet() % 4 == 0
                            ? server.client().tcp(query)
                            : server.client().udp(query);
                    lost += answer.getSection(Section.ANSWER).size() == 1 ? 0 : 1;
                }
                return lost;
            });
            await().until(() -> asked.get() > 0);
            var current = server.provider();
            for (var reload = 0; reload < 50; reload++) {
                var next = new EmbeddedDnsProvider(server.settings(), server.context());
                next.start();
                current.create(
                        TestServer.record("late" + reload + ".example.com", RecordType.A, "192.0.2.1"),
                        TestServer.soon());
                current.close();
                current = next;
                assertThat(server.answered("late" + reload + ".example.com", RecordType.A))
                        .hasSize(1);
            }
            stop.set(true);
            assertThat(asking.get(60, TimeUnit.SECONDS)).isZero();
            current.close();
        }
    }

    @Test
    void aReloadThatIsGivenUpLeavesTheOldOneServing() throws Exception {
        try (var server = TestServer.start(directory, Map.of("zones", "example.com"))) {
            server.create("host.example.com", RecordType.A, "192.0.2.1");
            var listen = Endpoints.text(server.client().server());
            var other = TestServer.settings(Map.of("listen", listen, "zones", "example.net"));
            var next = new EmbeddedDnsProvider(other, server.context());
            next.start();
            assertThat(server.client()
                            .udp(DnsClient.query("host.example.com", Type.A))
                            .getRcode())
                    .isEqualTo(Rcode.REFUSED);
            next.close();
            assertThat(server.answered("host.example.com", RecordType.A)).hasSize(1);
        }
    }

    @Test
    void aReloadThatFailsLeavesTheNewSerialToTheOneThatDoesNot() throws Exception {
        try (var server = TestServer.start(directory, Map.of())) {
            var serial = server.serial("example.com");
            var failing = TestServer.settings(Map.of("listen", "192.0.2.77:5300", "name_servers", "ns9.example.com"));
            var failed = new EmbeddedDnsProvider(failing, server.context());
            assertThatThrownBy(failed::start).isInstanceOf(StartException.class);
            failed.close();
            assertThat(server.serial("example.com")).isEqualTo(serial);

            var listen = Endpoints.text(server.client().server());
            var mended = TestServer.settings(Map.of("listen", listen, "name_servers", "ns9.example.com"));
            var next = new EmbeddedDnsProvider(mended, server.context());
            next.start();
            assertThat(server.serial("example.com")).isEqualTo(serial + 1);
            next.close();
        }
    }

    @Test
    void aChangeUnderWayAtTheEndKeepsToTheRules() throws Exception {
        try (var disk = TestStore.open(directory.resolve("store.db"))) {
            var store = new Failing(disk);
            var settings = TestServer.settings(Map.of("listen", "127.0.0.1:" + FreePorts.next()));
            var provider = (EmbeddedDnsProvider) new EmbeddedFactory().create(settings, new TestContext(store));
            provider.start();
            store.first = provider::close;
            var alias = TestServer.record("example.com", RecordType.CNAME, "www.example.com");
            assertThat(provider.create(alias, TestServer.soon())).isEqualTo(new Creation.Occupied(List.of()));
        }
    }

    @Test
    void whatWasAnsweredSurvivesAKill() throws Exception {
        var log = directory.resolve("answered");
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Creating.class.getName(),
                        directory.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            await().atMost(Duration.ofMinutes(3))
                    .until(() -> !child.isAlive() || answered(log).size() > 200);
        } finally {
            child.destroyForcibly();
        }
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var answered = answered(log);
        assertThat(answered).hasSizeGreaterThan(200);
        try (var server = TestServer.start(directory, Map.of("transfer_to", "127.0.0.1"))) {
            var there = new HashSet<String>();
            for (var message : server.client().transfer("example.com")) {
                message.getSection(Section.ANSWER)
                        .forEach(record -> there.add(record.getName().toString(true)));
            }
            assertThat(there).containsAll(answered);
        }
    }

    private static List<String> answered(Path log) throws Exception {
        var names = new ArrayList<String>();
        if (Files.exists(log)) {
            for (var line : Files.readAllLines(log)) {
                if (line.startsWith("answered ") && line.endsWith(" .")) {
                    names.add(line.substring("answered ".length(), line.length() - 2));
                }
            }
        }
        return names;
    }

    /** Creates records and says so until it is killed. */
    static final class Creating {
        private Creating() {}

        public static void main(String[] args) throws Exception {
            try (var server = TestServer.start(Path.of(args[0]), Map.of())) {
                for (var i = 0; i < 100_000; i++) {
                    var name = "h" + i + ".example.com";
                    server.provider()
                            .create(
                                    TestServer.record(name, RecordType.A, "192.0.2.1"),
                                    Deadline.in(Duration.ofSeconds(10)));
                    System.out.println("answered " + name + " .");
                }
            }
        }
    }
}
