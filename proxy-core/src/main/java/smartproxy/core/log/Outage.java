package smartproxy.core.log;

import java.io.IOException;
import java.io.PrintStream;

/** Tells once, on stderr, that records cannot be written, and once that they can again. */
final class Outage {
    private final String where;
    private final PrintStream err;
    private long lost;
    private long recovered;
    private volatile String reason = "";

    /** @param where the destination, as an administrator knows it */
    Outage(String where, PrintStream err) {
        this.where = where;
        this.err = err;
    }

    boolean lasts() {
        return lost > 0;
    }

    void lost(IOException cause) {
        if (lost++ == 0) {
            reason = "log records cannot be written to " + where + ": "
                    + LogText.oneLine(String.valueOf(cause.getMessage()));
            err.println("foreman-proxy: " + reason);
        }
    }

    void written() {
        if (lost > 0) {
            err.println("foreman-proxy: log records are written to " + where + " again, " + lost + " were lost");
            recovered += lost;
            lost = 0;
            reason = "";
        }
    }

    /** Why records are lost at present; empty when they are not. Of any thread. */
    String reason() {
        return reason;
    }

    /** What {@link Destination#recovered} tells. */
    long recovered() {
        var told = recovered;
        recovered = 0;
        return told;
    }
}
