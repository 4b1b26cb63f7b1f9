package smartproxy.core.http;

/**
 * Query or form cannot be read as parameters: bad percent-encoding, a key that is text and hash at once, a broken multipart
 * body. Answered with 400, {@code text/html;charset=utf-8} and {@link #page()} as body, whatever Accept says.
 */
public final class BadParametersException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String what;

    private BadParametersException(String what, String reason) {
        super(reason);
        this.what = what;
    }

    static BadParametersException parameters(String reason) {
        return new BadParametersException("query parameters", reason);
    }

    static BadParametersException multipart(String reason) {
        return new BadParametersException("multipart/form-data", reason);
    }

    /** The body: the reason is escaped once where it is raised and once where it is shown, as the reference does. */
    public String page() {
        return "Invalid " + escape(what) + ": " + escape(escape(getMessage()));
    }

    private static String escape(String text) {
        var escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#x27;");
                case '/' -> escaped.append("&#x2F;");
                default -> escaped.append(c);
            }
        }
        return escaped.toString();
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
