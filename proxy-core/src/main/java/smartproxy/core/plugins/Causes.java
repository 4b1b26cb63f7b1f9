package smartproxy.core.plugins;

/** Tells in one line why code that is not ours failed. */
public final class Causes {
    private static final int MOST = 5;

    private Causes() {}

    /** {@code Class: message, caused by Class: message …} */
    public static String of(Throwable failure) {
        var text = new StringBuilder(one(failure));
        var cause = failure.getCause();
        for (var i = 1; i < MOST && cause != null; i++) {
            text.append(", caused by ").append(one(cause));
            cause = cause.getCause();
        }
        return text.toString();
    }

    private static String one(Throwable failure) {
        var name = failure.getClass().getSimpleName();
        return failure.getMessage() == null ? name : name + ": " + failure.getMessage();
    }
}
