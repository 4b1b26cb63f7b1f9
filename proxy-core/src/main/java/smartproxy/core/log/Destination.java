package smartproxy.core.log;

import java.util.Optional;

/** Where rendered records go. Used by one thread at a time. Failures are reported on stderr, once, and never thrown. */
interface Destination {
    void write(LogRecord record);

    /** Why records are lost at present; empty when they are not. Called by any thread. */
    String trouble();

    /**
     * Lets go of the file and opens it again by its name.
     *
     * @return what is to be told when that failed, and records go where they went before
     */
    default Optional<String> reopen() {
        return Optional.empty();
    }

    /** How many records were lost before the last one that was written; each is told once. */
    default long recovered() {
        return 0;
    }

    /** After it {@link #write} is not called any more. */
    default void close() {}
}
