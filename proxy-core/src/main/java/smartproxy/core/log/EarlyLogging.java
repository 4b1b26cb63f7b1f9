package smartproxy.core.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;

/**
 * Configures Logback until {@link Logs#start}: warnings and errors go to stderr, nothing is searched on the class path. Found
 * by {@link java.util.ServiceLoader}.
 */
public final class EarlyLogging extends ContextAwareBase implements Configurator {
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        var stderr = new StreamDestination("stderr", System.err, Pattern.of("%d [%.1l] %m"), System.err);
        var appender = new LogAppender(record -> {
            synchronized (stderr) {
                stderr.write(record);
            }
        });
        appender.setContext(context);
        appender.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
