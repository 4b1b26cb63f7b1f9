package smartproxy.core.log;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/**
 * Takes what Jersey and other libraries log through {@code java.util.logging}: warnings and errors join the daemon's log instead
 * of appearing on stderr.
 */
final class LibraryLog extends Handler {
    /** Warns of each resource that is registered as an instance, as ours are on purpose. */
    private static final Logger RESOURCE_INSTANCES = Logger.getLogger("org.glassfish.jersey.internal.inject.Providers");

    LibraryLog() {}

    static void install() {
        LogManager.getLogManager().reset();
        Logger.getLogger("").addHandler(new LibraryLog());
        RESOURCE_INSTANCES.setLevel(Level.SEVERE);
    }

    @Override
    public void publish(LogRecord record) {
        if (record.getLevel().intValue() < Level.WARNING.intValue()) {
            return;
        }
        var logger = LoggerFactory.getLogger(record.getLoggerName() == null ? "library" : record.getLoggerName());
        // puts the parameters in, and takes the text of a resource bundle
        var message = String.valueOf(new SimpleFormatter().formatMessage(record));
        if (record.getLevel().intValue() >= Level.SEVERE.intValue()) {
            logger.error(message, record.getThrown());
        } else {
            logger.warn(message, record.getThrown());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
