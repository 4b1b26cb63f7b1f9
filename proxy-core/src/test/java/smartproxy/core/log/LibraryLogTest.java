package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LibraryLogTest {
    private static LogRecord record(java.util.logging.Level level, String message, Object... parameters) {
        var record = new LogRecord(level, message);
        record.setLoggerName(LibraryLogTest.class.getName());
        record.setParameters(parameters);
        return record;
    }

    @Test
    void warningsAndErrorsOfLibrariesJoinTheLogWithWhatTheyAreAbout() {
        var library = new LibraryLog();
        try (var captured = new Capture(LibraryLogTest.class, Level.DEBUG)) {
            library.publish(record(java.util.logging.Level.INFO, "not told"));
            library.publish(record(java.util.logging.Level.WARNING, "no port {0} at {1}", "x1", "db"));
            library.publish(record(java.util.logging.Level.SEVERE, "100 {} % lost"));

            assertThat(captured.lines()).containsExactly("WARN no port x1 at db", "ERROR 100 {} % lost");
        }
    }
}
