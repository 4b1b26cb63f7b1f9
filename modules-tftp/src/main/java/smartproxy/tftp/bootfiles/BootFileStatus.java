package smartproxy.tftp.bootfiles;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/**
 * How far a boot file is.
 *
 * @param length of the file; -1: unknown
 * @param bytesPerSecond of the last try, on average
 * @param tries that were begun
 * @param error of the last try that failed; empty when none has since the last success
 * @param older whether an older copy was there, whole, when that try failed
 * @param since when it is in this state
 */
public record BootFileStatus(
        BootFile file,
        State state,
        long bytes,
        long length,
        long bytesPerSecond,
        int tries,
        String error,
        boolean older,
        Instant since) {
    static final String AGAIN = "; it is tried again";

    /** How far it is. */
    public enum State {
        /** Waits for others. */
        QUEUED,
        RUNNING,
        /** A try has failed, the next one follows. */
        RETRYING,
        /** The file is at its destination. */
        COMPLETE,
        /** It failed; an older copy is at the destination, whole. */
        STALE,
        /** It failed; nothing that can do for it is at the destination. */
        FAILED,
        /** It was complete, and was removed by the administrator's rule. */
        REMOVED;

        boolean isEnd() {
            return this == COMPLETE || this == STALE || this == FAILED || this == REMOVED;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** For who asks while it is tried again: an older copy is what there is. */
    BootFileStatus stale() {
        return new BootFileStatus(file, State.STALE, bytes, length, bytesPerSecond, tries, error + AGAIN, true, since);
    }

    /** As clients see it. */
    public ObjectNode json() {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("name", file.destination());
        json.put("source", file.shown());
        json.put("state", state.toString());
        json.put("bytes", bytes);
        if (length >= 0) {
            json.put("length", length);
        }
        json.put("bytes_per_second", bytesPerSecond);
        json.put("tries", tries);
        if (!error.isEmpty()) {
            json.put("error", error);
        }
        json.put("since", since.truncatedTo(ChronoUnit.SECONDS).toString());
        return json;
    }
}
