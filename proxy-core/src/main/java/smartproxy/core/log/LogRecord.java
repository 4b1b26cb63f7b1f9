package smartproxy.core.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One record on its way to the log and the buffer.
 *
 * @param message bounded and well-formed, but as it came: it may hold line breaks
 * @param context the thread's diagnostic context, see {@link RequestIds}
 * @param thrown what was logged with it
 */
record LogRecord(
        Instant time,
        Severity severity,
        String logger,
        String thread,
        String message,
        Map<String, String> context,
        @Nullable IThrowableProxy thrown) {

    static LogRecord of(ILoggingEvent event) {
        var markers = event.getMarkerList();
        var fatal = markers != null && markers.contains(Logs.FATAL);
        var thrown = event.getThrowableProxy();
        var message = event.getFormattedMessage();
        if ((message == null || message.isBlank()) && thrown != null) {
            message = thrown.getMessage() == null ? thrown.getClassName() : thrown.getMessage();
        }
        return new LogRecord(
                event.getInstant(),
                Severity.of(event.getLevel(), fatal),
                event.getLoggerName(),
                event.getThreadName(),
                LogText.bounded(message == null ? "" : message, LogText.MAX_MESSAGE),
                event.getMDCPropertyMap(),
                thrown);
    }

    /** A record of the log about itself. */
    static LogRecord own(Severity severity, String message) {
        return new LogRecord(
                Instant.now(),
                severity,
                Logs.class.getName(),
                Thread.currentThread().getName(),
                LogText.bounded(message, LogText.MAX_MESSAGE),
                Map.of(),
                null);
    }

    /** The stack of {@link #thrown()} as lines that cannot be taken for records; none without one. */
    List<String> stackLines() {
        return thrown == null ? List.of() : Stacks.lines(thrown);
    }
}
