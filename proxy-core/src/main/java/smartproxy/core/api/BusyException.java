package smartproxy.core.api;

/** 503 at once, with {@code Retry-After}: a bound is reached, nothing was begun. */
public final class BusyException extends ProxyException {
    private static final long serialVersionUID = 1L;

    public BusyException(String message) {
        super(message, null);
    }

    @Override
    public int status() {
        return 503;
    }
}
