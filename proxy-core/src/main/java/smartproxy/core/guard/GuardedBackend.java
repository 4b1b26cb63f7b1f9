package smartproxy.core.guard;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.core.api.ProxyException;
import smartproxy.core.health.HealthItem;
import smartproxy.core.health.HealthState;
import smartproxy.core.health.Metrics;
import smartproxy.core.health.MetricsScope;

/** The guard around one backend. It has no threads: an attempt runs on the caller's, and has to keep its own deadline. */
public final class GuardedBackend implements Backend {
    /** Waits between two attempts. */
    interface Pause {
        void sleep(Duration time) throws InterruptedException;
    }

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(400);

    private final String name;
    private final GuardSettings settings;
    private final Metrics metrics;
    private final Semaphore permits;
    private final Breaker breaker;
    private final RandomGenerator random;
    private final Pause pause;

    /** @param name what it is called in errors, metrics and health: {@code dns_nsupdate} */
    public GuardedBackend(String name, GuardSettings settings, Metrics metrics) {
        this(name, settings, metrics, Clock.systemUTC(), new SteadyClock(), new Random(), GuardedBackend::sleep);
    }

    GuardedBackend(
            String name,
            GuardSettings settings,
            Metrics metrics,
            Clock clock,
            Clock steady,
            RandomGenerator random,
            Pause pause) {
        this.name = name;
        this.settings = settings;
        this.metrics = metrics;
        this.permits = new Semaphore(settings.permits());
        this.breaker = new Breaker(name, settings, clock, steady);
        this.random = random;
        this.pause = pause;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Permit admit() {
        if (!permits.tryAcquire()) {
            metrics.backendRefused(name, "no_permit");
            throw new BusyException(name + ": all " + settings.permits()
                    + " permits are taken by requests that wait for it; nothing was changed");
        }
        var held = new AtomicBoolean(true);
        return () -> {
            if (held.getAndSet(false)) {
                permits.release();
            }
        };
    }

    @Override
    public <T> T call(Operation operation, Deadline deadline, Attempt<T> attempt) {
        admitFirst(operation, deadline);
        var most = operation.repeatable() ? settings.retries() + 1 : 1;
        var maybeApplied = false;
        for (var attempts = 1; ; attempts++) {
            var attemptDeadline = deadline.within(settings.attemptTimeout());
            var begun = System.nanoTime();
            TransportFailure failure;
            try {
                var result = attempt.run(attemptDeadline);
                var took = System.nanoTime() - begun;
                breaker.answered(took);
                metrics.backendCall(name, operation.name(), "ok", took);
                return result;
            } catch (ProxyException e) {
                throw refused(operation, e, begun, maybeApplied);
            } catch (InterruptedException e) {
                breaker.forget();
                throw interrupted(operation, e, true);
            } catch (IOException e) {
                if (isInterrupt(e)) {
                    breaker.forget();
                    throw interrupted(operation, e, true);
                }
                var took = System.nanoTime() - begun;
                failure = TransportFailure.of(operation, e, attemptDeadline.expired(), Duration.ofNanos(took));
                breaker.failed(took, operation.name() + ": " + failure.cause(), e);
                metrics.backendCall(name, operation.name(), word(failure.kind()), took);
            } catch (RuntimeException | Error e) {
                breaker.forget();
                metrics.backendCall(name, operation.name(), "internal", System.nanoTime() - begun);
                throw e;
            }
            maybeApplied |= failure.maybeApplied();
            try {
                if (attempts == most || !mayTryAgain(attempts, deadline)) {
                    throw failure.toException(name, operation, attempts, maybeApplied);
                }
            } catch (InterruptedException e) {
                throw interrupted(operation, e, maybeApplied);
            }
        }
    }

    @Override
    public Passage begin(Operation operation) {
        var permit = admit();
        try {
            admitFirst(operation, Deadline.in(Duration.ofMinutes(1)));
        } catch (BackendException e) {
            permit.close();
            throw e;
        }
        return new Running(operation, permit);
    }

    /** A call that ends on another thread. */
    private final class Running implements Passage {
        private final Operation operation;
        private final Permit permit;
        private final long begun = System.nanoTime();
        private final AtomicBoolean told = new AtomicBoolean();

        Running(Operation operation, Permit permit) {
            this.operation = operation;
            this.permit = permit;
        }

        @Override
        public void answered() {
            if (told.compareAndSet(false, true)) {
                var took = System.nanoTime() - begun;
                breaker.answered(took);
                metrics.backendCall(name, operation.name(), "ok", took);
            }
        }

        @Override
        public BackendException failed(IOException cause) {
            var took = System.nanoTime() - begun;
            var failure = TransportFailure.of(operation, cause, false, Duration.ofNanos(took));
            if (told.compareAndSet(false, true)) {
                breaker.failed(took, operation.name() + ": " + failure.cause(), cause);
                metrics.backendCall(name, operation.name(), word(failure.kind()), took);
            }
            return failure.toException(name, operation, 1, failure.maybeApplied());
        }

        @Override
        public void close() {
            if (told.compareAndSet(false, true)) {
                breaker.forget();
            }
            permit.close();
        }
    }

    /** What is known of it now. */
    public BackendHealth status() {
        var error = breaker.lastError();
        return new BackendHealth(
                name,
                breaker.state(),
                breaker.since(),
                error == null ? null : error.text(),
                error == null ? null : error.at(),
                breaker.lastSuccess(),
                permitsInUse(),
                settings.permits());
    }

    /** {@link #status()} as shown by {@code /health}. */
    public HealthItem health() {
        var status = status();
        var state = switch (status.state()) {
            case UP -> HealthState.UP;
            case PROBING -> HealthState.DEGRADED;
            case DOWN -> HealthState.DOWN;
        };
        return HealthItem.of(state)
                .since(status.since())
                .detail(status.permitsInUse() + " of " + status.permits() + " permits in use")
                .lastError(status.lastError(), status.lastErrorAt())
                .dataFrom(status.lastSuccess());
    }

    /** Registers its gauges, which end with the scope. */
    public void register(MetricsScope scope) {
        var tags = Map.of("backend", name);
        scope.gauge(
                "smart_proxy_backend_up",
                "1 while calls go through to the backend, 0 while its circuit breaker refuses them",
                tags,
                () -> breaker.state() == BackendHealth.State.DOWN ? 0 : 1);
        scope.gauge("smart_proxy_backend_permits_used", "Requests at the backend now", tags, this::permitsInUse);
        scope.gauge("smart_proxy_backend_permits", "Most requests at the backend", tags, settings::permits);
    }

    private int permitsInUse() {
        return settings.permits() - permits.availablePermits();
    }

    private void admitFirst(Operation operation, Deadline deadline) {
        if (deadline.expired()) {
            metrics.backendRefused(name, "deadline");
            throw new BackendException(
                    BackendException.Kind.TIMEOUT,
                    BackendException.Outcome.NOT_APPLIED,
                    name + ": " + operation.name() + ": not tried, because the request's time was over",
                    null);
        }
        if (!breaker.admits()) {
            metrics.backendRefused(name, "circuit_open");
            throw new BackendException(
                    BackendException.Kind.UNAVAILABLE,
                    BackendException.Outcome.NOT_APPLIED,
                    name + ": " + operation.name() + ": " + breaker.reason(),
                    null);
        }
    }

    private boolean mayTryAgain(int attempts, Deadline deadline) throws InterruptedException {
        var longest = Math.min(LONGEST_PAUSE.toMillis(), SHORTEST_PAUSE.toMillis() << attempts);
        var time = Duration.ofMillis(random.nextLong(SHORTEST_PAUSE.toMillis(), longest + 1));
        if (time.compareTo(deadline.left()) >= 0) {
            return false;
        }
        pause.sleep(time);
        return !deadline.expired() && breaker.admits();
    }

    /** The exception of a call whose attempt threw a {@link ProxyException}: the backend's answer, or not even a call. */
    private ProxyException refused(Operation operation, ProxyException answer, long begun, boolean maybeApplied) {
        var took = System.nanoTime() - begun;
        var refusal = answer instanceof BackendException backendException ? backendException : null;
        var isAnswer = answer instanceof CallerException
                || (refusal != null && refusal.kind() == BackendException.Kind.REJECTED);
        if (isAnswer) {
            breaker.answered(took);
        } else if (refusal != null && refusal.getCause() instanceof IOException cause) {
            var failure = TransportFailure.of(operation, cause, false, Duration.ofNanos(took));
            breaker.failed(took, operation.name() + ": " + failure.cause(), cause);
        } else {
            breaker.forget();
        }
        metrics.backendCall(name, operation.name(), refusal == null ? "ok" : word(refusal.kind()), took);
        if (refusal == null || !maybeApplied || refusal.outcome() == BackendException.Outcome.UNKNOWN) {
            return answer;
        }
        return new BackendException(
                refusal.kind(),
                BackendException.Outcome.UNKNOWN,
                refusal.getMessage() + "; an earlier attempt got no answer: whether it made the change is unknown",
                refusal);
    }

    private BackendException interrupted(Operation operation, Exception cause, boolean maybeApplied) {
        Thread.currentThread().interrupt();
        return new BackendException(
                BackendException.Kind.UNAVAILABLE,
                maybeApplied ? BackendException.Outcome.UNKNOWN : BackendException.Outcome.NOT_APPLIED,
                name + ": " + operation.name() + ": interrupted, the daemon is ending"
                        + (maybeApplied ? "; whether the change was made is unknown" : ""),
                cause);
    }

    private static boolean isInterrupt(IOException e) {
        var root = e instanceof OutcomeUnknownException && e.getCause() != null ? e.getCause() : e;
        return root instanceof ClosedByInterruptException
                || (root instanceof InterruptedIOException && !(root instanceof SocketTimeoutException));
    }

    private static String word(BackendException.Kind kind) {
        return switch (kind) {
            case REJECTED -> "rejected";
            case UNAVAILABLE -> "unavailable";
            case TIMEOUT -> "timeout";
        };
    }

    private static void sleep(Duration time) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
    }
}
