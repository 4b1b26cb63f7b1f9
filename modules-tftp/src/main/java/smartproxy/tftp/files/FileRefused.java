package smartproxy.tftp.files;

/** A path below the root that cannot be used as it was asked for. Nothing was opened or changed. */
public final class FileRefused extends Exception {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        /** The path has a NUL, another control character, or is too long. */
        BAD_NAME("not a file name"),
        /** Nothing is there; a link that leads nowhere counts as nothing. */
        NOT_FOUND("not found"),
        /** It is the root itself, or leads out of the root, by {@code ..} or through a link. */
        OUTSIDE("outside of the root"),
        DIRECTORY("a directory"),
        /** A file lies where a directory is needed for something new. */
        NOT_DIRECTORY("not a directory"),
        /** A pipe, device or socket. */
        NOT_REGULAR("not a regular file"),
        /** The daemon's user may not. */
        DENIED("permission denied");

        private final String text;

        Reason(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private final Reason reason;
    private final String path;

    FileRefused(Reason reason, String path) {
        super(path + ": " + reason, null, false, false);
        this.reason = reason;
        this.path = path;
    }

    /** What could not be used: the path as it was asked for, or the absolute one of what is in its way. */
    public String path() {
        return path;
    }

    public Reason reason() {
        return reason;
    }
}
