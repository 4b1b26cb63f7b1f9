package smartproxy.core.api;

/** A setting's value is wrong; the message says what is wrong, in the reference's words where it has some. */
public final class InvalidSetting extends Exception {
    private static final long serialVersionUID = 1L;

    private final String advice;

    /**
     * @param message what is wrong: {@code Parameter 'dns_ttl' is expected to have a non-empty value}
     * @param advice what would be right, shown by {@code check}; may be empty
     */
    public InvalidSetting(String message, String advice) {
        super(message);
        this.advice = advice;
    }

    public String advice() {
        return advice;
    }
}
