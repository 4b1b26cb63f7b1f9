package smartproxy.core.tls;

import java.nio.file.Path;
import java.util.Collection;

/**
 * Why a TLS file cannot be used.
 *
 * @param file the file to mend
 * @param message what is wrong and what to do, without the file
 * @param summary what the daemon says at its start, in the reference's words
 */
public record TlsTrouble(Path file, String message, String summary) {
    /**
     * @param files one of which may begin the message
     * @param message {@code file: what is wrong}
     */
    static TlsTrouble of(String summary, Path file, Collection<Path> files, String message) {
        for (var candidate : files) {
            if (message.startsWith(candidate + ": ")) {
                return new TlsTrouble(candidate, message.substring((candidate + ": ").length()), summary);
            }
        }
        return new TlsTrouble(file, message, summary);
    }

    /** {@code file: what is wrong, what to do}. */
    @Override
    public String toString() {
        return file + ": " + message;
    }
}
