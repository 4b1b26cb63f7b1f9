package smartproxy.core.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The words of the command line, and what they become for a person. */
class ContentOptionsTest {
    private static List<String> words(String line) {
        return line == null ? List.of() : List.of(line.split(" "));
    }

    @Test
    void readsOptionsWhereverTheyAre() throws Exception {
        var options = ContentOptions.parse(words("--pulp=mirror sync r1 --mode additive --no-wait"));
        assertThat(options.command()).isEqualTo("sync");
        assertThat(options.operands()).containsExactly("r1");
        assertThat(options.option("pulp")).contains("mirror");
        assertThat(options.option("mode")).contains("additive");
        assertThat(options.has("no-wait")).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        ",content needs a command",
        "fly,unknown command content fly",
        "sync,content sync needs a NAME",
        "mirror,content mirror needs a FILE",
        "sync a b,unexpected b",
        "status --mode x,unexpected --mode",
        "sync a --dry-run,unexpected --dry-run",
        "mirror a --dry-run=yes,--dry-run takes no value",
        "status --url,--url needs a value",
        "status --url=,--url needs a value",
        "status --cert a,--cert and --key belong together",
        "status --pulp a --pulp b,--pulp is there twice"
    })
    void saysWhatIsWrong(String line, String problem) {
        assertThatThrownBy(() -> ContentOptions.parse(words(line))).hasMessage(problem);
    }

    @Test
    void aWrongCommandLineIsExit2WithTheUsage(@TempDir Path directory) {
        var errors = new ByteArrayOutputStream();
        var err = new PrintStream(errors, true, StandardCharsets.UTF_8);
        var command = new ContentCommand(err, err, config -> directory, false, Duration.ofMillis(1));
        assertThat(command.run(List.of("fly"))).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .startsWith("smart-proxy: unknown command content fly\nUsage:\n")
                .contains("smart-proxy content mirror FILE");
        errors.reset();
        assertThat(command.run(List.of("status"))).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .contains(directory.toString(), "or give --url, --cert, --key and --ca");
        errors.reset();
        var plain = List.of("status", "--url", "http://a:1", "--cert", "a", "--key", "b", "--ca", "c");
        assertThat(command.run(plain)).isEqualTo(2);
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("https://proxy.example.com:9090");
    }

    @Test
    void drawsHowFarItIs() {
        assertThat(ProgressLine.bar(0, 0)).isEqualTo("[" + " ".repeat(30) + "]    ");
        assertThat(ProgressLine.bar(1, 3)).isEqualTo("[##########--------------------]  33 % 1/3");
        assertThat(ProgressLine.bar(9, 3)).isEqualTo("[##############################] 100 % 9/3");
    }

    @Test
    void drawsOneLineOnATerminalAndNoneTwiceElsewhere() throws Exception {
        var job = new ObjectMapper()
                .readTree(
                        "{\"state\": \"running\", \"message\": \"a\\u001b[2Jb\\u009b2J\", \"done\": 1, \"total\": 2}");
        var output = new ByteArrayOutputStream();
        var out = new PrintStream(output, true, StandardCharsets.UTF_8);
        var elsewhere = new ProgressLine(out, false);
        elsewhere.show("r1", job);
        elsewhere.show("r1", job);
        elsewhere.end();
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("r1: running: a [2Jb 2J\n");
        output.reset();
        var terminal = new ProgressLine(out, true);
        terminal.show("r1", job);
        terminal.show("r1", job);
        assertThat(output.toString(StandardCharsets.UTF_8))
                .isEqualTo("\r[###############---------------]  50 % 1/2 r1: a [2Jb 2J");
        terminal.end();
        assertThat(output.toString(StandardCharsets.UTF_8)).endsWith("\r");
    }
}
