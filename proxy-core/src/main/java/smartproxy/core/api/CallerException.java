package smartproxy.core.api;

/** The caller asked for something wrong, absent or in the way of something else. Nothing was changed. */
public final class CallerException extends ProxyException {
    private static final long serialVersionUID = 1L;

    private final int status;

    private CallerException(int status, String message) {
        super(message, null);
        this.status = status;
    }

    /** 400: a parameter is missing or wrong. */
    public static CallerException badRequest(String message) {
        return new CallerException(400, message);
    }

    /** 403: the caller may not do this. */
    public static CallerException forbidden(String message) {
        return new CallerException(403, message);
    }

    /** 404: what the caller named does not exist. Foreman reads it as "already gone" on a delete. */
    public static CallerException notFound(String message) {
        return new CallerException(404, message);
    }

    /** 409: something else is there already. */
    public static CallerException conflict(String message) {
        return new CallerException(409, message);
    }

    @Override
    public int status() {
        return status;
    }
}
