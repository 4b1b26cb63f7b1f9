package smartproxy.core.guard;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.event.CircuitBreakerOnStateTransitionEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breaker of one backend. It opens after a number of transport failures in a row, lets one attempt through when the
 * pause is over, and closes when that one is answered. While it has no answer, one more goes through after each further pause.
 */
final class Breaker {
    private static final Logger LOGGER = LoggerFactory.getLogger(Breaker.class);

    /** The newest transport failure. */
    record LastError(String text, Instant at) {}

    private final String backend;
    private final CircuitBreaker circuit;
    private final Clock clock;
    private final Clock steady;
    private final Duration pause;
    private volatile Instant since;
    private volatile @Nullable LastError lastError;
    private volatile @Nullable Instant lastSuccess;
    private Instant probed = Instant.MIN;

    /**
     * @param clock time shown to people
     * @param steady time the pause is measured by
     */
    Breaker(String backend, GuardSettings settings, Clock clock, Clock steady) {
        this.backend = backend;
        this.clock = clock;
        this.steady = steady;
        this.since = clock.instant();
        this.pause = settings.breakerPause();
        this.circuit = CircuitBreaker.of(
                backend,
                CircuitBreakerConfig.custom()
                        .slidingWindow(
                                settings.breakerFailures(),
                                settings.breakerFailures(),
                                CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .failureRateThreshold(100)
                        // a slow answer is an answer
                        .slowCallDurationThreshold(Duration.ofDays(1))
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitDurationInOpenState(settings.breakerPause())
                        .clock(steady)
                        .build());
        circuit.getEventPublisher().onStateTransition(this::changed);
    }

    /** Whether an attempt may be made now. Each attempt that was let through is ended by exactly one of the three below. */
    boolean admits() {
        return circuit.getState() == State.CLOSED ? circuit.tryAcquirePermission() : admitsProbe();
    }

    /** One whose answer may take minutes keeps out all others for no longer than a pause. */
    private synchronized boolean admitsProbe() {
        var now = steady.instant();
        var admitted = circuit.tryAcquirePermission();
        if (!admitted && circuit.getState() == State.HALF_OPEN && !now.isBefore(probed.plus(pause))) {
            circuit.releasePermission();
            admitted = circuit.tryAcquirePermission();
        }
        if (admitted) {
            probed = now;
        }
        return admitted;
    }

    void answered(long nanos) {
        lastSuccess = clock.instant();
        circuit.onSuccess(nanos, TimeUnit.NANOSECONDS);
    }

    /** @param text operation and cause */
    void failed(long nanos, String text, Throwable cause) {
        lastError = new LastError(text, clock.instant());
        circuit.onError(nanos, TimeUnit.NANOSECONDS, cause);
    }

    /** The attempt ended in a way that says nothing of the backend. */
    void forget() {
        circuit.releasePermission();
    }

    /** Why nothing is let through, and until when. */
    String reason() {
        var error = lastError;
        return "not tried, because it has been failing since " + since.truncatedTo(ChronoUnit.SECONDS)
                + (error == null ? "" : " (last error: " + error.text() + ")") + "; it is tried again every "
                + pause.toSeconds() + " s";
    }

    BackendHealth.State state() {
        return switch (circuit.getState()) {
            case OPEN, FORCED_OPEN -> BackendHealth.State.DOWN;
            case HALF_OPEN -> BackendHealth.State.PROBING;
            case CLOSED, DISABLED, METRICS_ONLY -> BackendHealth.State.UP;
        };
    }

    Instant since() {
        return since;
    }

    @Nullable LastError lastError() {
        return lastError;
    }

    @Nullable Instant lastSuccess() {
        return lastSuccess;
    }

    private void changed(CircuitBreakerOnStateTransitionEvent event) {
        switch (event.getStateTransition()) {
            case CLOSED_TO_OPEN -> {
                since = clock.instant();
                var error = lastError;
                LOGGER.warn(
                        "Backend {} is down: {}. Requests for it are answered 503 until it answers again",
                        backend,
                        error == null ? "" : error.text());
            }
            case HALF_OPEN_TO_CLOSED -> {
                LOGGER.info(
                        "Backend {} answers again; it was down since {}",
                        backend,
                        since.truncatedTo(ChronoUnit.SECONDS));
                since = clock.instant();
            }
            default -> LOGGER.debug("Backend {}: {}", backend, event.getStateTransition());
        }
    }
}
