package smartproxy.core.settings;

import java.nio.file.Path;

/**
 * Something wrong, or doubtful, in a settings file.
 *
 * @param line counted from 1; 0 when no line can be named
 * @param key without the colon; empty when the file as a whole is meant
 * @param message what is wrong, in the reference's words where it has some
 * @param advice what would be right; may be empty
 */
public record Problem(Severity severity, Path file, int line, String key, String message, String advice) {
    /** Whether the file can be used nevertheless. */
    public enum Severity {
        /** The settings cannot be used. */
        ERROR,
        /** They can, but perhaps not as meant. */
        WARNING
    }

    public static Problem error(Path file, int line, String key, String message, String advice) {
        return new Problem(Severity.ERROR, file, line, key, message, advice);
    }

    public static Problem warning(Path file, int line, String key, String message, String advice) {
        return new Problem(Severity.WARNING, file, line, key, message, advice);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** {@code file:line: key: message (advice)}, without the parts that are not known. */
    @Override
    public String toString() {
        var text = new StringBuilder().append(file);
        if (line > 0) {
            text.append(':').append(line);
        }
        if (!key.isEmpty()) {
            text.append(": ").append(key);
        }
        text.append(": ").append(message);
        if (!advice.isEmpty()) {
            text.append(" (").append(advice).append(')');
        }
        return text.toString();
    }
}
