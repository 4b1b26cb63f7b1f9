package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Rcode;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck.Host;
import smartproxy.core.api.StartException;
import smartproxy.dns.LabBind;

/** What the live check says of a real BIND, and that it leaves no trace there. */
class ServerCheckIT {
    private static final List<String> NOBODY = List.of();

    @TempDir
    static Path directory;

    @TempDir
    Path keys;

    static LabBind bind;

    @BeforeAll
    static void start() {
        bind = LabBind.start(directory);
    }

    @AfterAll
    static void stop() {
        bind.close();
    }

    @Test
    void aGoodKeyMayChangeItsZones() {
        var before = List.of(
                bind.read("example.com", "SOA"), bind.transfer("example.com"), bind.read("sub.example.com", "SOA"));

        var lines = look(bind.key("sha256"), "example.com", "www.sub.example.com", "7.2.0.192.in-addr.arpa");

        assertThat(lines)
                .hasSize(5)
                .allMatch(line -> line.startsWith("ok: dns_nsupdate 127.0.0.1:" + bind.port()))
                .anyMatch(line -> line.endsWith("answers, and takes key sha256 (hmac-sha256)"))
                .anyMatch(line -> line.contains("its clock and ours differ by "))
                .anyMatch(line -> line.contains(" zone example.com: key sha256 (hmac-sha256) may change it"))
                .anyMatch(line -> line.contains(" zone sub.example.com: "))
                .anyMatch(line -> line.contains(" zone 2.0.192.in-addr.arpa: ") && line.contains("with a PTR record"));
        assertThat(List.of(
                        bind.read("example.com", "SOA"),
                        bind.transfer("example.com"),
                        bind.read("sub.example.com", "SOA")))
                .isEqualTo(before);
        assertThat(directory.resolve("zones/example.com.jnl")).doesNotExist();
    }

    @Test
    void aKeyWithoutPowerIsRefusedByEitherPolicy() {
        // update-policy, which is looked at record by record, and allow-update
        assertThat(look(bind.key("powerless"), "example.com", "sub.example.com"))
                .filteredOn(line -> line.startsWith("error: ") && line.contains("REFUSED: the server's policy refuses"))
                .hasSize(2);
    }

    @Test
    void aLockedZoneIsRefused() {
        assertThat(look(bind.key("sha256"), "locked.example.net"))
                .anyMatch(line -> line.startsWith("error: ")
                        && line.contains("zone locked.example.net: REFUSED")
                        && line.contains("see update-policy or allow-update"));
    }

    @Test
    void aWrongSecretIsNamed() throws Exception {
        assertThat(look(changed("bGFi", "cGFi"), "example.com"))
                .singleElement()
                .asString()
                .contains("BADSIG: the server has another secret for key sha256 (hmac-sha256) than dns_key");
    }

    @Test
    void anUnknownKeyIsNamed() throws Exception {
        assertThat(look(changed("\"sha256\"", "\"nobody\""), "example.com"))
                .singleElement()
                .asString()
                .contains("BADKEY: the server does not know key nobody (hmac-sha256)");
    }

    @Test
    void withoutAKeyItSaysWhatMayBeChangedByAnybodyHere() {
        assertThat(look(null, "8.b.d.0.1.0.0.2.ip6.arpa", "example.com"))
                .anyMatch(line -> line.startsWith("warning: ") && line.contains("updates are not signed; set dns_key"))
                .anyMatch(line -> line.contains("8.b.d.0.1.0.0.2.ip6.arpa: may be changed without a key"))
                .anyMatch(line -> line.startsWith("error: ") && line.contains("zone example.com: REFUSED"));
    }

    @Test
    void aZoneThatIsNotThereIsAnErrorWhenAskedFor() {
        assertThat(look(bind.key("sha256"), "example.org", "no name"))
                .anyMatch(line -> line.startsWith("error: ") && line.contains("serves no zone for example.org"))
                .anyMatch(line -> line.startsWith("error: ") && line.contains("'no name' is no DNS name"));
    }

    @Test
    void ofLikelyNamesOnlyThoseServedCount() {
        var key = bind.key("sha256");
        assertThat(probe(bind.port(), key, Clock.systemUTC(), NOBODY, List.of("x.example.org", "y.example.com")))
                .filteredOn(line -> line.contains(" zone "))
                .singleElement()
                .asString()
                .startsWith("ok: ")
                .contains("zone example.com");
        assertThat(probe(bind.port(), key, Clock.systemUTC(), NOBODY, List.of("locked.example.net")))
                .anyMatch(line -> line.startsWith("warning: ") && line.contains("fine if Foreman does not manage"));
        assertThat(probe(bind.port(), key, Clock.systemUTC(), NOBODY, List.of("x.example.org")))
                .anyMatch(line -> line.startsWith("warning: ") && line.endsWith("name a zone: --zone example.com"));
    }

    @Test
    void differentClocksAreTold() {
        var late = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-1));
        assertThat(probe(bind.port(), bind.key("sha256"), late, List.of("example.com"), NOBODY))
                .anyMatch(line -> line.startsWith("warning: ")
                        && line.contains("clock and ours differ by ")
                        && line.contains("dns_tsig_fudge_slack"));
        var wrong = Clock.offset(Clock.systemUTC(), Duration.ofHours(-2));
        assertThat(probe(bind.port(), bind.key("sha256"), wrong, List.of("example.com"), NOBODY))
                .singleElement()
                .asString()
                .startsWith("error: ")
                .contains("BADTIME", "synchronise the clocks");
    }

    @Test
    void aServerThatKnowsNoTsigIsAnError() throws Exception {
        try (var server = new FakeServer(null)) {
            server.onQuery = asked -> asked.reply()
                    .send(FakeServer.unsigned(asked.message(), Rcode.FORMERR).toWire());
            assertThat(probe(server.port(), bind.key("sha256"), Clock.systemUTC(), List.of("example.com"), NOBODY))
                    .first()
                    .asString()
                    .isEqualTo("error: dns_nsupdate 127.0.0.1:" + server.port()
                            + ": answers FORMERR without a signature: it does not know TSIG, or hmac-sha256; use another"
                            + " algorithm, or another server");
        }
    }

    @Test
    void aServerThatIsAwayIsAnError(@TempDir Path other) {
        try (var away = LabBind.start(other)) {
            away.stop();
            assertThat(probe(away.port(), away.key("sha256"), Clock.systemUTC(), List.of("example.com"), NOBODY))
                    .singleElement()
                    .asString()
                    .startsWith("error: dns_nsupdate 127.0.0.1:" + away.port())
                    .contains("is it running, and open to this host");
        }
    }

    private static List<String> look(@Nullable Path key, String... zones) {
        return probe(bind.port(), key, Clock.systemUTC(), List.of(zones), NOBODY);
    }

    /** As {@code check} does it: built, never started. */
    private static List<String> probe(
            int port, @Nullable Path key, Clock clock, List<String> asked, List<String> likely) {
        try {
            var settings = Provider.settings("127.0.0.1", port, key);
            var provider = new NsupdateProvider(
                    settings, key == null ? null : KeyFile.read(key), clock, NsupdateProvider.FRESH, new TestContext());
            try {
                return provider.probe(new Names(asked, likely), Deadline.in(Duration.ofSeconds(10))).stream()
                        .map(Finding::toString)
                        .toList();
            } finally {
                provider.close();
            }
        } catch (StartException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path changed(String from, String to) throws IOException {
        var text = Files.readString(bind.key("sha256"));
        assertThat(text).contains(from);
        return Files.writeString(keys.resolve("changed.key"), text.replace(from, to));
    }

    private record Names(List<String> asked, List<String> likely) implements Host {
        @Override
        public Finding port(String what, boolean tcp, InetSocketAddress address) {
            throw new UnsupportedOperationException();
        }
    }
}
