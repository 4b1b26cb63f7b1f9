package smartproxy.core.log;

import ch.qos.logback.classic.spi.IThrowableProxy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Prints throwables, bounded. */
final class Stacks {
    private static final int MAX_FRAMES = 60;
    private static final int MAX_CAUSES = 8;
    private static final int MAX_MESSAGE = 2000;

    private Stacks() {}

    /** Each line begins with two blanks and holds no line break. */
    static List<String> lines(IThrowableProxy thrown) {
        var lines = new ArrayList<String>();
        var prefix = "  ";
        IThrowableProxy next = thrown;
        for (int i = 0; next != null && i < MAX_CAUSES; i++) {
            lines.add(prefix + LogText.oneLine(next.getClassName() + ": " + message(next)));
            for (var frame : frames(next)) {
                lines.add("    at " + LogText.oneLine(frame));
            }
            prefix = "  caused by ";
            next = next.getCause();
        }
        return lines;
    }

    /** As {@code /logs} shows it: {@code message: frame}, one frame per line; the message alone when there is no stack. */
    static String backtrace(IThrowableProxy thrown) {
        var text = new StringBuilder(message(thrown));
        var separator = ": ";
        for (var frame : frames(thrown)) {
            text.append(separator).append(frame);
            separator = "\n";
        }
        IThrowableProxy cause = thrown.getCause();
        for (int i = 1; cause != null && i < MAX_CAUSES; i++) {
            text.append("\ncaused by ")
                    .append(cause.getClassName())
                    .append(": ")
                    .append(message(cause));
            for (var frame : frames(cause)) {
                text.append('\n').append(frame);
            }
            cause = cause.getCause();
        }
        return LogText.bounded(text.toString(), LogText.MAX_MESSAGE);
    }

    private static List<String> frames(IThrowableProxy thrown) {
        var frames = new ArrayList<String>();
        var stack = thrown.getStackTraceElementProxyArray();
        // frames shared with the enclosing throwable are shown there already
        var count = stack == null ? 0 : stack.length - thrown.getCommonFrames();
        for (int i = 0; i < Math.min(count, MAX_FRAMES); i++) {
            frames.add(stack[i].getStackTraceElement().toString());
        }
        if (count > MAX_FRAMES) {
            frames.add("... " + (count - MAX_FRAMES) + " more");
        }
        return frames;
    }

    private static String message(IThrowableProxy thrown) {
        @Nullable String message = thrown.getMessage();
        return message == null ? thrown.getClassName() : LogText.bounded(message, MAX_MESSAGE);
    }
}
