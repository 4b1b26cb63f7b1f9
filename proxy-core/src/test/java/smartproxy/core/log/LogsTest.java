package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static smartproxy.core.log.LogFixture.settings;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

class LogsTest {
    @TempDir
    private Path directory;

    private Path file = Path.of("");

    @BeforeEach
    void nameFile() {
        file = directory.resolve("proxy.log");
    }

    private static List<String> messages(LogFixture fixture) {
        return fixture.logs.buffer().snapshot().entries().stream()
                .map(LogBuffer.Entry::message)
                .toList();
    }

    @Test
    void recordsGoToTheFileAndTheBuffer() {
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.log.info("outside");
            try (var scope = new RequestIds("0123456789", "s").enter("192.0.2.1")) {
                assertThat(scope).isNotNull();
                fixture.log.warn("inside {}", 1);
            }

            assertThat(file).hasContent(" [I] outside\n01234567 [W] inside 1\n");
            var entries = fixture.logs.buffer().snapshot().entries();
            assertThat(entries.get(0).requestId()).isNull();
            assertThat(entries.get(1).requestId()).isEqualTo("01234567");
            assertThat(entries.get(1).level()).isEqualTo("WARN");
            assertThat(fixture.out() + fixture.err()).isEmpty();
        }
    }

    @Test
    void stdoutInAnyCase() {
        try (var fixture = new LogFixture(directory, settings("stdOut"))) {
            fixture.log.info("Hello");

            assertThat(fixture.out()).isEqualTo(" [I] Hello\n");
        }
    }

    @Test
    void aFileThatCannotBeOpenedFallsBackToStdout() {
        var absent = directory.resolve("absent/proxy.log");
        try (var fixture = new LogFixture(directory, settings(absent))) {
            fixture.log.info("Hello");

            assertThat(fixture.out())
                    .isEqualTo(" [W] Log file " + absent + " cannot be opened. Falling back to STDOUT:"
                            + " NoSuchFileException: " + absent + "\n [I] Hello\n");
            assertThat(messages(fixture)).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"JOURNAL", "journald"})
    void anAbsentJournalFallsBackToStdout(String name) {
        try (var fixture = new LogFixture(directory, settings(name))) {
            fixture.log.info("Hello");

            assertThat(fixture.out()).isEqualTo("""
                             [W] Journald is not available on this platform. Falling back to STDOUT.
                             [I] Hello
                            """);
        }
    }

    @ParameterizedTest
    @CsvSource({"DEBUG, D I W E F", "INFO, I W E F", "WARN, W E F", "ERROR, E F", "FATAL, F", "UNKNOWN, ''"})
    void onlyWhatIsAtTheLevelIsLogged(String level, String logged) {
        try (var fixture = new LogFixture(directory, settings("STDOUT", level, "%.1l"))) {
            fixture.log.trace("t");
            fixture.log.debug("d");
            fixture.log.info("i");
            fixture.log.warn("w");
            fixture.log.error("e");
            fixture.log.error(Logs.FATAL, "f");

            assertThat(fixture.out().replace('\n', ' ').strip()).isEqualTo(logged);
            assertThat(fixture.logs.buffer().snapshot().entries().stream()
                            .map(entry -> entry.level().substring(0, 1)))
                    .containsExactlyElementsOf(logged.isEmpty() ? List.of() : List.of(logged.split(" ")));
        }
    }

    @Test
    void librariesAreQuiet() {
        try (var fixture = new LogFixture(directory, settings("STDOUT", "DEBUG", "%m"))) {
            var jetty = fixture.context.getLogger("org.eclipse.jetty.server.Server");
            jetty.debug("noise");
            jetty.info("noise");
            jetty.warn("of use");

            assertThat(fixture.out()).isEqualTo("of use\n");
        }
    }

    @Test
    void unknownDirectivesAreTold() {
        try (var fixture = new LogFixture(directory, settings("STDOUT", "INFO", "%q %m"))) {
            assertThat(fixture.out()).isEqualTo("%q file_logging_pattern: unknown and written as it stands: %q\n");
        }
    }

    @Test
    void emptyMessagesAreDropped() {
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.log.error("");
            fixture.log.error("  ");
            fixture.log.error((String) null);

            assertThat(file).isEmptyFile();
            assertThat(messages(fixture)).isEmpty();
        }
    }

    @Test
    void longMessagesAreCut() throws IOException {
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.log.info("x".repeat(1_000_000));

            assertThat(Files.readString(file)).hasSizeLessThan(17_000).endsWith(" [cut, 1000000 characters in all]\n");
            assertThat(messages(fixture).get(0)).hasSizeLessThan(17_000);
        }
    }

    @Test
    void noMessageForgesALine() throws IOException {
        var evil = "x\n2026-11-22T09:25:38 00000000 [E] forged";
        try (var fixture = new LogFixture(directory, settings(file))) {
            MDC.put("request", "a\n[E] id");
            try {
                fixture.log.info("{}", evil);
                fixture.log.error("failed", new IllegalStateException(evil, new IOException(evil)));
            } finally {
                MDC.remove("request");
            }

            var lines = Files.readAllLines(file);
            assertThat(lines.get(0)).isEqualTo("a\\n[E] i [I] x\\n2026-11-22T09:25:38 00000000 [E] forged");
            assertThat(lines.get(1)).isEqualTo("a\\n[E] i [E] failed");
            assertThat(lines.get(2))
                    .isEqualTo("  java.lang.IllegalStateException: x\\n2026-11-22T09:25:38 00000000 [E] forged");
            assertThat(lines.subList(2, lines.size()))
                    .allMatch(line -> line.startsWith("  ") && !line.contains("\t"))
                    .anyMatch(line -> line.startsWith("  caused by java.io.IOException: x\\n"));
            assertThat(messages(fixture)).first().isEqualTo(evil);
        }
    }

    @Test
    void halfCharactersBecomeQuestionMarks() throws IOException {
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.log.info("a\ud800b");

            assertThat(Files.readString(file)).isEqualTo(" [I] a?b\n");
            assertThat(messages(fixture)).containsExactly("a?b");
        }
    }

    @Test
    void aRequestIdIsCutToWholeCharacters() {
        try (var fixture = new LogFixture(directory, settings(file))) {
            MDC.put("request", "abcdefg\ud83d\ude00");
            try {
                fixture.log.info("one");
            } finally {
                MDC.remove("request");
            }

            assertThat(fixture.logs.buffer().snapshot().entries().get(0).requestId())
                    .isEqualTo("abcdefg?");
        }
    }

    @Test
    void theRollingSizeIsInMebibytes() throws IOException {
        var rolling = new LogSettings(file.toString(), "INFO", 1, "monthly", 1, "%m", "%m", 10, 5);
        try (var fixture = new LogFixture(directory, rolling)) {
            var kibibyte = "x".repeat(1023);
            for (int i = 0; i < 1024; i++) {
                fixture.log.info(kibibyte);
            }
            try (var files = Files.list(directory)) {
                assertThat(files).hasSize(1);
            }
            fixture.log.info("next");

            assertThat(file).hasContent("next\n");
            try (var files = Files.list(directory)) {
                assertThat(files).hasSize(2);
            }
        }
    }

    @Test
    void backtracesAreAsTheReferenceMakesThem() {
        var withStack = new IOException("broken");
        withStack.setStackTrace(new StackTraceElement[] {
            new StackTraceElement("a.B", "c", "B.java", 1), new StackTraceElement("a.B", "d", "B.java", 2)
        });
        var withoutStack = new IOException("stackless");
        withoutStack.setStackTrace(new StackTraceElement[0]);
        try (var fixture = new LogFixture(directory, settings("STDOUT"))) {
            fixture.log.error("one", withStack);
            fixture.log.error("two", withoutStack);
            fixture.log.error("three");
            fixture.log.error("", withoutStack);

            var entries = fixture.logs.buffer().snapshot().entries();
            assertThat(entries.get(0).backtrace()).isEqualTo("broken: a.B.c(B.java:1)\na.B.d(B.java:2)");
            assertThat(entries.get(1).backtrace()).isEqualTo("stackless");
            assertThat(entries.get(2).backtrace()).isNull();
            assertThat(entries.get(3).message()).isEqualTo("stackless");
        }
    }

    @Test
    void usr1ReopensTheFileWithTheNextRecordOnce() {
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.log.info("one");
            var moved = directory.resolve("proxy.log.1");
            assertThat(file.toFile().renameTo(moved.toFile())).isTrue();
            fixture.logs.requestReopen();

            assertThat(file).as("nothing happens before the next record").doesNotExist();
            fixture.log.info("two");
            fixture.log.info("three");

            assertThat(moved).hasContent(" [I] one\n");
            assertThat(file).hasContent(" [I] two\n [I] Logging file reopened via USR1 signal\n [I] three\n");
            assertThat(messages(fixture))
                    .containsExactly("one", "two", "Logging file reopened via USR1 signal", "three");
        }
    }

    @Test
    void aFileThatCannotBeReopenedIsSaidInTheLogItself() throws Exception {
        var below = Files.createDirectory(directory.resolve("below"));
        try (var fixture = new LogFixture(directory, settings(below.resolve("proxy.log")))) {
            fixture.log.info("one");
            Files.delete(below.resolve("proxy.log"));
            Files.delete(below);
            fixture.logs.requestReopen();
            fixture.log.info("two");

            assertThat(messages(fixture))
                    .hasSize(3)
                    .last()
                    .asString()
                    .startsWith("Log file " + below.resolve("proxy.log") + " cannot be reopened")
                    .contains("send USR1 again: NoSuchFileException");
            assertThat(fixture.logs.trouble()).contains("cannot be reopened");

            Files.createDirectory(below);
            fixture.logs.requestReopen();
            fixture.log.info("three");
            assertThat(below.resolve("proxy.log"))
                    .hasContent(" [I] three\n [I] Logging file reopened via USR1 signal\n");
            assertThat(fixture.logs.trouble()).isEmpty();
        }
    }

    @Test
    void recordsThatGoElsewhereThanSaidAreATroubleUntilTheyDoNot() throws Exception {
        var below = directory.resolve("below").resolve("proxy.log");
        try (var fixture = new LogFixture(directory, settings(below))) {
            assertThat(fixture.logs.trouble()).contains("Falling back to STDOUT");
            fixture.logs.requestReopen();
            fixture.log.info("one");
            assertThat(fixture.logs.trouble()).contains("Falling back to STDOUT");
            fixture.logs.reconfigure(settings(below));
            assertThat(fixture.logs.trouble()).contains("Records go where they went before");

            Files.createDirectory(below.getParent());
            fixture.logs.reconfigure(settings(below));
            assertThat(fixture.logs.trouble()).isEmpty();
        }
    }

    @Test
    void aFileThatIsOpenedAnewIsStillNotTheOneTheSettingsName() {
        var absent = directory.resolve("absent").resolve("proxy.log");
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.logs.reconfigure(settings(absent));
            fixture.logs.requestReopen();
            fixture.log.info("one");

            assertThat(fixture.logs.trouble()).contains(absent.toString(), "Records go where they went before");
        }
    }

    @Test
    void howManyRecordsAreMissingIsSaidInTheLogItself() throws Exception {
        var link = Files.createSymbolicLink(directory.resolve("link.log"), Path.of("/dev/full"));
        try (var fixture = new LogFixture(directory, settings(link))) {
            fixture.log.info("one");
            fixture.log.info("two");
            assertThat(fixture.logs.trouble())
                    .isEqualTo("log records cannot be written to " + link + ": No space left on device");
            Files.delete(link);
            fixture.logs.requestReopen();
            fixture.log.info("three");
            fixture.log.info("four");

            assertThat(Files.readAllLines(link))
                    .containsExactly(
                            " [I] three",
                            " [I] Logging file reopened via USR1 signal",
                            " [W] Records before this one could not be written and are missing here: 2",
                            " [I] four");
            assertThat(fixture.logs.trouble()).isEmpty();
        }
    }

    @Test
    void anInterruptedThreadLogsToo() {
        try (var fixture = new LogFixture(directory, settings(file))) {
            Thread.currentThread().interrupt();
            fixture.log.info("one");
            assertThat(Thread.interrupted()).isTrue();
            fixture.log.info("two");

            assertThat(file).hasContent(" [I] one\n [I] two\n");
        }
    }

    @Test
    void reconfiguringKeepsTheBufferAndChangesTheRest() {
        var other = directory.resolve("other.log");
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.log.info("one");
            fixture.logs.reconfigure(settings(other, "DEBUG", "%m"));
            fixture.log.debug("two");
            fixture.logs.reconfigure(settings(other, "WARN", "%m"));
            fixture.log.info("three");

            assertThat(file).hasContent(" [I] one\n");
            assertThat(other).hasContent("two\n");
            assertThat(messages(fixture)).containsExactly("one", "two");
        }
    }

    @Test
    void reconfiguringChangesTheSizeOfTheBuffer() {
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.log.info("one");
            fixture.logs.reconfigure(new LogSettings(file.toString(), "INFO", 0, "weekly", 6, "%m %y", "%m %z", 20, 8));

            var snapshot = fixture.logs.buffer().snapshot();
            assertThat(snapshot.size()).isEqualTo(20);
            assertThat(snapshot.tailSize()).isEqualTo(8);
            assertThat(messages(fixture))
                    .containsExactly(
                            "one",
                            "file_logging_pattern: unknown and written as it stands: %y",
                            "system_logging_pattern: unknown and written as it stands: %z");
        }
    }

    @Test
    void noFileStaysOpenThatIsNotWrittenTo() throws IOException {
        var other = directory.resolve("other.log");
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.logs.reconfigure(settings(other));
            assertThat(openFiles()).containsExactly(other);

            Files.move(other, directory.resolve("other.log.1"));
            fixture.logs.requestReopen();
            fixture.log.info("one");
            assertThat(openFiles()).containsExactly(other);
        }
        assertThat(openFiles()).isEmpty();
    }

    private List<Path> openFiles() throws IOException {
        var open = new ArrayList<Path>();
        try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (var descriptor : descriptors) {
                try {
                    open.add(Files.readSymbolicLink(descriptor));
                } catch (NoSuchFileException e) {
                    // that of the listing itself, or one that another thread has closed
                }
            }
        }
        open.removeIf(path -> !path.startsWith(directory));
        return open;
    }

    @Test
    void aBadNewDestinationLeavesTheOld() {
        var absent = directory.resolve("absent/proxy.log");
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.logs.reconfigure(settings(absent));
            fixture.logs.reconfigure(settings("JOURNAL"));
            fixture.log.info("still here");

            assertThat(file)
                    .hasContent(" [W] Log file " + absent
                            + " cannot be opened. Records go where they went before: NoSuchFileException: " + absent
                            + "\n [W] Journald is not available on this platform."
                            + " Records go where they went before.\n [I] still here\n");
            assertThat(fixture.out()).isEmpty();
        }
    }

    @Test
    void afterTheEndWarningsGoToStderr() {
        try (var fixture = new LogFixture(directory, settings(file))) {
            fixture.logs.close();
            fixture.log.info("no");
            fixture.log.warn("yes");

            assertThat(file).isEmptyFile();
            assertThat(fixture.err()).endsWith(" [W] yes\n");
        }
    }

    @Test
    void manyThreadsWriteWholeLines() throws Exception {
        try (var fixture = new LogFixture(directory, settings(file))) {
            inThreads(8, thread -> {
                for (int i = 0; i < 5000; i++) {
                    fixture.log.info("thread {} record {} end", thread, i);
                }
            });

            assertWhole(Files.readAllLines(file), 40_000);
        }
    }

    @Test
    @Timeout(300)
    void reloadingReopeningAndReadingWhileThreadsLogLosesNothing() throws Exception {
        var other = directory.resolve("other.log");
        try (var fixture = new LogFixture(directory, settings(file))) {
            var done = new AtomicBoolean();
            var executor = Executors.newSingleThreadExecutor();
            Callable<Integer> meddle = () -> {
                int reloads = 0;
                while (!done.get()) {
                    fixture.logs.reconfigure(settings(reloads++ % 2 == 0 ? other : file));
                    fixture.logs.requestReopen();
                    assertThat(fixture.logs.buffer().snapshot().entries()).hasSizeLessThanOrEqualTo(15);
                }
                return reloads;
            };
            var meddler = executor.submit(meddle);
            inThreads(8, thread -> {
                for (int i = 0; i < 2000; i++) {
                    fixture.log.info("thread {} record {} end", thread, i);
                }
            });
            done.set(true);
            assertThat(meddler.get(60, TimeUnit.SECONDS)).isPositive();
            executor.shutdown();

            var lines = new ArrayList<>(Files.readAllLines(file));
            lines.addAll(Files.readAllLines(other));
            lines.removeIf(line -> line.endsWith("reopened via USR1 signal"));
            assertWhole(lines, 16_000);
        }
    }

    private static void assertWhole(List<String> lines, int count) {
        var whole = Pattern.compile(" \\[I] thread \\d record \\d+ end");
        assertThat(lines).hasSize(count).allMatch(line -> whole.matcher(line).matches());
        assertThat(new HashSet<>(lines)).hasSize(count);
    }

    @FunctionalInterface
    private interface Work {
        void run(int thread);
    }

    private static void inThreads(int count, Work work) throws Exception {
        var executor = Executors.newFixedThreadPool(count);
        var all = new ArrayList<Future<?>>();
        for (int i = 0; i < count; i++) {
            int thread = i;
            all.add(executor.submit(() -> work.run(thread)));
        }
        for (var one : all) {
            one.get(120, TimeUnit.SECONDS);
        }
        executor.shutdown();
    }
}
