package smartproxy.core.guard;

import java.time.Duration;
import java.util.List;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * Bounds of the calls to one backend; accepted in the settings file of every provider.
 *
 * @param permits requests that may use the backend at once
 * @param attemptTimeout time of one attempt
 * @param retries attempts after the first, of an operation that is safe to repeat
 * @param breakerFailures transport failures in a row that open the circuit breaker
 * @param breakerPause time the open breaker lets nothing through
 */
public record GuardSettings(
        int permits, Duration attemptTimeout, int retries, int breakerFailures, Duration breakerPause) {

    public static final Setting<Integer> PERMITS = SettingTypes.integer(
                    "backend_permits",
                    1,
                    10_000,
                    "Requests that may wait for the backend at once; one more is answered 503 at once")
            .defaultsTo(64)
            .ownExtension();
    public static final Setting<Duration> ATTEMPT_TIMEOUT = SettingTypes.seconds(
                    "backend_attempt_timeout", 1, 3600, "Time the backend is given for one answer")
            .defaultsTo(Duration.ofSeconds(10))
            .ownExtension();
    public static final Setting<Integer> RETRIES = SettingTypes.integer(
                    "backend_retries",
                    0,
                    10,
                    "Times an operation that is safe to repeat is tried again after the connection failed")
            .defaultsTo(2)
            .ownExtension();
    public static final Setting<Integer> BREAKER_FAILURES = SettingTypes.integer(
                    "backend_breaker_failures",
                    1,
                    10_000,
                    "Failed attempts in a row (no connection, no answer) after which requests are answered 503 without trying")
            .defaultsTo(10)
            .ownExtension();
    public static final Setting<Duration> BREAKER_PAUSE = SettingTypes.seconds(
                    "backend_breaker_pause", 1, 3600, "Time until a request is let through again to see if it is back")
            .defaultsTo(Duration.ofSeconds(5))
            .ownExtension();

    public static final List<Setting<?>> SETTINGS =
            List.of(PERMITS, ATTEMPT_TIMEOUT, RETRIES, BREAKER_FAILURES, BREAKER_PAUSE);

    /** The same for so many requests. */
    public GuardSettings withPermits(int number) {
        return new GuardSettings(number, attemptTimeout, retries, breakerFailures, breakerPause);
    }

    public static GuardSettings bind(Values values) {
        return new GuardSettings(
                values.get(PERMITS),
                values.get(ATTEMPT_TIMEOUT),
                values.get(RETRIES),
                values.get(BREAKER_FAILURES),
                values.get(BREAKER_PAUSE));
    }
}
