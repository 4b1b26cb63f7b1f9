package smartproxy.core.api;

/**
 * What a live check found, for an administrator.
 *
 * @param what was looked at: {@code dns_nsupdate ns.example.com:53}
 * @param found one line, no secret
 * @param advice what to do; empty when there is nothing to do
 */
public record Finding(Level level, String what, String found, String advice) {
    /** How good it is. An error means that the daemon, or a feature, would not work. */
    public enum Level {
        OK,
        WARNING,
        ERROR
    }

    public static Finding ok(String what, String found) {
        return new Finding(Level.OK, what, found, "");
    }

    public static Finding warning(String what, String found, String advice) {
        return new Finding(Level.WARNING, what, found, advice);
    }

    public static Finding error(String what, String found, String advice) {
        return new Finding(Level.ERROR, what, found, advice);
    }

    /** {@code warning: WHAT: found; advice}, on one line whatever a server put into it. */
    @Override
    public String toString() {
        var level = switch (this.level) {
            case OK -> "ok";
            case WARNING -> "warning";
            case ERROR -> "error";
        };
        var text = level + ": " + what + ": " + found + (advice.isEmpty() ? "" : "; " + advice);
        return text.replaceAll("\\p{Cc}+", " ");
    }
}
