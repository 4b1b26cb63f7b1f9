package smartproxy.core.log;

/** Where rendered records go. Used by one thread at a time. Failures are reported on stderr, once, and never thrown. */
interface Destination {
    void write(LogRecord record);

    /** Lets go of the file and opens it again by its name. */
    default void reopen() {}

    /** After it {@link #write} is not called any more. */
    default void close() {}
}
