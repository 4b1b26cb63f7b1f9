package smartproxy.core.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintStream;

/** A line that tells how far a job is: drawn anew on a terminal, one line for each new message elsewhere. */
final class ProgressLine {
    private static final int WIDTH = 30;
    private static final int MOST = 78;

    private final PrintStream out;
    private final boolean terminal;
    private String shown = "";
    private String said = "";

    ProgressLine(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    void show(String subject, JsonNode job) {
        var state = job.path("state").asText();
        var message = Words.shown(job.path("message").asText(""));
        if (terminal) {
            draw(bar(job.path("done").asLong(), job.path("total").asLong()) + " " + subject + ": "
                    + (message.isEmpty() ? state : message));
        } else if (!(state + message).equals(said)) {
            said = state + message;
            out.println(subject + ": " + state + (message.isEmpty() ? "" : ": " + message));
        }
    }

    /** {@code [######------------]  33 % 1/3}; without a total that cannot be told. */
    static String bar(long done, long total) {
        if (total <= 0) {
            return "[" + " ".repeat(WIDTH) + "]    ";
        }
        var part = Math.max(0, Math.min(done, total));
        var full = (int) (part * WIDTH / total);
        return "[" + "#".repeat(full) + "-".repeat(WIDTH - full) + "] " + String.format("%3d %%", part * 100 / total)
                + " " + done + "/" + total;
    }

    private void draw(String line) {
        var text = line.length() > MOST ? line.substring(0, MOST - 1) + "…" : line;
        if (!text.equals(shown)) {
            out.print("\r" + text + " ".repeat(Math.max(0, shown.length() - text.length())));
            out.flush();
            shown = text;
        }
    }

    /** Leaves the line, so that others may follow. */
    void end() {
        if (!shown.isEmpty()) {
            out.print("\r" + " ".repeat(shown.length()) + "\r");
            out.flush();
            shown = "";
        }
    }
}
