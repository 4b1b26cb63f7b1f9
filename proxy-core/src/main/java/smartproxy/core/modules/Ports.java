package smartproxy.core.modules;

import org.jspecify.annotations.Nullable;

/** On which listeners a module is mounted: the meaning of {@code :enabled:}. */
public record Ports(boolean http, boolean https) {
    static final Ports NONE = new Ports(false, false);

    /** Exactly {@code true}, {@code http} and {@code https} enable; anything else does not. */
    static Ports of(@Nullable Object enabled) {
        if (Boolean.TRUE.equals(enabled)) {
            return new Ports(true, true);
        }
        return new Ports("http".equals(enabled), "https".equals(enabled));
    }

    boolean any() {
        return http || https;
    }
}
