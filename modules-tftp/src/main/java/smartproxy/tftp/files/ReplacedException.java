package smartproxy.tftp.files;

/** What was found at a path is not there any more; another look is needed. */
final class ReplacedException extends Exception {
    private static final long serialVersionUID = 1L;

    ReplacedException() {
        super("replaced meanwhile", null, false, false);
    }
}
