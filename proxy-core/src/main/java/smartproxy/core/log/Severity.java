package smartproxy.core.log;

import ch.qos.logback.classic.Level;

/** The levels by the names Foreman and the settings know. */
enum Severity {
    DEBUG(7),
    INFO(6),
    WARN(4),
    ERROR(3),
    /** Logged as an error with the marker {@link Logs#FATAL}. */
    FATAL(2),
    /** As a threshold it lets nothing pass: no record has it. */
    UNKNOWN(5);

    private final int syslog;

    Severity(int syslog) {
        this.syslog = syslog;
    }

    static Severity of(Level level, boolean fatal) {
        if (fatal) {
            return FATAL;
        }
        return switch (level.toInt()) {
            case Level.ERROR_INT -> ERROR;
            case Level.WARN_INT -> WARN;
            case Level.INFO_INT -> INFO;
            default -> DEBUG;
        };
    }

    /** The Logback level that lets this severity and all above it pass. */
    Level level() {
        return switch (this) {
            case DEBUG -> Level.DEBUG;
            case INFO -> Level.INFO;
            case WARN -> Level.WARN;
            case ERROR, FATAL -> Level.ERROR;
            case UNKNOWN -> Level.OFF;
        };
    }

    /** The number of syslog(3). */
    int syslog() {
        return syslog;
    }

    boolean atLeast(Severity threshold) {
        return compareTo(threshold) >= 0;
    }
}
