package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static smartproxy.core.log.LogFixture.settings;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SyslogIT {
    private static final String HEADER = "[A-Z][a-z]{2} [ 1-3][0-9] [0-9:]{8} foreman-proxy\\["
            + ProcessHandle.current().pid() + "]: ";

    @TempDir
    private Path directory;

    @Test
    void recordsArriveAsSyslogSendsThem() throws IOException {
        try (var receiver = UnixReceiver.at(directory.resolve("syslog"));
                var fixture = new LogFixture(directory, settings("syslog", "DEBUG", "not this"))) {
            fixture.log.debug("größer");
            fixture.log.info("two\nlines");
            fixture.log.warn("w");
            fixture.log.error("e");
            fixture.log.error(Logs.FATAL, "f");

            // facility 21, LOCAL5, times 8, and the severities of syslog(3)
            assertThat(receiver.text()).matches("<175>" + HEADER + "größer");
            assertThat(receiver.text()).matches("<174>" + HEADER + "two\\\\nlines");
            assertThat(receiver.text()).matches("<172>" + HEADER + "w");
            assertThat(receiver.text()).matches("<171>" + HEADER + "e");
            assertThat(receiver.text()).matches("<170>" + HEADER + "f");
            assertThat(fixture.out() + fixture.err()).isEmpty();
        }
    }

    @Test
    void aStackIsOneDatagramPerLine() throws IOException {
        try (var receiver = UnixReceiver.at(directory.resolve("syslog"));
                var fixture = new LogFixture(directory, settings("SYSLOG"))) {
            var failure = new IOException("broken");
            failure.setStackTrace(new StackTraceElement[] {new StackTraceElement("a.B", "c", "B.java", 1)});
            fixture.log.error("e", failure);

            assertThat(receiver.text()).endsWith("]: e");
            assertThat(receiver.text()).endsWith("]:   java.io.IOException: broken");
            assertThat(receiver.text()).endsWith("]:     at a.B.c(B.java:1)");
        }
    }

    @Test
    void aRestartedDaemonIsFoundAgain() throws IOException {
        var path = directory.resolve("syslog");
        try (var fixture = new LogFixture(directory, settings("SYSLOG"))) {
            fixture.log.info("nobody there");
            try (var receiver = UnixReceiver.at(path)) {
                fixture.log.info("one");
                assertThat(receiver.text()).endsWith("one");
            }
            fixture.log.info("lost");
            fixture.log.info("lost");
            try (var receiver = UnixReceiver.at(path)) {
                fixture.log.info("two");
                assertThat(receiver.text()).endsWith("two");
            }

            assertThat(fixture.err().lines()).hasSize(4);
            assertThat(fixture.err().lines().skip(2))
                    .first()
                    .asString()
                    .startsWith("foreman-proxy: log records cannot be written to " + path + ": ");
            assertThat(fixture.err().lines())
                    .last()
                    .isEqualTo("foreman-proxy: log records are written to " + path + " again, 2 were lost");
        }
    }

    @Test
    void aStuckDaemonHoldsNobodyUpForEver() throws IOException {
        try (var receiver = UnixReceiver.at(directory.resolve("syslog"));
                var fixture = new LogFixture(directory, settings("SYSLOG"))) {
            // more than any queue of a Unix socket takes; nobody reads
            for (int i = 0; i < 5000; i++) {
                fixture.log.info("record {} {}", i, "x".repeat(200));
            }
            assertThat(fixture.err().toLowerCase(Locale.ROOT)).contains("is behind");

            assertThat(receiver.text()).contains("record 0 ");
            fixture.log.info("on it goes");
            assertThat(fixture.err().lines()).hasSize(2).last().asString().contains(" again, ");
        }
    }

    @Test
    void anInterruptedThreadLogsToo() throws IOException {
        try (var receiver = UnixReceiver.at(directory.resolve("syslog"));
                var fixture = new LogFixture(directory, settings("SYSLOG"))) {
            fixture.log.info("one");
            Thread.currentThread().interrupt();
            fixture.log.info("two");
            assertThat(Thread.interrupted()).isTrue();
            fixture.log.info("three");

            assertThat(receiver.text()).endsWith("one");
            assertThat(receiver.text()).endsWith("two");
            assertThat(receiver.text()).endsWith("three");
        }
    }

    @Test
    void theLargestRecordFits() throws IOException {
        try (var receiver = UnixReceiver.at(directory.resolve("syslog"));
                var fixture = new LogFixture(directory, settings("SYSLOG"))) {
            fixture.log.info("\u0001".repeat(100_000));
            fixture.log.info("日".repeat(100_000));

            assertThat(receiver.text()).contains("\\u0001\\u0001").hasSizeGreaterThan(32 * 1024);
            assertThat(receiver.text()).contains("日日").hasSizeGreaterThan(16 * 1024);
            assertThat(fixture.err()).isEmpty();
        }
    }
}
