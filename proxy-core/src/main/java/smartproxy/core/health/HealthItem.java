package smartproxy.core.health;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The state of one thing; what is null is not known and not shown.
 *
 * @param since when it came into this state
 * @param detail one line for a person
 * @param lastError the newest error, also of a thing that is up again
 * @param dataFrom when the backend last answered, or its data was last read
 */
public record HealthItem(
        HealthState state,
        @Nullable Instant since,
        @Nullable String detail,
        @Nullable String lastError,
        @Nullable Instant lastErrorAt,
        @Nullable Instant dataFrom) {

    public static HealthItem of(HealthState state) {
        return new HealthItem(state, null, null, null, null, null);
    }

    public HealthItem since(@Nullable Instant time) {
        return new HealthItem(state, time, detail, lastError, lastErrorAt, dataFrom);
    }

    public HealthItem detail(@Nullable String line) {
        return new HealthItem(state, since, line, lastError, lastErrorAt, dataFrom);
    }

    public HealthItem lastError(@Nullable String error, @Nullable Instant time) {
        return new HealthItem(state, since, detail, error, time, dataFrom);
    }

    public HealthItem dataFrom(@Nullable Instant time) {
        return new HealthItem(state, since, detail, lastError, lastErrorAt, time);
    }
}
