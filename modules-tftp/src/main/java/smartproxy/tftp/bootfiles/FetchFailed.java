package smartproxy.tftp.bootfiles;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A try that did not bring the file. Nothing is left of it but, when it may pass, what the next try can go on with. */
final class FetchFailed extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean mayPass;

    private FetchFailed(String message, boolean mayPass, @Nullable Throwable cause) {
        super(message, cause);
        this.mayPass = mayPass;
    }

    /** The next try would fail too. */
    static FetchFailed forGood(String message) {
        return new FetchFailed(message, false, null);
    }

    static FetchFailed forGood(String message, Throwable cause) {
        return new FetchFailed(message, false, cause);
    }

    /** The next try may not fail. */
    static FetchFailed forNow(String message) {
        return new FetchFailed(message, true, null);
    }

    static FetchFailed forNow(String message, Throwable cause) {
        return new FetchFailed(message, true, cause);
    }

    static FetchFailed forGood(IOException cause) {
        return forGood(reason(cause), cause);
    }

    static FetchFailed forNow(IOException cause) {
        return forNow(reason(cause), cause);
    }

    private static String reason(IOException failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    boolean mayPass() {
        return mayPass;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
