package smartproxy.core.api;

/**
 * What a backend is asked to do.
 *
 * @param name short and constant, it labels metrics and errors: {@code update}, {@code find zone}
 * @param repeatable whether a call that failed in transport may be sent again
 */
public record Operation(String name, boolean repeatable) {
    /** An operation that may be sent twice without harm. */
    public static Operation repeatable(String name) {
        return new Operation(name, true);
    }

    /** An operation that is sent at most once. */
    public static Operation once(String name) {
        return new Operation(name, false);
    }
}
