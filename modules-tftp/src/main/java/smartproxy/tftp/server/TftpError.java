package smartproxy.tftp.server;

/** Why a request or transfer ends; sent to the client as an ERROR (RFC 1350, section 5). */
final class TftpError extends Exception {
    static final int OTHER = 0;
    static final int NOT_FOUND = 1;
    static final int ACCESS = 2;
    static final int ILLEGAL = 4;
    static final int UNKNOWN_TRANSFER = 5;

    private static final long serialVersionUID = 1L;

    private final int code;

    /** @param message for the client and the log, printable ASCII */
    TftpError(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    int code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
