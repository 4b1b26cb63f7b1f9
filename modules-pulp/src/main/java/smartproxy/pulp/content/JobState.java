package smartproxy.pulp.content;

import java.util.Locale;
import java.util.Optional;

/** The states of a job, and of a backend's task, whatever it calls them. */
public enum JobState {
    WAITING(false),
    RUNNING(false),
    COMPLETED(true),
    FAILED(true),
    CANCELED(true),
    /** It was not begun and never will be. */
    SKIPPED(true);

    private final boolean ended;

    JobState(boolean ended) {
        this.ended = ended;
    }

    public boolean ended() {
        return ended;
    }

    public static Optional<JobState> named(String name) {
        for (var state : values()) {
            if (state.toString().equals(name)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }

    /** As in JSON: {@code waiting}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
