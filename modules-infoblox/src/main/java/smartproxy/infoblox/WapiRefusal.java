package smartproxy.infoblox;

/** The grid understood and said no; it changed nothing, unless the status is 5xx. */
public final class WapiRefusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;

    /**
     * @param code {@code Client.Ibap.Data.Conflict}; empty when there is none
     * @param text for a person
     */
    WapiRefusal(int status, String code, String text) {
        super(text);
        this.status = status;
        this.code = code;
    }

    public int status() {
        return status;
    }

    /** Something is in the way, or the zone is missing: the grid has one code for both. */
    public boolean isConflict() {
        return code.endsWith("Data.Conflict");
    }

    public boolean isNotFound() {
        return code.endsWith("Data.NotFound");
    }

    /** Of a conflict: that something is in the way. */
    public boolean alreadyExists() {
        return String.valueOf(getMessage()).contains("already exists");
    }

    /** Of a conflict: that the zone is missing. */
    public boolean parentIsMissing() {
        return String.valueOf(getMessage()).contains("parent was not found");
    }
}
