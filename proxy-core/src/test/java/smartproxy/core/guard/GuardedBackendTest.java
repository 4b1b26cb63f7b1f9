package smartproxy.core.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.ProxyException;
import smartproxy.core.health.HealthState;
import smartproxy.core.health.Metrics;

class GuardedBackendTest {
    private static final Operation FIND = Operation.repeatable("find zone");
    private static final Operation UPDATE = Operation.once("update");
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final int FAILURES = 4;

    private final MovableClock clock = new MovableClock();
    private final List<Duration> pauses = new ArrayList<>();
    private final Metrics metrics = new Metrics();
    private final AtomicInteger attempts = new AtomicInteger();

    @AfterEach
    void endMetrics() {
        metrics.close();
    }

    static Stream<Arguments> transportFailures() {
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), 503, "Connection refused"),
                Arguments.of(new NoRouteToHostException("No route to host"), 503, "No route to host"),
                Arguments.of(new PortUnreachableException("ICMP Port Unreachable"), 503, "ICMP Port Unreachable"),
                Arguments.of(new UnknownHostException("ns.example.com"), 503, "unknown host ns.example.com"),
                Arguments.of(
                        new IOException("connection to ns:53: no", new UnknownHostException("ns")),
                        503,
                        "unknown host ns; check the configured name"),
                Arguments.of(
                        new IOException("connection to ns:53: refused", new ConnectException("refused")),
                        503,
                        "connection to ns:53: refused; check that the server runs"),
                Arguments.of(new SSLHandshakeException("PKIX path building failed"), 503, "the server's certificate"),
                Arguments.of(new SocketException("Connection reset"), 503, "Connection reset"),
                Arguments.of(new EOFException(), 503, "EOFException"),
                Arguments.of(new IOException("one\r\ntwo"), 503, "one two"),
                Arguments.of(new SocketTimeoutException("Read timed out"), 504, "no answer within "),
                Arguments.of(new OutcomeUnknownException(new SocketTimeoutException()), 504, "no answer within"),
                Arguments.of(new OutcomeUnknownException(new SocketException("Broken pipe")), 503, "Broken pipe"));
    }

    @ParameterizedTest
    @MethodSource("transportFailures")
    void eachTransportFailureHasItsStatusAndNamesBackendOperationAndCause(
            IOException thrown, int status, String cause) {
        var error = failure(backend(0), FIND, attempt(thrown));

        assertThat(error.status()).isEqualTo(status);
        assertThat(error).hasMessageStartingWith("dns_nsupdate: find zone: ").hasMessageContaining(cause);
        assertThat(error.getMessage()).doesNotContainPattern("\\p{Cntrl}");
        assertThat(error).hasMessageMatching(".*; check .*").cause().isSameAs(thrown);
    }

    static Stream<Arguments> outcomes() {
        var unknown = new OutcomeUnknownException(new SocketTimeoutException());
        return Stream.of(
                Arguments.of(UPDATE, new ConnectException(), Outcome.NOT_APPLIED),
                Arguments.of(UPDATE, new UnknownHostException(), Outcome.NOT_APPLIED),
                Arguments.of(UPDATE, new IOException(new ConnectException()), Outcome.NOT_APPLIED),
                Arguments.of(UPDATE, new SSLHandshakeException("no"), Outcome.NOT_APPLIED),
                Arguments.of(UPDATE, new SocketTimeoutException(), Outcome.UNKNOWN),
                Arguments.of(UPDATE, new IOException(), Outcome.UNKNOWN),
                Arguments.of(UPDATE, unknown, Outcome.UNKNOWN),
                Arguments.of(FIND, new SocketTimeoutException(), Outcome.NOT_APPLIED),
                Arguments.of(FIND, new IOException(), Outcome.NOT_APPLIED),
                Arguments.of(FIND, unknown, Outcome.UNKNOWN));
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void theOutcomeIsToldByTheOperationAndTheException(Operation operation, IOException thrown, Outcome outcome) {
        var error = failure(backend(0), operation, attempt(thrown));

        assertThat(error.outcome()).isEqualTo(outcome);
        assertThat(String.valueOf(error.getMessage()).contains("whether the change was made is unknown"))
                .isEqualTo(outcome == Outcome.UNKNOWN);
    }

    @Test
    void anUnknownOutcomeStaysUnknownWhenALaterAttemptFailsOtherwise() {
        var error = failure(
                backend(1),
                FIND,
                attempt(new OutcomeUnknownException(new SocketTimeoutException()), new ConnectException("refused")));

        assertThat(error.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
    }

    @Test
    void anUnknownOutcomeStaysUnknownWhenALaterAttemptIsRefused() {
        var error = failure(
                backend(1),
                FIND,
                attempt(
                        new OutcomeUnknownException(new SocketTimeoutException()),
                        BackendException.rejected("dns_nsupdate: zone example.com: SERVFAIL")));

        assertThat(error.kind()).isEqualTo(Kind.REJECTED);
        assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(error)
                .hasMessageStartingWith("dns_nsupdate: zone example.com: SERVFAIL")
                .hasMessageContaining("unknown");
    }

    @Test
    void aRepeatableOperationIsTriedAgainAfterGrowingRandomPauses() {
        var error = failure(backend(5), FIND, attempt(new IOException("reset")));

        assertThat(attempts).hasValue(FAILURES);
        assertThat(error).hasMessageContaining("the last of " + FAILURES + " attempts");
        assertThat(pauses).hasSize(FAILURES);
        assertThat(pauses).allMatch(pause -> pause.toMillis() >= 50 && pause.toMillis() <= 400);
        assertThat(pauses.get(0)).isLessThanOrEqualTo(Duration.ofMillis(100));
        assertThat(pauses.get(1)).isLessThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void theValueOfALaterAttemptIsReturned() {
        var failures = new ArrayList<Exception>(List.of(new IOException("1"), new IOException("2")));
        String value = backend(2).call(FIND, soon(), deadline -> {
            if (!failures.isEmpty()) {
                throw (IOException) failures.remove(0);
            }
            return "example.com";
        });

        assertThat(value).isEqualTo("example.com");
        assertThat(pauses).hasSize(2);
    }

    @Test
    void anOperationThatIsSentOnceIsNotTriedAgain() {
        failure(backend(5), UPDATE, attempt(new ConnectException("refused")));

        assertThat(attempts).hasValue(1);
        assertThat(pauses).isEmpty();
    }

    @Test
    void anAnswerIsNotTriedAgainAndPassesAsItIs() {
        var conflict = CallerException.conflict("a.example.com is used");
        var rejected = BackendException.rejected("dns_nsupdate: REFUSED");

        assertThatThrownBy(() -> backend(5).call(FIND, soon(), attempt(conflict)))
                .isSameAs(conflict);
        assertThatThrownBy(() -> backend(5).call(FIND, soon(), attempt(rejected)))
                .isSameAs(rejected);
        assertThat(attempts).hasValue(2);
    }

    @Test
    void aLossThatTheProviderDealtWithCountsAndIsNotTriedAgain() {
        var backend = backend(5);
        var lost = new BackendException(
                Kind.TIMEOUT,
                Outcome.UNKNOWN,
                "dns_nsupdate: update: unknown",
                new SocketTimeoutException("no answer"));
        var said = new BackendException(Kind.UNAVAILABLE, Outcome.NOT_APPLIED, "dns_nsupdate: it is starting", null);

        for (var i = 0; i < FAILURES; i++) {
            assertThatThrownBy(() -> backend.call(FIND, soon(), attempt(said))).isSameAs(said);
        }
        assertThat(backend.health().state()).isEqualTo(HealthState.UP);
        for (var i = 0; i < FAILURES; i++) {
            assertThatThrownBy(() -> backend.call(FIND, soon(), attempt(lost))).isSameAs(lost);
        }

        assertThat(attempts).hasValue(2 * FAILURES);
        assertThat(backend.health().state()).isEqualTo(HealthState.DOWN);
        assertThat(backend.status().lastError()).isEqualTo("find zone: no answer within 0.0 s");
    }

    @Test
    void noAttemptIsStartedAfterTheDeadline() {
        var error = catchThrowableOfType(
                BackendException.class,
                () -> backend(5).call(FIND, Deadline.in(Duration.ZERO), attempt(new IOException())));

        assertThat(error.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(attempts).hasValue(0);
    }

    @Test
    void anAttemptThatUsedUpTheDeadlineIsTheLastAndATimeout() {
        var error = catchThrowableOfType(
                BackendException.class,
                () -> backend(5).call(FIND, Deadline.in(Duration.ofMillis(500)), deadline -> {
                    attempts.incrementAndGet();
                    while (!deadline.expired()) {
                        Thread.onSpinWait();
                    }
                    throw new IOException("closed by a watchdog");
                }));

        assertThat(error.kind()).isEqualTo(Kind.TIMEOUT);
        assertThat(attempts).hasValue(1);
        assertThat(pauses).isEmpty();
    }

    @Test
    void noAttemptIsStartedWhenThePauseUsedUpTheDeadline() {
        var deadline = Deadline.in(Duration.ofSeconds(1));
        var backend = new GuardedBackend("b", settings(5, 64), metrics, clock, clock, new Random(1), pause -> {
            while (!deadline.expired()) {
                Thread.onSpinWait();
            }
        });

        assertThatThrownBy(() -> backend.call(FIND, deadline, attempt(new IOException("reset"))))
                .isInstanceOf(BackendException.class);
        assertThat(attempts).hasValue(1);
    }

    @Test
    void anAttemptHasTheAttemptTimeoutButNeverMoreThanTheCall() {
        var timeout = settings(0, 1).attemptTimeout();
        var ofLongCall = backend(0).<Duration>call(FIND, Deadline.in(Duration.ofHours(1)), Deadline::left);
        var ofShortCall = backend(0).<Duration>call(FIND, Deadline.in(Duration.ofSeconds(1)), Deadline::left);

        assertThat(ofLongCall).isPositive().isLessThanOrEqualTo(timeout);
        assertThat(ofShortCall).isPositive().isLessThanOrEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void theBreakerOpensAfterFailuresInARowAndRefusesAtOnce() {
        var backend = backend(0);
        fail(backend, FAILURES - 1);
        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.UP);
        fail(backend, 1);
        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.DOWN);

        var before = attempts.get();
        var error = failure(backend, FIND, attempt(new IOException()));

        assertThat(attempts).hasValue(before);
        assertThat(error.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(error)
                .hasMessageContaining("dns_nsupdate: find zone: not tried")
                .hasMessageContaining("2026-05-04T03:00:00Z")
                .hasMessageContaining("find zone: Connection refused");
    }

    @Test
    void anAnswerBetweenFailuresKeepsTheBreakerClosed() {
        var backend = backend(0);
        for (var i = 0; i < 5; i++) {
            fail(backend, FAILURES - 1);
            assertThatThrownBy(() -> backend.call(FIND, soon(), attempt(BackendException.rejected("REFUSED"))))
                    .hasMessage("REFUSED");
        }

        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.UP);
    }

    @Test
    void answersNeverOpenTheBreaker() {
        var backend = backend(0);
        for (var i = 0; i < 10 * FAILURES; i++) {
            var answer = i % 2 == 0 ? BackendException.rejected("SERVFAIL") : CallerException.conflict("used");
            assertThatThrownBy(() -> backend.call(FIND, soon(), attempt(answer)))
                    .isSameAs(answer);
        }

        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.UP);
    }

    @Test
    void timeoutsOpenTheBreaker() {
        var backend = backend(0);
        for (var i = 0; i < FAILURES; i++) {
            failure(backend, FIND, attempt(new SocketTimeoutException()));
        }

        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.DOWN);
    }

    @Test
    void aBreakerThatOpensDuringACallEndsItsRetriesWithTheCauseItself() {
        var error = failure(backend(9), FIND, attempt(new ConnectException("Connection refused")));

        assertThat(attempts).hasValue(FAILURES);
        assertThat(error).hasMessageContaining("find zone: Connection refused");
    }

    @Test
    void afterThePauseOneCallProbesAndItsAnswerClosesTheBreaker() throws Exception {
        var backend = backend(0);
        fail(backend, FAILURES);
        var downSince = backend.status().since();
        clock.move(PAUSE.plusMillis(1));

        String value = backend.call(FIND, soon(), deadline -> {
            assertThat(backend.status().state()).isEqualTo(BackendHealth.State.PROBING);
            assertThat(backend.status().since()).isEqualTo(downSince);
            assertThat(failure(backend, FIND, attempt(new IOException()))).hasMessageContaining("not tried");
            return "back";
        });

        assertThat(value).isEqualTo("back");
        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.UP);
        assertThat(backend.status().since()).isEqualTo(clock.instant());
    }

    @Test
    void aProbeThatFailsOpensTheBreakerForAnotherPause() {
        var backend = backend(0);
        fail(backend, FAILURES);
        var downSince = backend.status().since();
        clock.move(PAUSE.plusMillis(1));
        fail(backend, 1);

        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.DOWN);
        assertThat(backend.status().since()).isEqualTo(downSince);
        clock.move(PAUSE.minusMillis(1));
        assertThat(failure(backend, FIND, attempt(new IOException()))).hasMessageContaining("not tried");
    }

    @Test
    void aProbeThatSaysNothingOfTheBackendLeavesRoomForTheNext() {
        var backend = backend(0);
        fail(backend, FAILURES);
        clock.move(PAUSE.plusMillis(1));

        assertThatThrownBy(() -> backend.call(FIND, soon(), attempt(new IllegalStateException("our bug"))))
                .hasMessage("our bug");
        assertThatThrownBy(() -> backend.call(FIND, soon(), attempt(new BusyException("elsewhere"))))
                .hasMessage("elsewhere");

        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.PROBING);
        assertThat(backend.<String>call(FIND, soon(), deadline -> "back")).isEqualTo("back");
    }

    @Test
    void aPassageThatIsRefusedKeepsNoPermit() {
        var backend = backend(0);
        fail(backend, FAILURES);

        assertThatThrownBy(() -> backend.begin(FIND))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("dns_nsupdate: find zone: not tried");

        assertThat(backend.status().permitsInUse()).isZero();
    }

    @Test
    void aPassageThatSaysNothingOfTheBackendLeavesRoomForTheNext() {
        var backend = backend(0);
        fail(backend, FAILURES);
        clock.move(PAUSE.plusMillis(1));

        try (var passage = backend.begin(FIND)) {
            assertThat(passage).isNotNull();
            assertThat(backend.health().state()).isEqualTo(HealthState.DEGRADED);
            assertThat(backend.status().permitsInUse()).isOne();
            assertThatThrownBy(() -> backend.begin(FIND)).hasMessageContaining("not tried");
        }

        assertThat(backend.status().permitsInUse()).isZero();
        try (var passage = backend.begin(FIND)) {
            passage.answered();
        }
        assertThat(backend.health().state()).isEqualTo(HealthState.UP);
    }

    @Test
    void aProbeWithoutAnAnswerKeepsOthersOutForNoMoreThanAnotherPause() {
        var backend = backend(0);
        fail(backend, FAILURES);
        clock.move(PAUSE.plusMillis(1));

        try (var hung = backend.begin(FIND)) {
            assertThat(hung).isNotNull();
            clock.move(PAUSE.minusMillis(1));
            assertThatThrownBy(() -> backend.begin(FIND)).hasMessageContaining("not tried");
            clock.move(Duration.ofMillis(1));
            try (var next = backend.begin(FIND)) {
                assertThatThrownBy(() -> backend.begin(FIND)).hasMessageContaining("not tried");
                next.answered();
            }
            assertThat(backend.status().state()).isEqualTo(BackendHealth.State.UP);
        }
        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.UP);
        assertThat(backend.status().permitsInUse()).isZero();
    }

    @Test
    void aPassageThatFailsCountsOnceForTheBreaker() {
        var backend = new GuardedBackend("pulp", settings(0, 1), metrics, clock, clock, new Random(1), pauses::add);
        for (var i = 0; i < FAILURES; i++) {
            try (var passage = backend.begin(FIND)) {
                var error = passage.failed(new ConnectException("refused"));
                assertThat(error.kind()).isEqualTo(Kind.UNAVAILABLE);
                assertThat(error).hasMessage("pulp: find zone: refused; check that the server runs and listens there");
                passage.failed(new ConnectException("refused again"));
                passage.answered();
            }
        }
        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.DOWN);
        assertThat(backend.status().lastError()).isEqualTo("find zone: refused");
        assertThat(metrics.scrape())
                .contains(
                        "smart_proxy_backend_errors_total{backend=\"pulp\",error=\"unavailable\",operation=\"find zone\"} 4.0\n")
                .doesNotContain("result=\"ok\"");
    }

    @Test
    void aBackendThatIsBackIsUsedAgainByTheRealClock() {
        var settings = new GuardSettings(64, Duration.ofSeconds(10), 1, 2, Duration.ofSeconds(1));
        var backend = new GuardedBackend("dns_nsupdate", settings, metrics);
        failure(backend, FIND, attempt(new ConnectException("Connection refused")));
        assertThat(attempts).hasValue(2);
        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.DOWN);

        await().atMost(Duration.ofSeconds(30))
                .ignoreException(BackendException.class)
                .until(() -> backend.<String>call(FIND, soon(), deadline -> "back"), "back"::equals);
        assertThat(backend.status().state()).isEqualTo(BackendHealth.State.UP);
    }

    static Stream<Exception> interrupts() {
        return Stream.of(
                new InterruptedException(),
                new ClosedByInterruptException(),
                new OutcomeUnknownException(new ClosedByInterruptException()));
    }

    @ParameterizedTest
    @MethodSource("interrupts")
    void anInterruptEndsTheCallAndIsKept(Exception interrupt) {
        var backend = backend(5);
        var error = failure(backend, FIND, attempt(interrupt));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(error.kind()).isEqualTo(Kind.UNAVAILABLE);
        assertThat(error.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(attempts).hasValue(1);
        assertThat(backend.status().lastError()).isNull();
    }

    @ParameterizedTest
    @MethodSource("interrupts")
    void aProbeThatIsInterruptedLeavesRoomForTheNext(Exception interrupt) {
        var backend = backend(0);
        fail(backend, FAILURES);
        clock.move(PAUSE.plusMillis(1));

        failure(backend, FIND, attempt(interrupt));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(backend.<String>call(FIND, soon(), deadline -> "back")).isEqualTo("back");
    }

    @Test
    void anInterruptBetweenAttemptsEndsTheCallAndIsKept() {
        var backend = new GuardedBackend("b", settings(5, 64), metrics, clock, clock, new Random(1), pause -> {
            throw new InterruptedException();
        });
        var error = failure(backend, FIND, attempt(new ConnectException("refused")));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(error.outcome()).isEqualTo(Outcome.NOT_APPLIED);
        assertThat(error).hasMessage("b: find zone: interrupted, the daemon is ending");
        assertThat(attempts).hasValue(1);
    }

    @Test
    void withAllPermitsTakenTheNextFailsAtOnceNamingBackendAndNumber() {
        var backend = new GuardedBackend("dns_nsupdate", settings(0, 2), metrics);
        try (var first = backend.admit();
                var second = backend.admit()) {
            assertThat(List.of(first, second)).hasSize(2);
            assertThat(backend.status().permitsInUse()).isEqualTo(2);
            assertThatThrownBy(backend::admit)
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("dns_nsupdate")
                    .hasMessageContaining("2 permits");
        }
        assertThat(backend.status().permitsInUse()).isZero();
    }

    @Test
    void aPermitComesBackAfterAnExceptionAndOnlyOnce() {
        var backend = new GuardedBackend("dns_nsupdate", settings(0, 1), metrics);
        assertThatThrownBy(() -> {
                    try (var permit = backend.admit()) {
                        assertThat(permit).isNotNull();
                        backend.call(FIND, soon(), attempt(new IOException("reset")));
                    }
                })
                .isInstanceOf(BackendException.class);

        var permit = backend.admit();
        permit.close();
        permit.close();
        try (var only = backend.admit()) {
            assertThat(only).isNotNull();
            assertThatThrownBy(backend::admit).isInstanceOf(BusyException.class);
        }
    }

    @Test
    void callersAtOnceNeverHoldMorePermitsThanThereAre() throws Exception {
        var backend = new GuardedBackend("dns_nsupdate", settings(0, 3), metrics);
        var all = new CountDownLatch(8);
        var admitted = new AtomicInteger();
        var threads = Executors.newFixedThreadPool(8);
        try {
            var calls = IntStream.range(0, 8)
                    .mapToObj(i -> threads.submit(() -> {
                        try (var permit = backend.admit()) {
                            assertThat(permit).isNotNull();
                            admitted.incrementAndGet();
                            all.countDown();
                            return all.await(10, TimeUnit.SECONDS);
                        } catch (BusyException e) {
                            all.countDown();
                            return all.await(10, TimeUnit.SECONDS);
                        }
                    }))
                    .toList();
            for (var call : calls) {
                assertThat(call.get(20, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(admitted).hasValue(3);
        assertThat(backend.status().permitsInUse()).isZero();
    }

    @Test
    void healthTellsStateErrorAndAge() {
        var backend = backend(0);
        assertThat(backend.health().state()).isEqualTo(HealthState.UP);
        assertThat(backend.health().dataFrom()).isNull();

        String answer = backend.call(FIND, soon(), deadline -> "ok");
        var answered = clock.instant();
        clock.move(Duration.ofSeconds(30));
        fail(backend, FAILURES);
        var health = backend.health();

        assertThat(answer).isEqualTo("ok");
        assertThat(health.state()).isEqualTo(HealthState.DOWN);
        assertThat(health.since()).isEqualTo(clock.instant());
        assertThat(health.lastError()).isEqualTo("find zone: Connection refused");
        assertThat(health.lastErrorAt()).isEqualTo(clock.instant());
        assertThat(health.dataFrom()).isEqualTo(answered);
        assertThat(health.detail()).isEqualTo("0 of 64 permits in use");
    }

    @Test
    void everyAttemptAndRefusalIsCounted() {
        var backend = backend(0);
        try (var scope = metrics.scope()) {
            backend.register(scope);
            String answer = backend.call(FIND, soon(), deadline -> "ok");
            assertThat(answer).isEqualTo("ok");
            assertThatThrownBy(() -> backend.call(FIND, soon(), attempt(BackendException.rejected("REFUSED"))))
                    .hasMessage("REFUSED");
            failure(backend, FIND, attempt(new SocketTimeoutException()));
            fail(backend, FAILURES - 1);
            failure(backend, FIND, attempt(new IOException()));

            assertThat(metrics.scrape())
                    .contains(
                            "smart_proxy_backend_seconds_count{backend=\"dns_nsupdate\",operation=\"find zone\",result=\"ok\"} 1\n",
                            "smart_proxy_backend_errors_total{backend=\"dns_nsupdate\",error=\"rejected\",operation=\"find zone\"} 1.0\n",
                            "smart_proxy_backend_errors_total{backend=\"dns_nsupdate\",error=\"timeout\",operation=\"find zone\"} 1.0\n",
                            "smart_proxy_backend_errors_total{backend=\"dns_nsupdate\",error=\"unavailable\",operation=\"find zone\"} 3.0\n",
                            "smart_proxy_backend_refused_total{backend=\"dns_nsupdate\",reason=\"circuit_open\"} 1.0\n",
                            "smart_proxy_backend_up{backend=\"dns_nsupdate\"} 0.0\n",
                            "smart_proxy_backend_permits{backend=\"dns_nsupdate\"} 64.0\n",
                            "smart_proxy_backend_permits_used{backend=\"dns_nsupdate\"} 0.0\n");
        }
    }

    @Test
    void everyReasonNotToTryIsCounted() {
        var backend = new GuardedBackend("pulp", settings(0, 1), metrics);
        try (var scope = metrics.scope();
                var permit = backend.admit()) {
            backend.register(scope);
            assertThat(permit).isNotNull();
            assertThatThrownBy(backend::admit).isInstanceOf(BusyException.class);
            assertThatThrownBy(() -> backend.call(FIND, Deadline.in(Duration.ZERO), attempt(new IOException())))
                    .isInstanceOf(BackendException.class);
            assertThatThrownBy(() -> backend.call(FIND, soon(), attempt(new IllegalStateException("our bug"))))
                    .hasMessage("our bug");

            assertThat(metrics.scrape())
                    .contains(
                            "smart_proxy_backend_refused_total{backend=\"pulp\",reason=\"no_permit\"} 1.0\n",
                            "smart_proxy_backend_refused_total{backend=\"pulp\",reason=\"deadline\"} 1.0\n",
                            "smart_proxy_backend_errors_total{backend=\"pulp\",error=\"internal\",operation=\"find zone\"} 1.0\n",
                            "smart_proxy_backend_up{backend=\"pulp\"} 1.0\n",
                            "smart_proxy_backend_permits_used{backend=\"pulp\"} 1.0\n");
        }
    }

    private GuardedBackend backend(int retries) {
        return new GuardedBackend(
                "dns_nsupdate", settings(retries, 64), metrics, clock, clock, new Random(1), pauses::add);
    }

    private static GuardSettings settings(int retries, int permits) {
        return new GuardSettings(permits, Duration.ofSeconds(10), retries, FAILURES, PAUSE);
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(50));
    }

    private void fail(GuardedBackend backend, int times) {
        for (var i = 0; i < times; i++) {
            failure(backend, FIND, attempt(new ConnectException("Connection refused")));
        }
    }

    private static BackendException failure(
            GuardedBackend backend, Operation operation, Backend.Attempt<String> attempt) {
        return catchThrowableOfType(BackendException.class, () -> backend.call(operation, soon(), attempt));
    }

    /** Throws these in turn, the last one ever again. */
    private Backend.Attempt<String> attempt(Exception... thrown) {
        var calls = new AtomicInteger();
        return deadline -> {
            attempts.incrementAndGet();
            var exception = thrown[Math.min(calls.getAndIncrement(), thrown.length - 1)];
            if (exception instanceof IOException e) {
                throw e;
            }
            if (exception instanceof InterruptedException e) {
                throw e;
            }
            if (exception instanceof ProxyException e) {
                throw e;
            }
            throw (RuntimeException) exception;
        };
    }
}
