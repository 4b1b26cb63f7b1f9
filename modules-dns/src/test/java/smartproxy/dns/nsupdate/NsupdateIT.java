package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.dns.DnsProvider.Creation;
import smartproxy.dns.DnsProvider.Creation.Created;
import smartproxy.dns.DnsProvider.Creation.Occupied;
import smartproxy.dns.DnsProvider.Removal;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.LabBind;
import smartproxy.dns.RecordType;

/** Changes in a real BIND, read back by dig. */
class NsupdateIT {
    private static final String SECRET =
            "bGFib25seWxhYm9ubHlsYWJvbmx5bGFib25seWxhYm9ubHlsYWJvbmx5bGFib25seWxhYm9ubHlsYWJvbmx5bGE=";

    @TempDir
    static Path directory;

    @TempDir
    Path keys;

    static LabBind bind;
    static Provider dns;

    @BeforeAll
    static void start() {
        bind = LabBind.start(directory);
        dns = provider("sha256");
    }

    @AfterAll
    static void stop() {
        dns.close();
        bind.close();
    }

    private static Provider provider(String key) {
        return Provider.of("127.0.0.1", bind.port(), bind.key(key));
    }

    @ParameterizedTest
    @CsvSource({
        "r1.example.com, A, 192.0.2.1, 192.0.2.2, 192.0.2.1",
        "r2.example.com, AAAA, 2001:db8::1, 2001:db8:0:0:1::1, 2001:db8::1",
        "r3.example.com, CNAME, R1.example.com, r2.example.com, R1.example.com.",
        "7.2.0.192.in-addr.arpa, PTR, R1.example.com, r2.example.com, R1.example.com.",
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa, PTR, r1.example.com, r2.example.com, r1.example.com.",
    })
    void createsOnceAndRemoves(String name, RecordType type, String data, String other, String shown) {
        assertThat(dns.create(name, type, data)).isEqualTo(new Created());
        assertThat(bind.read(name, type.name())).containsExactly(shown);

        for (var wanted : List.of(data, other)) {
            var occupied = (Occupied) dns.create(name, type, wanted);
            assertThat(occupied.present()).singleElement().satisfies(present -> {
                assertThat(present.isSameAs(Provider.record(name, type, data))).isTrue();
                assertThat(present.ttl()).isEqualTo(3600);
            });
        }
        assertThat(bind.read(name, type.name())).containsExactly(shown);

        assertThat(dns.remove(name, type)).isEqualTo(Removal.REMOVED);
        assertThat(bind.read(name, type.name())).isEmpty();
        assertThat(dns.remove(name, type)).isEqualTo(Removal.ABSENT);
    }

    @Test
    void servicesJoin() {
        var name = "_sip._tcp.example.com";
        assertThat(dns.create(name, RecordType.SRV, "0 5 5060 sip1.example.com"))
                .isEqualTo(new Created());
        assertThat(dns.create(name, RecordType.SRV, "1 5 5060 sip2.example.com"))
                .isEqualTo(new Created());
        assertThat(dns.create(name, RecordType.SRV, "0 5 5060 sip1.example.com"))
                .isEqualTo(new Created());
        assertThat(bind.read(name, "SRV")).containsExactly("0 5 5060 sip1.example.com.", "1 5 5060 sip2.example.com.");
        assertThatThrownBy(() -> dns.create(name, RecordType.SRV, "0 5 5060 _no_host.example.com"))
                .satisfies(thrown -> rejected(thrown, "REFUSED", "check-names"));
        assertThat(dns.remove(name, RecordType.SRV)).isEqualTo(Removal.REMOVED);
        assertThat(bind.read(name, "SRV")).isEmpty();
    }

    @Test
    void onlyTheNamedSetIsRemoved() {
        dns.create("two.example.com", RecordType.A, "192.0.2.3");
        dns.create("two.example.com", RecordType.AAAA, "2001:db8::3");
        assertThat(dns.remove("two.example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
        assertThat(bind.read("two.example.com", "AAAA")).containsExactly("2001:db8::3");
    }

    @Test
    void anAliasIsInTheWayOfEverything() {
        dns.create("target.example.com", RecordType.A, "192.0.2.4");
        dns.create("alias.example.com", RecordType.CNAME, "target.example.com");

        assertThat(dns.create("alias.example.com", RecordType.A, "192.0.2.5"))
                .isEqualTo(new Occupied(List.of(Provider.record("alias.example.com", RecordType.A, "192.0.2.4"))))
                .satisfies(found ->
                        assertThat(((Occupied) found).present().get(0).data()).isEqualTo("192.0.2.4"));
        assertThat(dns.create("alias.example.com", RecordType.AAAA, "2001:db8::5"))
                .isEqualTo(new Occupied(List.of()));
        assertThat(dns.create("alias.example.com", RecordType.SRV, "0 0 1 target.example.com"))
                .isEqualTo(new Occupied(List.of()));
        assertThat(bind.read("alias.example.com", "CNAME")).containsExactly("target.example.com.");
    }

    @Test
    void anAliasBesideDataIsRefusedAsBindWouldDropItSilently() {
        dns.create("data.example.com", RecordType.AAAA, "2001:db8::6");
        assertThat(dns.create("data.example.com", RecordType.CNAME, "target.example.com"))
                .isEqualTo(new Occupied(List.of()));
        assertThat(bind.read("data.example.com", "CNAME")).isEmpty();
    }

    @Test
    void theApexOfAZone() {
        assertThat(dns.create("example.com", RecordType.A, "192.0.2.6")).isEqualTo(new Created());
        assertThat(dns.create("example.com", RecordType.CNAME, "a.example.com")).isEqualTo(new Occupied(List.of()));
        assertThat(dns.remove("example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
        assertThat(bind.read("example.com", "SOA")).hasSize(1);
    }

    @Test
    void aNameAtAZoneCutBelongsToTheChild() {
        // so that the parent's zone is remembered for the siblings, of which the cut is one
        dns.create("sibling.example.com", RecordType.A, "192.0.2.7");

        assertThat(dns.create("sub.example.com", RecordType.A, "192.0.2.88")).isEqualTo(new Created());
        assertThat(dns.create("x.sub.example.com", RecordType.A, "192.0.2.9")).isEqualTo(new Created());
        assertThat(bind.transfer("sub.example.com"))
                .contains("sub.example.com. 3600 IN A 192.0.2.88", "x.sub.example.com. 3600 IN A 192.0.2.9");
        assertThat(bind.transfer("example.com")).noneMatch(line -> line.contains("192.0.2.88"));
        assertThat(dns.remove("sub.example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
        assertThat(dns.remove("sub.example.com", RecordType.A)).isEqualTo(Removal.ABSENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"elsewhere.example.com", "a.elsewhere.example.com", "a.example.org", "org"})
    void aNameOfNoServedZoneIsRejected(String name) {
        dns.create("sibling2.example.com", RecordType.A, "192.0.2.7");

        assertThatThrownBy(() -> dns.create(name, RecordType.A, "192.0.2.1"))
                .satisfies(thrown -> rejected(thrown, "127.0.0.1:" + bind.port() + " serves no zone for " + name));
        assertThatThrownBy(() -> dns.remove(name, RecordType.A))
                .satisfies(thrown -> rejected(thrown, "serves no zone for " + name));
    }

    @Test
    void theSoaOfAnAliasIsNotTakenForItsZone() {
        dns.create("alias.sub.example.com", RecordType.CNAME, "target2.example.com");
        try (var fresh = provider("sha256")) {
            assertThat(fresh.remove("alias.sub.example.com", RecordType.CNAME)).isEqualTo(Removal.REMOVED);
        }
        assertThat(bind.transfer("sub.example.com")).noneMatch(line -> line.startsWith("alias"));
    }

    @Test
    void aLockedZoneIsRejectedUnlessTheRecordIsThere() {
        assertThatThrownBy(() -> dns.create("a.locked.example.net", RecordType.A, "192.0.2.1"))
                .satisfies(thrown -> rejected(
                        thrown,
                        "zone locked.example.net",
                        "REFUSED",
                        "key sha256 (hmac-sha256)",
                        "update-policy or allow-update"));
        assertThatThrownBy(() -> dns.remove("there.locked.example.net", RecordType.A))
                .satisfies(thrown -> rejected(thrown, "REFUSED"));
        assertThat(dns.create("there.locked.example.net", RecordType.A, "192.0.2.99"))
                .isEqualTo(new Occupied(
                        List.of(Provider.record("there.locked.example.net", RecordType.A, "192.0.2.99")).stream()
                                .map(record -> new DnsRecord(record.name(), record.type(), record.data(), 300))
                                .toList()));
    }

    @Test
    void aKeyWithoutGrantIsRejected() {
        try (var powerless = provider("powerless")) {
            assertThatThrownBy(() -> powerless.create("p.example.com", RecordType.A, "192.0.2.1"))
                    .satisfies(thrown -> rejected(thrown, "REFUSED", "key powerless"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha256-128", "sha512-256"})
    void signsWithEveryAlgorithm(String key) {
        try (var signed = provider(key)) {
            var name = "key-" + key + ".example.com";
            assertThat(signed.create(name, RecordType.A, "192.0.2.1")).isEqualTo(new Created());
            assertThat(signed.remove(name, RecordType.A)).isEqualTo(Removal.REMOVED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "private"})
    void takesThePairOfDnssecKeygen(String half) throws IOException {
        Files.writeString(keys.resolve("Ksha256.+163+12345.key"), "sha256. IN KEY 512 3 163 " + SECRET + "\n");
        Files.writeString(
                keys.resolve("Ksha256.+163+12345.private"),
                "Private-key-format: v1.3\nAlgorithm: 163 (HMAC_SHA256)\nKey: " + SECRET + "\nBits: AAA=\n");
        try (var signed = Provider.of("127.0.0.1", bind.port(), keys.resolve("Ksha256.+163+12345." + half))) {
            assertThat(signed.create("pair-" + half + ".example.com", RecordType.A, "192.0.2.1"))
                    .isEqualTo(new Created());
        }
    }

    @Test
    void worksUnsignedWhereTheServerAllowsIt() {
        var name = "2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa";
        try (var unsigned = Provider.of("127.0.0.1", bind.port(), null)) {
            assertThat(unsigned.create(name, RecordType.PTR, "u.example.com")).isEqualTo(new Created());
            assertThat(unsigned.remove(name, RecordType.PTR)).isEqualTo(Removal.REMOVED);
            assertThatThrownBy(() -> unsigned.create("u.example.com", RecordType.A, "192.0.2.1"))
                    .satisfies(thrown -> rejected(thrown, "REFUSED", "set dns_key"));
        }
    }

    @Test
    void aWrongSecretIsNamed() throws IOException {
        var file = keys.resolve("wrong.key");
        Files.writeString(file, "key sha256 { algorithm hmac-sha256; secret \"AAAAAAAA\"; };");
        try (var wrong = Provider.of("127.0.0.1", bind.port(), file)) {
            assertThatThrownBy(() -> wrong.create("w.example.com", RecordType.A, "192.0.2.1"))
                    .satisfies(thrown -> rejected(thrown, "BADSIG", "key sha256 (hmac-sha256)", "dns_key"));
        }
    }

    @Test
    void anUnknownKeyIsNamed() throws IOException {
        var file = keys.resolve("unknown.key");
        Files.writeString(file, "key nobody { algorithm hmac-sha256; secret \"" + SECRET + "\"; };");
        try (var unknown = Provider.of("127.0.0.1", bind.port(), file)) {
            assertThatThrownBy(() -> unknown.create("w.example.com", RecordType.A, "192.0.2.1"))
                    .satisfies(thrown -> rejected(thrown, "BADKEY", "key nobody (hmac-sha256)"));
        }
    }

    @ParameterizedTest
    @CsvSource({"-1000, ahead of", "1000, behind"})
    void aSkewedClockIsTold(int seconds, String word) {
        var skewed = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(seconds));
        try (var late = Provider.of("127.0.0.1", bind.port(), bind.key("sha256"), skewed)) {
            assertThatThrownBy(() -> late.create("w.example.com", RecordType.A, "192.0.2.1"))
                    .satisfies(thrown -> rejected(thrown, "BADTIME", word + " ours", "synchronise"))
                    .hasMessageMatching(".*clock is (99\\d|10[01]\\d) s .*");
        }
    }

    @Test
    void worksOverIpv6() {
        try (var v6 = Provider.of("::1", bind.port(), bind.key("sha256"))) {
            assertThat(v6.create("v6.example.com", RecordType.A, "192.0.2.1")).isEqualTo(new Created());
        }
    }

    @Test
    void aMessageTooLongForUdpGoesByTcp() {
        var label = "a123456789b123456789c123456789d123456789e123456789f123456789";
        var name = String.join(".", label, label, label, "example.com");
        var target = String.join(".", label.toUpperCase(Locale.ROOT), label, label, "example.org");
        try (var signed = provider("sha512")) {
            assertThat(signed.create(name, RecordType.CNAME, target)).isEqualTo(new Created());
        }
        assertThat(bind.read(name, "CNAME")).containsExactly(target + ".");
    }

    @Test
    void ofEightCreatesOfOneNameOneWins() throws Exception {
        race("race", () -> dns);
    }

    @Test
    void ofEightProxiesThatCreateOneNameOneWins() throws Exception {
        var proxies = new ArrayList<Provider>();
        try {
            race("races", () -> {
                var proxy = provider("sha256");
                synchronized (proxies) {
                    proxies.add(proxy);
                }
                return proxy;
            });
        } finally {
            proxies.forEach(Provider::close);
        }
    }

    private static void race(String label, Callable<Provider> proxy) throws Exception {
        var threads = Executors.newFixedThreadPool(8);
        try {
            for (var round = 0; round < 5; round++) {
                var name = label + round + ".example.com";
                var barrier = new CyclicBarrier(8);
                var results = new ArrayList<Future<Creation>>();
                for (var i = 1; i <= 8; i++) {
                    var address = "192.0.2." + i;
                    results.add(threads.submit(() -> {
                        var dns = proxy.call();
                        barrier.await();
                        return dns.create(name, RecordType.A, address);
                    }));
                }
                var created = 0;
                for (var result : results) {
                    created += result.get() instanceof Created ? 1 : 0;
                }
                assertThat(created).isEqualTo(1);
                assertThat(bind.read(name, "A")).hasSize(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static void rejected(Throwable thrown, String... words) {
        assertThat(thrown).isInstanceOfSatisfying(BackendException.class, e -> {
            assertThat(e.kind()).isEqualTo(Kind.REJECTED);
            assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED);
            assertThat(e).hasMessageContainingAll(words).hasMessageStartingWith("dns_nsupdate: ");
        });
    }
}
