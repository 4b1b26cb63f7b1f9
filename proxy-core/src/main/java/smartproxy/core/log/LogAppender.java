package smartproxy.core.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.function.Consumer;

/** Hands what Logback collects to a sink. */
final class LogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    private final Consumer<LogRecord> sink;

    LogAppender(Consumer<LogRecord> sink) {
        this.sink = sink;
    }

    @Override
    protected void append(ILoggingEvent event) {
        var record = LogRecord.of(event);
        if (!record.message().isBlank()) {
            sink.accept(record);
        }
    }
}
