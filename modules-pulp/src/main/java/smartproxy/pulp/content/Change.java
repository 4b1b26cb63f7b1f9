package smartproxy.pulp.content;

import java.util.Optional;

/**
 * What a backend made of a wanted change.
 *
 * @param changes whether there was anything to change
 * @param task the backend's task that makes the change; empty: it is made
 */
public record Change(boolean changes, Optional<String> task) {
    /** All was so already. */
    public static final Change NONE = new Change(false, Optional.empty());

    /** It is made. */
    public static final Change MADE = new Change(true, Optional.empty());

    /** It is being made. */
    public static Change by(String task) {
        return new Change(true, Optional.of(task));
    }
}
