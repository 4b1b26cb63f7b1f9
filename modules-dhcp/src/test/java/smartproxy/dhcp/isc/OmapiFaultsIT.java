package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.DhcpProvider.Creation.Created;
import smartproxy.dhcp.DhcpProvider.Creation.Occupied;
import smartproxy.dhcp.DhcpProvider.Removal;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.isc.OmapiMessage.Values;

/** A server of OMAPI that breaks off, lies, or answers nonsense. */
class OmapiFaultsIT {
    private static final String OLD = "supersede server.filename = \"old\";";
    private static final String GONE = "";

    @TempDir
    Path directory;

    FakeDhcpd dhcpd;
    Provider dhcp;
    final Reservation wanted = Provider.reservation(1);

    /** Those of the host that dhcpd has. */
    private final AtomicReference<String> statements = new AtomicReference<>(OLD);

    @BeforeEach
    void start() throws IOException {
        dhcpd = new FakeDhcpd();
        var conf = Files.writeString(directory.resolve("dhcpd.conf"), "subnet 192.0.2.0 netmask 255.255.255.0 { }\n");
        var leases = Files.writeString(directory.resolve("dhcpd.leases"), "");
        dhcp = new Provider(new IscSettings(conf, leases, dhcpd.server(), Duration.ofMinutes(30)));
    }

    @AfterEach
    void stop() throws IOException {
        dhcp.close();
        dhcpd.close();
    }

    private void answerLikeDhcpd(OmapiMessage question, FakeDhcpd.Reply reply, boolean there) throws IOException {
        reply.signed(
                there
                        ? FakeDhcpd.host(
                                question,
                                wanted.name(),
                                wanted.ip().bits(),
                                wanted.mac().octets())
                        : FakeDhcpd.notFound(question));
    }

    @Test
    void aCreateThatWasCarriedOutAndCutOffIsFoundOnASecondConnection() {
        var there = new AtomicBoolean();
        dhcpd.script = (question, reply) -> {
            if (FakeDhcpd.isCreate(question)) {
                there.set(true);
                reply.cut();
            } else {
                answerLikeDhcpd(question, reply, there.get());
            }
        };
        assertThat(dhcp.create(wanted)).isInstanceOf(Created.class);
        assertThat(dhcpd.connections).hasValue(2);
        assertThat(dhcpd.questions.stream().filter(FakeDhcpd::isCreate)).hasSize(1);
    }

    @Test
    void aCreateThatWasCutOffAndNotCarriedOutIsSentAgain() {
        var creates = new AtomicInteger();
        dhcpd.script = (question, reply) -> {
            if (FakeDhcpd.isCreate(question) && creates.incrementAndGet() == 1) {
                reply.cut();
            } else {
                answerLikeDhcpd(question, reply, FakeDhcpd.isCreate(question));
            }
        };
        assertThat(dhcp.create(wanted)).isInstanceOf(Created.class);
        assertThat(creates).hasValue(2);
    }

    @Test
    void oneThatSomebodyElseMadeMeanwhileIsToldFromOurs() throws IOException {
        dhcpd.script = (question, reply) -> {
            if (FakeDhcpd.isCreate(question)) {
                Files.writeString(
                        directory.resolve("dhcpd.leases"),
                        "host " + wanted.name() + " { dynamic; hardware ethernet " + wanted.mac() + "; fixed-address "
                                + wanted.ip() + "; supersede server.filename = \"theirs\"; }\n");
                dhcp.shownSoon(1);
                reply.cut();
            } else {
                answerLikeDhcpd(question, reply, true);
            }
        };
        assertThat(dhcp.create(wanted))
                .isInstanceOfSatisfying(
                        Occupied.class,
                        occupied -> assertThat(occupied.present())
                                .extracting(Reservation::filename)
                                .containsExactly(Optional.of("theirs")));
    }

    @Test
    void aServerThatAlwaysBreaksOffLeavesTheOutcomeUnknown() {
        dhcpd.script = (question, reply) -> reply.cut();
        assertThat(dhcpd.questions).isEmpty();
        assertThatThrownBy(() -> dhcp.create(wanted))
                .isInstanceOfSatisfying(BackendException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
                    assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN);
                })
                .hasMessageContainingAll("closed the connection", "whether the change was made is unknown");
    }

    @Test
    void aRemovalThatWasCutOffIsLookedUp() {
        var there = new AtomicBoolean(true);
        dhcpd.script = (question, reply) -> {
            if (question.op() == OmapiMessage.DELETE) {
                there.set(false);
                reply.cut();
            } else {
                answerLikeDhcpd(question, reply, there.get());
            }
        };
        assertThat(dhcp.remove(wanted)).isEqualTo(Removal.REMOVED);
        assertThat(dhcp.remove(wanted)).isEqualTo(Removal.ABSENT);
    }

    /**
     * A dhcpd with the host.
     *
     * @param handleKnown false when somebody else removed the host of that handle, so that dhcpd does not know it any more
     * @param cut whether the connection is cut after a removal
     */
    private void removing(AtomicBoolean there, AtomicBoolean handleKnown, boolean cut) {
        dhcpd.script = (question, reply) -> {
            if (question.op() != OmapiMessage.DELETE) {
                there.compareAndSet(false, FakeDhcpd.isCreate(question));
                answerLikeDhcpd(question, reply, there.get());
            } else if (!handleKnown.getAndSet(true)) {
                reply.signed(FakeDhcpd.notFound(question));
            } else {
                there.set(false);
                if (cut) {
                    reply.cut();
                } else {
                    reply.signed(FakeDhcpd.status(question, OmapiResult.SUCCESS));
                }
            }
        };
    }

    /** How often a host was looked for by that name; {@code warm()} looks for another. */
    private long looks() {
        return dhcpd.questions.stream()
                .filter(question -> question.op() == OmapiMessage.OPEN && !FakeDhcpd.isCreate(question))
                .filter(question -> !"-".equals(question.text("name").orElse("")))
                .count();
    }

    @Test
    void whatItsConnectionMadeIsRemovedWithoutALookForIt() {
        removing(new AtomicBoolean(), new AtomicBoolean(true), false);
        assertThat(dhcp.create(wanted)).isInstanceOf(Created.class);
        assertThat(dhcp.remove(wanted)).isEqualTo(Removal.REMOVED);
        assertThat(looks()).isZero();
        assertThat(dhcp.remove(wanted)).isEqualTo(Removal.ABSENT);
        assertThat(looks()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatSomebodyElseRemovedAndMadeAgainIsLookedFor(boolean again) {
        var there = new AtomicBoolean();
        removing(there, new AtomicBoolean(), false);
        assertThat(dhcp.create(wanted)).isInstanceOf(Created.class);
        there.set(again);
        assertThat(dhcp.remove(wanted)).isEqualTo(again ? Removal.REMOVED : Removal.ABSENT);
        assertThat(there).isFalse();
    }

    @Test
    void aRemovalByHandleThatWasCutOffIsLookedUp() {
        removing(new AtomicBoolean(), new AtomicBoolean(true), true);
        assertThat(dhcp.create(wanted)).isInstanceOf(Created.class);
        assertThat(dhcp.remove(wanted)).isEqualTo(Removal.REMOVED);
        assertThat(dhcpd.connections).hasValue(2);
    }

    @Test
    void oneOfAnotherAddressIsNotRemovedByTheHandle() {
        var there = new AtomicBoolean();
        removing(there, new AtomicBoolean(true), false);
        assertThat(dhcp.create(wanted)).isInstanceOf(Created.class);
        var other = Provider.reservation(2);
        var moved = new Reservation(wanted.subnet(), wanted.name(), other.ip(), wanted.mac(), true, wanted.options());
        assertThat(dhcp.remove(moved)).isEqualTo(Removal.ABSENT);
        assertThat(there).isTrue();
    }

    /** The host is there with {@link #OLD}, in the file as well. */
    private Reservation present() throws IOException {
        Files.writeString(
                directory.resolve("dhcpd.leases"),
                "host " + wanted.name() + " { dynamic; hardware ethernet " + wanted.mac() + "; fixed-address "
                        + wanted.ip() + "; " + OLD + " }\n");
        return dhcp.shownSoon(1);
    }

    /**
     * A dhcpd that fails at some messages.
     *
     * @param cut at these changes, counted from 1, the connection is cut
     * @param carriedOut whether it does what it was told before it cuts
     * @param refused whether it does not understand new statements
     */
    private void changing(Set<Integer> cut, boolean carriedOut, boolean refused) {
        var changes = new AtomicInteger();
        dhcpd.script = (question, reply) -> {
            var creates = FakeDhcpd.isCreate(question);
            if (!creates && question.op() != OmapiMessage.DELETE) {
                answerLikeDhcpd(question, reply, !GONE.equals(statements.get()));
                return;
            }
            var cuts = cut.contains(changes.incrementAndGet());
            var told = creates ? new String(question.object().get("statements"), StandardCharsets.UTF_8).strip() : GONE;
            if (refused && creates && !told.equals(OLD)) {
                reply.signed(FakeDhcpd.status(question, OmapiResult.PARSE_ERROR));
                return;
            }
            if (!cuts || carriedOut) {
                statements.set(told);
            }
            if (cuts) {
                reply.cut();
            } else if (creates) {
                answerLikeDhcpd(question, reply, true);
            } else {
                reply.signed(FakeDhcpd.status(question, OmapiResult.SUCCESS));
            }
        };
    }

    private static Reservation solaris() {
        return Provider.reservation(1, "filename", "old", "<sun>root_path_name", "/new");
    }

    @ParameterizedTest
    @CsvSource({"1, true", "1, false", "2, true", "2, false"})
    void aChangeThatIsCutOffGoesOnWhereItWas(int message, boolean carriedOut) throws Exception {
        changing(Set.of(message), carriedOut, false);
        assertThat(dhcp.change(present(), solaris())).isPresent();
        assertThat(statements.get()).contains("SUNW.root-path-name \"/new\"", "filename = \"old\"");
        assertThat(dhcpd.connections).hasValue(2);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anUndoThatIsCutOffGoesOnToo(boolean carriedOut) throws Exception {
        changing(Set.of(3), carriedOut, true);
        assertThatThrownBy(() -> dhcp.change(present(), solaris()))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED))
                .hasMessageContaining("the one before is there again, nothing was changed");
        assertThat(statements.get()).isEqualTo(OLD);
    }

    @Test
    void aChangeThatEndsOnTheWaySaysWhatIsLeft() throws Exception {
        changing(Set.of(2, 3, 4, 5, 6), false, false);
        assertThatThrownBy(() -> dhcp.change(present(), solaris()))
                .isInstanceOfSatisfying(BackendException.class, e -> {
                    assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN);
                    assertThat(e.kind()).isEqualTo(Kind.UNAVAILABLE);
                })
                .hasMessageContainingAll("it was removed to be made anew, and whether that was done is unknown")
                .hasMessageStartingWith("dhcp_isc: change: 127.0.0.1")
                .hasMessageNotContaining("nothing was changed");
    }

    @Test
    void aChangeWhoseRemovalIsRefusedChangesNothing() throws Exception {
        dhcpd.script = (question, reply) -> {
            if (question.op() == OmapiMessage.DELETE) {
                reply.signed(FakeDhcpd.status(question, 6));
            } else {
                answerLikeDhcpd(question, reply, true);
            }
        };
        assertThatThrownBy(() -> dhcp.change(present(), solaris()))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED))
                .hasMessageContaining("refuses to remove host");
    }

    @Test
    void aChangeOfWhatIsGoneMeanwhileChangesNothing() throws Exception {
        dhcpd.script = (question, reply) -> answerLikeDhcpd(question, reply, false);
        assertThatThrownBy(() -> dhcp.change(present(), solaris()))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED))
                .hasMessageContaining("dhcpd does not have it any more; nothing was changed");
    }

    /** A dhcpd with the host, which removes it and then permits no creation, or only that of {@link #OLD}. */
    private void permitting(boolean old) {
        dhcpd.script = (question, reply) -> {
            if (question.op() == OmapiMessage.DELETE) {
                statements.set(GONE);
                reply.signed(FakeDhcpd.status(question, OmapiResult.SUCCESS));
            } else if (!FakeDhcpd.isCreate(question)) {
                answerLikeDhcpd(question, reply, !GONE.equals(statements.get()));
            } else if (old
                    && new String(question.object().get("statements"), StandardCharsets.UTF_8)
                            .strip()
                            .equals(OLD)) {
                statements.set(OLD);
                answerLikeDhcpd(question, reply, true);
            } else {
                reply.signed(FakeDhcpd.status(question, 6));
            }
        };
    }

    @Test
    void whatIsRefusedOnTheWayIsMadeAgainAsItWas() {
        permitting(true);
        assertThatThrownBy(() -> dhcp.change(present(), solaris()))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED))
                .hasMessageContainingAll("no permission", "the one before is there again, nothing was changed");
        assertThat(statements.get()).isEqualTo(OLD);
    }

    @Test
    void whereTheUndoIsRefusedTooTheCallerIsToldThatItIsGone() {
        permitting(false);
        assertThatThrownBy(() -> dhcp.change(present(), solaris()))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN))
                .hasMessageContainingAll("no permission", "and the one before:", "is not there now; ask for it again")
                .hasMessageNotContaining("nothing was changed");
    }

    @Test
    void aChangeWhoseRemovalIsNeverAnsweredIsUnknown() {
        changing(Set.of(1, 2, 3, 4), false, false);
        assertThatThrownBy(() -> dhcp.change(present(), solaris()))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.UNKNOWN))
                .hasMessageContaining("whether it was removed to be made anew is unknown");
        assertThat(statements.get()).isEqualTo(OLD);
    }

    @Test
    void aHostThatTheFileDoesNotShowYetIsInTheWay() {
        dhcpd.script = (question, reply) -> {
            if (FakeDhcpd.isCreate(question)) {
                reply.signed(FakeDhcpd.status(question, OmapiResult.KEY_CONFLICT));
            } else {
                reply.signed(FakeDhcpd.host(
                        question,
                        "other.example.com",
                        Provider.reservation(2).ip().bits(),
                        wanted.mac().octets()));
            }
        };
        assertThat(dhcp.create(wanted))
                .isInstanceOfSatisfying(
                        Occupied.class,
                        occupied -> assertThat(occupied.present())
                                .containsExactly(new Reservation(
                                        wanted.subnet(),
                                        "other.example.com",
                                        Provider.reservation(2).ip(),
                                        wanted.mac(),
                                        true,
                                        Map.of(Reservation.HOSTNAME, "other.example.com"))));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whatWasInTheWayAndIsGoneIsTriedAgainUpToThreeTimes(int inTheWay) {
        var creates = new AtomicInteger();
        dhcpd.script = (question, reply) -> {
            if (FakeDhcpd.isCreate(question) && creates.incrementAndGet() <= inTheWay) {
                reply.signed(FakeDhcpd.status(question, OmapiResult.EXISTS));
            } else {
                answerLikeDhcpd(question, reply, FakeDhcpd.isCreate(question));
            }
        };
        if (inTheWay < 3) {
            assertThat(dhcp.create(wanted)).isInstanceOf(Created.class);
        } else {
            assertThatThrownBy(() -> dhcp.create(wanted))
                    .isInstanceOfSatisfying(
                            BackendException.class, e -> assertThat(e.outcome()).isEqualTo(Outcome.NOT_APPLIED))
                    .hasMessageContaining("was in use and was free again, several times in a row; try again");
        }
        assertThat(creates).hasValue(Math.min(inTheWay + 1, 3));
    }

    @Test
    void whatDhcpdSaysUnaskedIsNoAnswer() {
        dhcpd.script = (question, reply) -> {
            reply.signed(new OmapiMessage(
                    1,
                    4,
                    5,
                    question.id(),
                    0,
                    new Values().map(),
                    new Values().with("name", "x").map()));
            answerLikeDhcpd(question, reply, true);
        };
        assertThat(dhcp.holds(wanted)).isTrue();
        assertThat(dhcp.holds(wanted)).isTrue();
        assertThat(dhcpd.connections).hasValue(1);
    }

    @Test
    void oneThatTheFileDoesNotShowYetIsNotChanged() throws Exception {
        changing(Set.of(), false, false);
        assertThatThrownBy(() -> dhcp.change(wanted, solaris()))
                .isInstanceOf(BackendException.class)
                .hasMessageContainingAll("does not show it yet", "nothing was changed");
        assertThat(dhcpd.questions).isEmpty();
    }

    @Test
    void oneWithStatementsOfAnotherKindIsNotChanged() throws Exception {
        Files.writeString(
                directory.resolve("dhcpd.leases"),
                "host " + wanted.name() + " { dynamic; hardware ethernet " + wanted.mac()
                        + "; uid 01:02; fixed-address " + wanted.ip() + "; }\n");
        var present = dhcp.shownSoon(1);
        assertThatThrownBy(() -> dhcp.change(present, solaris()))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(409));
        assertThat(dhcpd.questions).isEmpty();
    }

    @Test
    void answersWithoutOurSignatureCountForNothing() {
        dhcpd.script = (question, reply) -> reply.bytes(FakeDhcpd.host(
                        question,
                        wanted.name(),
                        wanted.ip().bits(),
                        wanted.mac().octets())
                .encode(0));
        assertThatThrownBy(() -> dhcp.holds(wanted))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("without the signature of key k (hmac-sha256)");
        dhcpd.script = (question, reply) -> {
            var forged = FakeDhcpd.status(question, OmapiResult.SUCCESS).encode(32);
            reply.bytes(ByteBuffer.allocate(forged.length + 32).put(forged).array());
        };
        assertThatThrownBy(() -> dhcp.remove(wanted))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("without the signature of key k (hmac-sha256)");
    }

    @Test
    void hugeAndMalformedMessagesAreNotTaken() {
        for (var size : new int[] {Integer.MAX_VALUE, -1, 70_000}) {
            dhcpd.script = (question, reply) -> reply.bytes(ByteBuffer.allocate(24 + 2 + 1 + 4)
                    .putInt(1)
                    .putInt(0)
                    .putInt(3)
                    .putInt(0)
                    .putInt(1)
                    .putInt(question.id())
                    .putShort((short) 1)
                    .put((byte) 'a')
                    .putInt(size)
                    .array());
            assertThatThrownBy(() -> dhcp.holds(wanted)).hasMessageContaining("more than 65536 bytes");
        }
        dhcpd.script = (question, reply) ->
                reply.bytes(ByteBuffer.allocate(24).putInt(1).putInt(1_000_000).array());
        assertThatThrownBy(() -> dhcp.holds(wanted)).isInstanceOf(BackendException.class);
    }

    @Test
    void oneByteAtATimeEndsByTheDeadline() {
        dhcpd.script = (question, reply) -> {
            try {
                while (true) {
                    reply.bytes(new byte[1]);
                    Thread.sleep(50);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        var deadline = Deadline.in(Duration.ofSeconds(1));
        assertThatThrownBy(() -> dhcp.provider.holds(wanted, deadline)).isInstanceOf(BackendException.class);
        assertThat(deadline.expired()).isTrue();
    }

    @Test
    void whatDoesNotSpeakOmapiIsNamed() throws Exception {
        try (var other = new ServerSocket(0)) {
            var thread = new Thread(() -> {
                try (var socket = other.accept()) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    socket.getInputStream().read();
                } catch (IOException e) {
                    // the client went away
                }
            });
            thread.setDaemon(true);
            thread.start();
            try (var omapi = new OmapiClient(new OmapiServer("127.0.0.1", other.getLocalPort(), Optional.empty()))) {
                assertThatThrownBy(() -> omapi.talk(Deadline.in(Duration.ofSeconds(5)), talk -> talk.find("x")))
                        .isInstanceOf(BackendException.class)
                        .hasMessageContaining("does not speak OMAPI");
            }
        }
    }

    @Test
    void aServerThatEndsTheConnectionAtOnceIsNamed() throws Exception {
        try (var other = new ServerSocket(0);
                var omapi = new OmapiClient(new OmapiServer("127.0.0.1", other.getLocalPort(), Optional.empty()))) {
            var thread = new Thread(() -> {
                try (var socket = other.accept()) {
                    // half closed, so that it is no reset
                    socket.shutdownOutput();
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // the client went away
                }
            });
            thread.setDaemon(true);
            thread.start();
            assertThatThrownBy(() -> omapi.talk(Deadline.in(Duration.ofSeconds(5)), talk -> talk.find("x")))
                    .isInstanceOf(IOException.class)
                    .hasMessage("127.0.0.1:" + other.getLocalPort() + " closed the connection at once");
        }
    }

    @Test
    void oneConnectionServesManyCallersInTurn() throws Exception {
        var workers = new ArrayList<Thread>();
        var failed = new AtomicBoolean();
        for (var i = 0; i < 8; i++) {
            var worker = new Thread(() -> {
                for (var n = 0; n < 20; n++) {
                    if (dhcp.holds(wanted)) {
                        failed.set(true);
                    }
                }
            });
            worker.start();
            workers.add(worker);
        }
        for (var worker : workers) {
            worker.join(60_000);
        }
        assertThat(failed).isFalse();
        assertThat(dhcpd.connections).hasValue(1);
        assertThat(dhcpd.questions).hasSize(8 * 20 * 2);
    }
}
