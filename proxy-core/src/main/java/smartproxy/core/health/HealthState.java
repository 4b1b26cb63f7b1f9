package smartproxy.core.health;

import java.util.Locale;

/** How well something works; the worst last. */
public enum HealthState {
    UP,
    DEGRADED,
    DOWN;

    /** As shown: {@code up}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
