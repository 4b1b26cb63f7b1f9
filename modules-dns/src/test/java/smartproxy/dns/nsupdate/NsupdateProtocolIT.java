package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.dns.DnsProvider.Creation;
import smartproxy.dns.DnsProvider.Creation.Created;
import smartproxy.dns.DnsProvider.Creation.Occupied;
import smartproxy.dns.DnsProvider.Removal;
import smartproxy.dns.RecordType;

/** What a well-behaved server never does, or not on demand. */
@Execution(ExecutionMode.CONCURRENT)
class NsupdateProtocolIT {
    private static final Duration SHORT = Duration.ofSeconds(2);

    @TempDir
    Path directory;

    FakeServer server;
    Provider dns;

    @BeforeEach
    void start() throws Exception {
        var file = directory.resolve("k.key");
        Files.writeString(file, "key k { algorithm hmac-sha256; secret c2VjcmV0; };");
        server = new FakeServer(KeyFile.read(file));
        dns = Provider.of("127.0.0.1", server.port(), file);
    }

    @AfterEach
    void stop() throws IOException {
        dns.close();
        server.close();
    }

    private Creation create(String name) {
        return dns.create(name, RecordType.A, "192.0.2.1");
    }

    @Test
    void theSignatureLivesAsLongAsTheRequestAndALittle() {
        dns.create("a.example.com", RecordType.A, "192.0.2.1", Duration.ofSeconds(30));
        dns.create("b.example.com", RecordType.A, "192.0.2.1", Duration.ofHours(1));

        var fudges = server.updates.stream()
                .map(update -> update.getTSIG().getFudge().toSeconds())
                .toList();
        assertThat(fudges).hasSize(2);
        assertThat(fudges.get(0)).isBetween(22L, 32L);
        assertThat(fudges.get(1)).isEqualTo(300);
    }

    @Test
    void theZoneIsAskedForOnce() {
        for (var i = 0; i < 5; i++) {
            create("h" + i + ".example.com");
        }
        // more only if this machine stood still for a second, when the server is asked whether it is there
        assertThat(server.queries.stream()
                        .map(query -> query.getQuestion().getName().toString()))
                .startsWith("h0.example.com.")
                .doesNotContain("h1.example.com.", "h2.example.com.", "h3.example.com.", "h4.example.com.");
        assertThat(server.updates).hasSize(5);
    }

    @Test
    void aChangeIsOneUpdate() throws Exception {
        try (var trusting = Provider.trusting(server.port(), directory.resolve("k.key"))) {
            for (var i = 0; i < 20; i++) {
                trusting.create("h" + i + ".example.com", RecordType.A, "192.0.2.1");
                trusting.remove("h" + i + ".example.com", RecordType.A);
            }
        }
        // for the zone and for its TTL
        assertThat(server.queries).hasSize(2);
        assertThat(server.updates).hasSize(40);
    }

    @Test
    void changesOfDifferentNamesAreOnTheirWayTogether() throws Exception {
        create("first.example.com");
        var together = new CountDownLatch(8);
        server.onUpdate = asked -> {
            together.countDown();
            FakeServer.run(() -> {
                if (passes(together)) {
                    asked.reply().send(server.answer(asked.message(), Rcode.NOERROR));
                }
            });
        };
        var clients = Executors.newFixedThreadPool(8);
        try {
            var creations = IntStream.range(0, 8)
                    .mapToObj(i -> clients.submit(() -> create("h" + i + ".example.com")))
                    .toList();
            for (var creation : creations) {
                assertThat(creation.get(30, TimeUnit.SECONDS)).isEqualTo(new Created());
            }
        } finally {
            clients.shutdownNow();
        }
        assertThat(server.sources).hasSize(1);
    }

    private static boolean passes(CountDownLatch latch) {
        try {
            return latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            return false;
        }
    }

    @Test
    void queriesAreForTheServersOwnData() {
        create("a.example.com");
        assertThat(server.queries).allMatch(query -> !query.getHeader().getFlag(Flags.RD));
    }

    @Test
    void aTruncatedAnswerIsAskedForByTcp() {
        server.onQuery = asked -> {
            var answer = FakeServer.unsigned(asked.message(), 0);
            if (asked.tcp()) {
                asked.reply().send(server.soa(asked.message()));
            } else {
                answer.getHeader().setFlag(Flags.TC);
                asked.reply().send(server.signed(asked.message(), answer));
            }
        };
        assertThat(create("a.example.com")).isEqualTo(new Created());
    }

    @Test
    void aServerThatIsHeardByUdpAloneIsNamed() throws Exception {
        server.closeTcp();
        server.onQuery = asked -> {
            var answer = FakeServer.unsigned(asked.message(), 0);
            answer.getHeader().setFlag(Flags.TC);
            asked.reply().send(server.signed(asked.message(), answer));
        };
        assertThatThrownBy(() -> create("a.example.com"))
                .satisfies(thrown -> is(thrown, Kind.UNAVAILABLE, Outcome.NOT_APPLIED))
                .hasMessageContaining("no connection to 127.0.0.1:" + server.port() + " (TCP): Connection refused");
    }

    @Test
    void theFlagOfTruncatedQueriesSaysNothingOfAnUpdate() throws Exception {
        server.closeTcp();
        server.onUpdate = asked -> {
            var answer = FakeServer.unsigned(asked.message(), Rcode.NOERROR);
            answer.getHeader().setFlag(Flags.TC);
            asked.reply().send(server.signed(asked.message(), answer));
        };
        assertThat(create("a.example.com")).isEqualTo(new Created());
        assertThat(dns.remove("a.example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
        assertThat(server.updates).hasSize(2);
    }

    @Test
    void namesThatTheServerRefusesToShowKeepNoOthersUnsettled() throws Exception {
        create("warm.example.com");
        server.onUpdate = asked -> {};
        server.onQuery = asked -> {
            var isGone = asked.message().getQuestion().getName().toString().startsWith("gone");
            asked.reply()
                    .send(
                            FakeServer.asksForSoa(asked)
                                    ? server.soa(asked.message())
                                    : server.answer(asked.message(), isGone ? Rcode.REFUSED : Rcode.NXDOMAIN));
        };
        var names = IntStream.range(0, 8)
                .mapToObj(i -> (i % 2 == 0 ? "gone" : "kept") + i + ".example.com")
                .toList();
        var clients = Executors.newFixedThreadPool(names.size());
        try {
            for (var creation : names.stream()
                    .map(name -> clients.submit(() -> assertThatThrownBy(
                                    () -> dns.create(name, RecordType.A, "192.0.2.1", Duration.ofSeconds(1)))
                            .satisfies(thrown -> is(thrown, Kind.TIMEOUT, Outcome.UNKNOWN))))
                    .toList()) {
                creation.get(30, TimeUnit.SECONDS);
            }
        } finally {
            clients.shutdownNow();
        }
        assertThat(dns.unsettled().detail()).startsWith("8 ");

        await().atMost(Duration.ofSeconds(60))
                .until(() -> dns.unsettled().detail().startsWith("4 "));
        server.onUpdate = asked -> asked.reply().send(server.answer(asked.message(), Rcode.NOERROR));
        assertThat(create("gone0.example.com")).isEqualTo(new Created());
        await().atMost(Duration.ofSeconds(60)).until(() -> dns.unsettled().ok());
    }

    @Test
    void strayMessagesAreDropped() {
        server.onUpdate = asked -> {
            var good = server.answer(asked.message(), Rcode.NOERROR);
            var wrongId = server.answer(asked.message(), Rcode.REFUSED);
            wrongId[0] ^= 1;
            var wrongZone = FakeServer.unsigned(asked.message(), Rcode.REFUSED);
            wrongZone.removeAllRecords(Section.QUESTION);
            wrongZone.addRecord(FakeServer.soa("example.org."), Section.QUESTION);
            var wrongOpcode = FakeServer.unsigned(asked.message(), Rcode.REFUSED);
            wrongOpcode.getHeader().setOpcode(0);
            asked.reply().send(new byte[] {1, 2, 3});
            asked.reply().send(new byte[0]);
            asked.reply().send(wrongId);
            asked.reply().send(server.signed(asked.message(), wrongZone));
            asked.reply().send(server.signed(asked.message(), wrongOpcode));
            asked.reply().send(asked.message().toWire()); // no answer: QR is not set
            asked.reply()
                    .send(FakeServer.unsigned(asked.message(), Rcode.REFUSED).toWire()); // not signed
            asked.reply().send(good);
            asked.reply().send(server.answer(asked.message(), Rcode.REFUSED)); // late
            asked.reply().send(good); // duplicate
        };
        assertThat(create("a.example.com")).isEqualTo(new Created());
        assertThat(create("b.example.com")).isEqualTo(new Created());
        assertThat(server.updates).hasSize(2);
    }

    @Test
    void anAnswerWithoutOurSignatureProvesNothing() {
        server.onUpdate = asked -> asked.reply()
                .send(FakeServer.unsigned(asked.message(), Rcode.NOERROR).toWire());
        assertThatThrownBy(() -> dns.create("a.example.com", RecordType.A, "192.0.2.1", SHORT))
                .satisfies(thrown -> is(thrown, Kind.TIMEOUT, Outcome.UNKNOWN));
    }

    @ParameterizedTest
    @CsvSource({
        "FORMERR, does not understand",
        "NOTIMP, does not take dynamic updates",
        "SERVFAIL, its log tells why",
        "NOTAUTH, not authoritative for the zone",
        "NOTZONE, does not lie in the zone",
        "YXDOMAIN, in use and was free again",
        "RESERVED, fits no update",
    })
    void everyRefusalIsExplained(String name, String text) {
        var rcode = name.equals("RESERVED") ? 11 : Rcode.value(name);
        server.onUpdate = asked -> asked.reply().send(server.answer(asked.message(), rcode));
        server.onQuery = asked -> asked.reply()
                .send(
                        FakeServer.asksForSoa(asked)
                                ? server.soa(asked.message())
                                : server.answer(asked.message(), Rcode.NXDOMAIN));
        assertThatThrownBy(() -> create("a.example.com"))
                .satisfies(thrown -> is(thrown, Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContainingAll("a.example.com", "127.0.0.1:" + server.port(), text);
    }

    @ParameterizedTest
    @CsvSource({"FORMERR", "NOTIMP"})
    void aServerThatKnowsNoTsigIsBelieved(String name) {
        server.onUpdate = asked -> asked.reply()
                .send(FakeServer.unsigned(asked.message(), Rcode.value(name)).toWire());
        assertThatThrownBy(() -> create("a.example.com"))
                .satisfies(thrown -> is(thrown, Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContaining(name);
    }

    @ParameterizedTest
    @CsvSource({"SERVFAIL", "NOTIMP", "FORMERR"})
    void aFailingQueryIsExplained(String name) {
        server.onQuery = asked -> asked.reply().send(server.answer(asked.message(), Rcode.value(name)));
        assertThatThrownBy(() -> create("a.example.com"))
                .satisfies(thrown -> is(thrown, Kind.REJECTED, Outcome.NOT_APPLIED))
                .hasMessageContainingAll("a.example.com SOA", name);
        assertThat(server.updates).isEmpty();
    }

    @Test
    void whatMovedToAnotherZoneIsFoundThere() {
        create("a.example.com");
        server.onQuery = asked -> {
            var answer = FakeServer.unsigned(asked.message(), 0);
            answer.addRecord(FakeServer.soa("b.example.com."), Section.ANSWER);
            asked.reply().send(server.signed(asked.message(), answer));
        };
        server.onUpdate = asked -> asked.reply()
                .send(server.answer(
                        asked.message(),
                        asked.message().getQuestion().getName().labels() == 4 ? Rcode.NOERROR : Rcode.NOTZONE));
        assertThat(create("b.example.com")).isEqualTo(new Created());
        assertThat(dns.remove("b.example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
    }

    @Test
    void aLostUpdateIsSentAgainByTcp() {
        server.onUpdate = asked -> {
            if (asked.tcp()) {
                asked.reply().send(server.answer(asked.message(), Rcode.NOERROR));
            }
        };
        assertThat(create("a.example.com")).isEqualTo(new Created());
        assertThat(server.updates).hasSize(2);
        assertThat(server.updates.get(0).getHeader().getID())
                .isNotEqualTo(server.updates.get(1).getHeader().getID());
    }

    @Test
    void aSlowAnswerToTheFirstCountsAfterTheSecondWasSent() {
        var first = new FakeServer.Asked[1];
        server.onUpdate = asked -> {
            if (asked.count() == 1) {
                first[0] = asked;
            } else {
                first[0].reply().send(server.answer(first[0].message(), Rcode.NOERROR));
            }
        };
        assertThat(create("a.example.com")).isEqualTo(new Created());
    }

    @Test
    void aTcpConnectionThatBreaksIsMadeAnew() {
        server.onUpdate = asked -> {
            if (asked.tcp()) {
                asked.reply().send(asked.count() < 3 ? new byte[0] : server.answer(asked.message(), Rcode.NOERROR));
            }
        };
        assertThat(dns.create("a.example.com", RecordType.A, "192.0.2.1", Duration.ofSeconds(30)))
                .isEqualTo(new Created());
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.1, true", "192.0.2.2, false"})
    void whenTheFirstUpdateWasCarriedOutButNotAnsweredTheRecordIsOurs(String present, boolean ours) {
        server.onUpdate = asked -> {
            if (asked.count() > 1) {
                asked.reply().send(server.answer(asked.message(), Rcode.YXRRSET));
            }
        };
        answerQueriesForA(present);
        assertThat(create("a.example.com"))
                .isEqualTo(
                        ours
                                ? new Created()
                                : new Occupied(List.of(Provider.record("a.example.com", RecordType.A, present))));
    }

    @Test
    void anEqualRecordThatWasThereBeforeIsNotOurs() {
        server.onUpdate = asked -> asked.reply().send(server.answer(asked.message(), Rcode.YXRRSET));
        answerQueriesForA("192.0.2.1");
        assertThat(create("a.example.com")).isInstanceOf(Occupied.class);
    }

    private void answerQueriesForA(String address) {
        server.onQuery = asked -> asked.reply()
                .send(
                        FakeServer.asksForSoa(asked)
                                ? server.soa(asked.message())
                                : server.answer(
                                        asked.message(),
                                        Rcode.NOERROR,
                                        FakeServer.record("a.example.com.", Type.A, address)));
    }

    @Test
    void whenTheFirstRemovalWasCarriedOutButNotAnsweredItIsRemoved() {
        server.onUpdate = asked -> {
            if (asked.count() > 1) {
                asked.reply().send(server.answer(asked.message(), Rcode.NXRRSET));
            }
        };
        assertThat(dns.remove("a.example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
    }

    @Test
    void anUpdateCarriesItsPrerequisites() {
        dns.create("A.example.com", RecordType.A, "192.0.2.1");
        dns.create("example.com", RecordType.AAAA, "2001:db8::1");
        dns.create("c.example.com", RecordType.CNAME, "A.example.com");
        dns.remove("A.example.com", RecordType.A);

        assertThat(prerequisites(0))
                .containsExactly("A.example.com. NONE NS", "A.example.com. NONE CNAME", "A.example.com. NONE A");
        assertThat(prerequisites(1)).containsExactly("example.com. NONE CNAME", "example.com. NONE AAAA");
        assertThat(prerequisites(2)).containsExactly("c.example.com. NONE ANY");
        assertThat(prerequisites(3)).containsExactly("A.example.com. NONE NS", "A.example.com. ANY A");
    }

    private List<String> prerequisites(int index) {
        return server.updates.get(index).getSection(Section.PREREQ).stream()
                .map(NsupdateProtocolIT::text)
                .toList();
    }

    private static String text(Record record) {
        return record.getName() + " " + DClass.string(record.getDClass()) + " " + Type.string(record.getType());
    }

    @Test
    void afterALostUpdateTheNextChangeOfTheNameComesWhenItCannotLandAnyMore() {
        server.onUpdate = asked -> {
            if (asked.count() > 1) {
                asked.reply().send(server.answer(asked.message(), Rcode.NOERROR));
            }
        };
        assertThat(create("a.example.com")).isEqualTo(new Created());
        assertThatThrownBy(() -> dns.remove("a.example.com", RecordType.A, Duration.ofMillis(200)))
                .satisfies(thrown -> is(thrown, Kind.TIMEOUT, Outcome.NOT_APPLIED));
        assertThat(server.updates).hasSize(2);
        assertThat(dns.unsettled().ok()).isTrue();
        assertThat(dns.remove("a.example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
    }

    @Test
    void anUpdateInFlightWhenMemoryEndsIsSettledBeforeTheNextChange() {
        var full = new AtomicBoolean();
        var clock = new Clock() {
            @Override
            public Instant instant() {
                if (full.get()) {
                    throw new OutOfMemoryError("Java heap space");
                }
                return Instant.now();
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        };
        server.onUpdate = asked -> full.set(true);
        try (var starved = Provider.of("127.0.0.1", server.port(), directory.resolve("k.key"), clock)) {
            assertThatThrownBy(() -> starved.create("a.example.com", RecordType.A, "192.0.2.1"))
                    .isInstanceOf(OutOfMemoryError.class);
            assertThat(starved.unsettled().detail()).startsWith("1 ");
            full.set(false);
            server.onUpdate = asked -> asked.reply().send(server.answer(asked.message(), Rcode.NOERROR));
            assertThat(starved.remove("a.example.com", RecordType.A)).isEqualTo(Removal.REMOVED);
            assertThat(starved.unsettled().ok()).isTrue();
        }
    }

    private static void is(Throwable thrown, Kind kind, Outcome outcome) {
        assertThat(thrown).isInstanceOfSatisfying(BackendException.class, e -> {
            assertThat(e.kind()).isEqualTo(kind);
            assertThat(e.outcome()).isEqualTo(outcome);
        });
    }
}
