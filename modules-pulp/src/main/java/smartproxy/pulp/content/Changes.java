package smartproxy.pulp.content;

import java.util.function.Supplier;
import smartproxy.core.api.Deadline;

/** Makes changes one after the other and waits for each, or only says which there would be. */
interface Changes {
    /** For the next call of the provider. */
    Deadline deadline();

    /** Whether nothing is to be changed. */
    boolean dryRun();

    /**
     * Makes a change and waits until it is made. A change that was begun before the daemon ended is waited for, and not begun again.
     *
     * @param step names it
     * @param action what it is called among what was changed; empty: that is seen afterwards
     */
    void make(String step, String action, Supplier<Change> begin) throws InterruptedException;

    /** Whether a change was begun before the daemon ended, and is not known to be made. */
    default boolean isInDoubt(String step) {
        return false;
    }

    /** Notes what was changed. */
    void did(String action);

    /** Keeps a value of the first time, whatever it is when all is begun anew. */
    String remember(String name, String value);

    default void make(String action, Supplier<Change> begin) throws InterruptedException {
        make(action, action, begin);
    }
}
