package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The figures of {@code benchmarks/run.sh}, their goals and their document name the same; what is short is called so. Measures nothing. */
class BenchmarksIT {
    private static final Pattern ROW = Pattern.compile(
            "^\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\| [^|]+ \\| [^|]+ \\| [^|]+ \\| ([^|]+) \\| [^|]+ \\|$",
            Pattern.MULTILINE);

    /** NAME, goal, figure, limit. */
    private static List<List<String>> listed() throws Exception {
        var told = run("--list");
        assertThat(told.status()).as(told.output()).isZero();
        return told.output().lines().map(line -> List.of(line.split("\t"))).toList();
    }

    @Test
    void goalsAndDocumentNameTheSameFigures() throws Exception {
        assertThat(listed()).hasSizeGreaterThan(10).isEqualTo(documented());
    }

    private static List<List<String>> documented() throws IOException {
        return ROW.matcher(Files.readString(Documents.page("performance.md")))
                .results()
                .map(row -> List.of(row.group(1), row.group(4), row.group(2), row.group(3)))
                .toList();
    }

    @Test
    void everyGoalHasAFigureAndEveryFigureAGoal() throws Exception {
        var figures = python("import bench; print('\\n'.join(bench.FIGURES))");

        assertThat(figures.output().lines())
                .containsExactlyElementsOf(
                        listed().stream().map(row -> row.get(0)).toList());
    }

    @Test
    void anUnknownNameIsAnErrorBeforeAnythingIsBuilt() throws Exception {
        var told = run("lantency");

        assertThat(told.output()).contains("no such figure: lantency", "there are: tls-rsa2048");
        assertThat(told.status()).isEqualTo(64);
    }

    @Test
    void aPartOfTheFiguresIsNotRecorded() throws Exception {
        assertThat(run("--record", "latency").status()).isEqualTo(64);
    }

    /** The compiler and what it needs are what {@code benchmarks/run.sh} asks for. */
    @Test
    void theLoadClientCompiles() throws Exception {
        var run = Files.readString(House.ROOT.resolve("benchmarks/run.sh"));
        var compile =
                run.lines().filter(line -> line.startsWith("cc ")).findFirst().orElseThrow();
        var needed = Command.run(
                House.ROOT,
                Map.of(),
                List.of(
                        "sh",
                        "-c",
                        ". packaging/need.sh; need cc=gcc header:stdio.h=libc6-dev header:openssl/ssl.h=libssl-dev"),
                300);
        assertThat(needed.status()).as(needed.output()).isZero();

        var told = Command.run(
                House.ROOT,
                Map.of(),
                List.of("sh", "-c", compile.replace("benchmarks/target/load", "/dev/null") + " -Werror"));

        assertThat(told.status()).as(told.output()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "'<=1.8', -, 5, 1.8, True",
        "'<=1.8', -, 5, 1.81, False",
        "'>=0.5', -, 5, 0.5, True",
        "'>=0.5', -, 5, 0.49, False",
        "'<=5', '<100', 99.9, 5, True",
        "'<=5', '<100', 100, 1, False",
        "'<=5', '<100', 1, 5.1, False",
        "-, '<=110', 110, None, True",
        "-, '<=110', 110.1, None, False"
    })
    void whatMissesItsGoalIsShort(String ratioGoal, String absoluteGoal, String ours, String ratio, String met)
            throws Exception {
        var told = python("import bench; print(bench.Goal('n\\tms\\t%s\\t%s\\tf\\tl').met(%s, %s))"
                .formatted(ratioGoal, absoluteGoal, ours, ratio));

        assertThat(told.output()).isEqualTo(met + "\n");
    }

    private static Command run(String... arguments) throws Exception {
        var words = new ArrayList<>(List.of("benchmarks/run.sh"));
        words.addAll(List.of(arguments));
        return Command.run(House.ROOT, Map.of(), words);
    }

    private static Command python(String code) throws Exception {
        return Command.run(House.ROOT.resolve("benchmarks"), Map.of(), List.of("python3", "-B", "-c", code));
    }
}
