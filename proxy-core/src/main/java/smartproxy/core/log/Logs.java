package smartproxy.core.log;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;

/**
 * The daemon's log: takes every record SLF4J gets, keeps it for {@code /logs} and writes it where the settings say. Writing is
 * synchronous, so what was logged before a crash is there after it.
 */
public final class Logs implements AutoCloseable {
    /** Makes an error fatal: {@code log.error(Logs.FATAL, "...")}. */
    public static final Marker FATAL = MarkerFactory.getMarker("FATAL");

    /** Libraries whose lower levels would bury ours, and print headers and bodies of requests. */
    private static final List<String> QUIET = List.of(
            "org.eclipse.jetty", "org.glassfish", "io.github.resilience4j", "io.micrometer", "org.xbill", "org.sqlite");

    /** Warns of each request with two hosts, and quotes them: anybody could fill the log. Such a request is answered 400. */
    private static final String PARSER = "org.eclipse.jetty.http.HttpParser";

    /**
     * What the log needs of its surroundings.
     *
     * @param syslog path of the syslog daemon's socket
     * @param journal path of the journal's socket
     */
    record Host(OutputStream out, PrintStream err, Path syslog, Path journal, Clock clock) {
        static Host real() {
            return new Host(
                    new FileOutputStream(FileDescriptor.out),
                    System.err,
                    Path.of("/dev/log"),
                    Path.of("/run/systemd/journal/socket"),
                    Clock.system(ZoneId.systemDefault()));
        }
    }

    private final LoggerContext context;
    private final Host host;
    private final LogBuffer buffer;
    // keeps file, buffer and a change of either in one order
    private final ReentrantLock lock = new ReentrantLock();
    private final LogAppender appender = new LogAppender(this::deliver);
    private volatile boolean reopen;
    private volatile Severity threshold;
    private volatile Destination destination;
    /** Why they go elsewhere than the settings say; empty when they do not. */
    private volatile String astray = "";
    /** Why the file could not be opened anew; empty when it could. */
    private volatile String stale = "";

    private Logs(LoggerContext context, LogSettings settings, Host host) {
        this.context = context;
        this.host = host;
        this.buffer = new LogBuffer(settings.buffer(), settings.bufferErrors());
        this.threshold = Severity.valueOf(settings.level());
        var notes = new ArrayList<LogRecord>();
        try {
            destination = open(settings);
        } catch (IOException e) {
            destination = stdout(settings);
            astray = unavailable(settings, e, "Falling back to STDOUT");
            notes.add(LogRecord.own(Severity.WARN, astray));
        }
        notes.addAll(oddities(settings));
        notes.forEach(this::deliver);
        takeOver();
        setLevels();
    }

    /** Sends all records of this process where the settings say; a destination that cannot be opened is replaced by STDOUT. */
    public static Logs start(LogSettings settings) {
        LibraryLog.install();
        return start((LoggerContext) LoggerFactory.getILoggerFactory(), settings, Host.real());
    }

    /** Nothing is logged from now on: for commands that print what they find. */
    public static void mute() {
        LibraryLog.install();
        ((LoggerContext) LoggerFactory.getILoggerFactory())
                .getLogger(Logger.ROOT_LOGGER_NAME)
                .setLevel(Level.OFF);
    }

    static Logs start(LoggerContext context, LogSettings settings, Host host) {
        return new Logs(context, settings, host);
    }

    /**
     * Goes over to other settings without losing a record. The buffer keeps what fits. When the new destination cannot be
     * opened, the present one stays, with a warning.
     */
    public void reconfigure(LogSettings settings) {
        lock.lock();
        try {
            threshold = Severity.valueOf(settings.level());
            buffer.resize(settings.buffer(), settings.bufferErrors());
            try {
                var old = destination;
                destination = open(settings);
                astray = "";
                stale = "";
                old.close();
            } catch (IOException e) {
                astray = unavailable(settings, e, "Records go where they went before");
                deliver(LogRecord.own(Severity.WARN, astray));
            }
            oddities(settings).forEach(this::deliver);
            setLevels();
        } finally {
            lock.unlock();
        }
    }

    public LogBuffer buffer() {
        return buffer;
    }

    /** What keeps records from where the settings say, in one line; empty when nothing does. */
    public String trouble() {
        return Stream.of(destination.trouble(), astray, stale)
                .filter(reason -> !reason.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** Has the log file opened anew, by its name, when the next record is written. Safe in a signal handler. */
    public void requestReopen() {
        reopen = true;
    }

    /** Ends the writing; warnings and errors that come later go to stderr. */
    @Override
    public void close() {
        lock.lock();
        try {
            destination.close();
            destination = new StreamDestination("stderr", host.err(), Pattern.of("%d [%.1l] %m"), host.err());
            if (!threshold.atLeast(Severity.WARN)) {
                threshold = Severity.WARN;
            }
            setLevels();
        } finally {
            lock.unlock();
        }
    }

    private void deliver(LogRecord record) {
        if (!record.severity().atLeast(threshold)) {
            return;
        }
        lock.lock();
        try {
            var reopened = reopen;
            var problem = Optional.<String>empty();
            if (reopened) {
                reopen = false;
                problem = destination.reopen();
                stale = problem.orElse("");
            }
            write(record);
            if (reopened) {
                writeOwn(problem.map(text -> LogRecord.own(Severity.WARN, text))
                        .orElseGet(() -> LogRecord.own(Severity.INFO, "Logging file reopened via USR1 signal")));
            }
            var lost = destination.recovered();
            if (lost > 0) {
                writeOwn(LogRecord.own(
                        Severity.WARN, "Records before this one could not be written and are missing here: " + lost));
            }
        } finally {
            lock.unlock();
        }
    }

    private void writeOwn(LogRecord record) {
        if (record.severity().atLeast(threshold)) {
            write(record);
        }
    }

    private void write(LogRecord record) {
        buffer.add(record);
        destination.write(record);
    }

    private Destination open(LogSettings settings) throws IOException {
        return switch (settings.file().toUpperCase(Locale.ROOT)) {
            case "STDOUT" -> stdout(settings);
            case "SYSLOG" -> new SyslogDestination(host.syslog(), Pattern.of(settings.systemPattern()), host.err());
            case "JOURNAL", "JOURNALD" -> journal(settings);
            default -> file(settings);
        };
    }

    private Destination journal(LogSettings settings) throws IOException {
        if (!Files.exists(host.journal())) {
            throw new NoSuchFileException(host.journal().toString());
        }
        return new JournalDestination(host.journal(), Pattern.of(settings.systemPattern()), host.err());
    }

    private Destination file(LogSettings settings) throws IOException {
        var rolling = new Rolling(settings.rollingSize() * 1024L * 1024, settings.rollingAge(), settings.rollingKeep());
        try {
            return new FileDestination(
                    Path.of(settings.file()), Pattern.of(settings.filePattern()), rolling, host.clock(), host.err());
        } catch (InvalidPathException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private Destination stdout(LogSettings settings) {
        return new StreamDestination("STDOUT", host.out(), Pattern.of(settings.filePattern()), host.err());
    }

    private String unavailable(LogSettings settings, IOException cause, String consequence) {
        if (cause instanceof NoSuchFileException absent
                && host.journal().toString().equals(absent.getFile())) {
            return "Journald is not available on this platform. " + consequence + ".";
        }
        return "Log file " + settings.file() + " cannot be opened. " + consequence + ": " + reason(cause);
    }

    // the messages of java.nio's exceptions are often the path alone
    private static String reason(IOException cause) {
        return cause.getClass().getSimpleName() + ": " + cause.getMessage();
    }

    private static List<LogRecord> oddities(LogSettings settings) {
        var oddities = new ArrayList<LogRecord>();
        odd(oddities, LogSettings.FILE_PATTERN.key(), settings.filePattern());
        odd(oddities, LogSettings.SYSTEM_PATTERN.key(), settings.systemPattern());
        return oddities;
    }

    private static void odd(List<LogRecord> oddities, String key, String pattern) {
        var unknown = Pattern.unknownDirectives(pattern);
        if (!unknown.isEmpty()) {
            oddities.add(LogRecord.own(
                    Severity.WARN, key + ": unknown and written as it stands: " + String.join(" ", unknown)));
        }
    }

    private void setLevels() {
        var level = threshold.level();
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(level);
        var quiet = level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN;
        QUIET.forEach(name -> context.getLogger(name).setLevel(quiet));
        context.getLogger(PARSER).setLevel(Level.ERROR);
    }

    private void takeOver() {
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        appender.setContext(context);
        appender.start();
        root.addAppender(appender);
        var others = new ArrayList<Appender<ILoggingEvent>>();
        root.iteratorForAppenders().forEachRemaining(others::add);
        others.remove(appender);
        others.forEach(other -> {
            root.detachAppender(other);
            other.stop();
        });
    }
}
