package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LogsProcessIT {
    /** Logs before, while and after {@link Logs} runs. */
    public static final class Example {
        private Example() {}

        public static void main(String[] args) {
            var log = LoggerFactory.getLogger(Example.class);
            log.info("early info");
            log.warn("early\nwarning");
            try (var logs = Logs.start(LogFixture.settings(args[0], "INFO", "[%.1l] %m"))) {
                log.info(
                        "running, {} records so far",
                        logs.buffer().snapshot().entries().size());
            }
            log.info("late info");
            log.error("late error");
        }
    }

    @TempDir
    private Path directory;

    private List<String> run(String file, String... options) throws Exception {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Example.class.getName(), file));
        var out = directory.resolve("out");
        var process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(out);
    }

    @Test
    void nothingIsPrintedButWhatIsMeant() throws Exception {
        var file = directory.resolve("proxy.log");

        assertThat(run(file.toString())).isEmpty();
        assertThat(file).hasContent("[I] running, 0 records so far\n");
        assertThat(Files.readAllLines(directory.resolve("err")))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith(" [W] early\\nwarning"),
                        line -> assertThat(line).endsWith(" [E] late error"));
    }

    @Test
    void whereTheNativeLibraryCannotBeLoadedRecordsGoToStdout() throws Exception {
        assertThat(run("SYSLOG", "-Djava.io.tmpdir=" + directory.resolve("absent")))
                .satisfiesExactly(
                        line -> assertThat(line)
                                .startsWith("[W] Log file SYSLOG cannot be opened. Falling back to STDOUT:"
                                        + " IOException: the library for Unix sockets cannot be used: "),
                        line -> assertThat(line).isEqualTo("[I] running, 1 records so far"));
    }
}
