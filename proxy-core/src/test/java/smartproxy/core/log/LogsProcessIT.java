package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
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
            try (var logs = Logs.start(LogFixture.settings(Path.of(args[0]), "INFO", "[%.1l] %m"))) {
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

    @Test
    void nothingIsPrintedButWhatIsMeant() throws Exception {
        var out = directory.resolve("out");
        var err = directory.resolve("err");
        var file = directory.resolve("proxy.log");
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Example.class.getName(),
                        file.toString())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

        assertThat(process.exitValue()).isZero();
        assertThat(out).isEmptyFile();
        assertThat(Files.readAllLines(err))
                .satisfiesExactly(
                        line -> assertThat(line).endsWith(" [W] early\\nwarning"),
                        line -> assertThat(line).endsWith(" [E] late error"));
        assertThat(file).hasContent("[I] running, 0 records so far\n");
    }
}
