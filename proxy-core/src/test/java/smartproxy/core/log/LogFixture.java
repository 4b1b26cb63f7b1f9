package smartproxy.core.log;

import ch.qos.logback.classic.LoggerContext;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import org.slf4j.Logger;
import org.slf4j.MDC;

/** A Logback context of its own, with streams and sockets of its own. */
final class LogFixture implements AutoCloseable {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final LoggerContext context = new LoggerContext();
    final Logger log = context.getLogger("smartproxy.Example");
    final Path directory;
    final Logs logs;

    LogFixture(Path directory, LogSettings settings) {
        this.directory = directory;
        context.setMDCAdapter(MDC.getMDCAdapter());
        var host = new Logs.Host(
                out,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                directory.resolve("syslog"),
                directory.resolve("journal"),
                Clock.system(ZoneOffset.UTC));
        logs = Logs.start(context, settings, host);
    }

    static LogSettings settings(Object file, String level, String pattern) {
        return new LogSettings(file.toString(), level, 0, "weekly", 6, pattern, "%m", 10, 5);
    }

    static LogSettings settings(Object file) {
        return settings(file, "INFO", "%.8X{request} [%.1l] %m");
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        logs.close();
        context.stop();
    }
}
