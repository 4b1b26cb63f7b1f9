package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the words of the command line are read. */
class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String words) {
        return new Main(printer(out), printer(err), Map.of()).run(List.of(words.split(" ")));
    }

    private static PrintStream printer(ByteArrayOutputStream stream) {
        return new PrintStream(stream, true, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "check --config, --config needs a value",
        "run --config=, --config needs a value",
        "check --live --zone, --zone needs a value",
        "store move --to, --to needs a value",
        "store move, store move needs --to PATH",
        "check --to=/x, unexpected --to",
        "check --zone=example.com, unexpected --zone",
        "--live, unexpected --live",
        "check now, unexpected now",
        "start, unknown command start"
    })
    void whatDoesNotFitIsSaidWithTheUsage(String words, String problem) {
        assertThat(run(words)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("smart-proxy: " + problem + "\nUsage: smart-proxy [run] [--config PATH]");
        assertThat(out.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"check --config /no/such", "--config=/no/such check", "check --config /other --config /no/such"})
    void optionsStandAnywhereAndTheLastOneCounts(String words) {
        assertThat(run(words)).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).startsWith("error: /no/such: there is no such file");
    }

    @ParameterizedTest
    @CsvSource({"version", "--version"})
    void tellsItsVersion(String words) {
        assertThat(run(words)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).matches("smart-proxy \\S+\n");
    }

    @Test
    void helpIsTheUsage() {
        assertThat(run("--help")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("check --live [--zone NAME]");
    }
}
