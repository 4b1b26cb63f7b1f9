package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileDestinationTest {
    private static final class SetClock extends Clock {
        private Instant now = Instant.parse("2026-11-22T09:30:05Z");

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    }

    @TempDir
    private Path directory;

    private final SetClock clock = new SetClock();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path file = Path.of("");

    @BeforeEach
    void nameFile() {
        file = directory.resolve("proxy.log");
    }

    private FileDestination open(Path path, Rolling rolling) throws IOException {
        return new FileDestination(
                path, Pattern.of("%m"), rolling, clock, new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private static void write(Destination destination, String... messages) {
        for (var message : messages) {
            destination.write(LogRecord.own(Severity.INFO, message));
        }
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private List<String> files() throws IOException {
        try (var list = Files.list(directory)) {
            return list.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aNewFileIsNotForOthersAndAnOldOneIsContinued() throws IOException {
        var destination = open(file, Rolling.NEVER);
        write(destination, "one");
        destination.close();
        var again = open(file, Rolling.NEVER);
        write(again, "two");
        again.close();

        assertThat(file).hasContent("one\ntwo\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isIn("rw-r-----", "rw-------");
    }

    @Test
    void reopeningFollowsTheName() throws IOException {
        var destination = open(file, Rolling.NEVER);
        write(destination, "one");
        Files.move(file, directory.resolve("proxy.log.1"));
        write(destination, "two");
        destination.reopen();
        write(destination, "three");

        assertThat(directory.resolve("proxy.log.1")).hasContent("one\ntwo\n");
        assertThat(file).hasContent("three\n");
        assertThat(err()).isEmpty();
    }

    @Test
    void aVanishedDirectoryIsReportedAndNothingIsThrown() throws IOException {
        var below = Files.createDirectory(directory.resolve("log"));
        var destination = open(below.resolve("proxy.log"), Rolling.NEVER);
        write(destination, "one");
        Files.delete(below.resolve("proxy.log"));
        Files.delete(below);
        write(destination, "two");
        destination.reopen();
        write(destination, "three");

        assertThat(err().lines()).hasSize(1).first().asString().contains("log/proxy.log cannot be reopened");

        Files.createDirectory(below);
        destination.reopen();
        write(destination, "four");
        assertThat(below.resolve("proxy.log")).hasContent("four\n");
    }

    @Test
    void aFullDiskIsReportedOnceAndItsEndToo() throws IOException {
        var link = Files.createSymbolicLink(directory.resolve("link.log"), Path.of("/dev/full"));
        var destination = open(link, Rolling.NEVER);
        write(destination, "one", "two", "three");

        assertThat(err().lines())
                .containsExactly(
                        "foreman-proxy: log records cannot be written to " + link + ": No space left on device");

        Files.delete(link);
        destination.reopen();
        write(destination, "four");
        assertThat(link).hasContent("four\n");
        assertThat(err().lines())
                .hasSize(2)
                .last()
                .isEqualTo("foreman-proxy: log records are written to " + link + " again, 3 were lost");
    }

    @Test
    void afterHalfALineTheNextRecordHasItsOwn() throws IOException {
        var room = new AtomicInteger(9);
        FileDestination.Opener small = path -> new FilterOutputStream(new FileOutputStream(path.toFile(), true)) {
            @Override
            public void write(byte[] bytes) throws IOException {
                int fits = Math.min(bytes.length, room.get());
                out.write(bytes, 0, fits);
                room.addAndGet(-fits);
                if (fits < bytes.length) {
                    throw new IOException("No space left on device");
                }
            }
        };
        var destination = new FileDestination(
                file,
                Pattern.of("%m"),
                Rolling.NEVER,
                clock,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                small);
        write(destination, "first", "second", "third");
        destination.reopen();
        room.set(1000);
        write(destination, "fourth", "fifth");

        assertThat(file).hasContent("first\nsec\nfourth\nfifth\n");
        assertThat(err().lines()).hasSize(2).last().asString().endsWith(" again, 2 were lost");
    }

    @Test
    void aDirectoryIsNoLogFile() {
        assertThatThrownBy(() -> open(directory, Rolling.NEVER)).isInstanceOf(IOException.class);
    }

    @Test
    void aFileThatReachedItsSizeIsRolledAndTheOldestGo() throws IOException {
        var bystander = Files.writeString(directory.resolve("proxy.20261122.log.bak"), "");
        var destination = open(file, new Rolling(15, "monthly", 2));
        for (int i = 1; i <= 4; i++) {
            write(destination, "record " + i + "a", "record " + i + "b");
            clock.now = clock.now.plusSeconds(60);
        }

        assertThat(files())
                .containsExactly(
                        "proxy.20261122-093205.log",
                        "proxy.20261122-093305.log",
                        bystander.getFileName().toString(),
                        "proxy.log");
        assertThat(directory.resolve("proxy.20261122-093205.log")).hasContent("record 2a\nrecord 2b\n");
        assertThat(file).hasContent("record 4a\nrecord 4b\n");
        assertThat(err()).isEmpty();
    }

    @Test
    void twoRollsInOneSecondLoseNothing() throws IOException {
        var destination = open(file, new Rolling(1, "monthly", 2));
        write(destination, "1", "2", "3", "4");

        assertThat(files()).containsExactly("proxy.20261122-093005-1.log", "proxy.20261122-093005-2.log", "proxy.log");
        assertThat(directory.resolve("proxy.20261122-093005-2.log")).hasContent("3\n");
    }

    @Test
    void anOldFileIsRolledAlsoAfterARestart() throws IOException {
        Files.writeString(file, "yesterday\n");
        Files.setLastModifiedTime(file, FileTime.from(clock.now.minusSeconds(86_400)));

        var destination = open(file, new Rolling(1 << 20, "daily", 3));
        write(destination, "today");
        clock.now = clock.now.plusSeconds(3600);
        write(destination, "later");
        clock.now = clock.now.plusSeconds(86_400);
        write(destination, "tomorrow");

        assertThat(directory.resolve("proxy.20261122-093005.log")).hasContent("yesterday\n");
        assertThat(directory.resolve("proxy.20261123-103005.log")).hasContent("today\nlater\n");
        assertThat(file).hasContent("tomorrow\n");
    }

    @Test
    void withoutSizeNothingIsRolled() throws IOException {
        var destination = open(file, new Rolling(0, "daily", 1));
        write(destination, "one");
        clock.now = clock.now.plusSeconds(40 * 86_400);
        write(destination, "two");

        assertThat(files()).containsExactly("proxy.log");
    }

    @Test
    void whenRollingFailsTheFileIsContinued() throws IOException {
        var below = Files.createDirectory(directory.resolve("log"));
        var destination = open(below.resolve("proxy.log"), new Rolling(5, "daily", 1));
        write(destination, "record 1");
        Files.delete(below.resolve("proxy.log"));
        Files.delete(below);
        write(destination, "record 2", "3");

        assertThat(err().lines()).hasSize(1).first().asString().contains("log/proxy.log cannot be rolled");

        Files.createDirectory(below);
        clock.now = clock.now.plusSeconds(60);
        write(destination, "record 4");
        assertThat(below.resolve("proxy.log")).hasContent("record 4\n");
    }

    @ParameterizedTest
    @CsvSource({
        "daily, 2026-11-22T23:59:59Z, 2026-11-23T00:00:00Z",
        "daily, 2026-12-31T00:00:00Z, 2027-01-01T00:00:00Z",
        "weekly, 2026-11-22T09:30:05Z, 2026-11-23T00:00:00Z",
        "weekly, 2026-11-23T00:00:00Z, 2026-11-30T00:00:00Z",
        "monthly, 2026-11-22T09:30:05Z, 2026-12-01T00:00:00Z",
        "3600, 2026-11-22T09:30:05Z, 2026-11-22T10:00:00Z"
    })
    void agesEndWithTheCalendar(String age, Instant written, Instant end) {
        assertThat(new Rolling(1, age, 1).end(written, ZoneOffset.UTC)).isEqualTo(end);
    }
}
