package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judges must be honest: the sums of ./test and of the replay. */
class ScriptsIT {
    private static final String EQUAL = """
            {"module": "dns", "case": "a", "response": {"status": 200, "headers": [], "body": "x"}, "side_effects": {}}
            """;
    private static final String FEATURES = """
            {"module": "root", "case": "f", "response": {"status": 200, "headers": [], "body": "[%s]"}, "side_effects": {}}
            """;

    @TempDir
    Path directory;

    @Test
    void sumsCountEveryReportAndOutcome() throws Exception {
        report("one/target/surefire-reports/TEST-A.xml", "<testcase classname='A' name='good'/>");
        report(
                "two/target/failsafe-reports/TEST-B.xml",
                "<testcase classname='B' name='bad'><error/></testcase><testcase classname='B' name='idle'><skipped/></testcase>");

        var told = summary(Map.of(), "passed conformance\n");

        assertThat(told.output())
                .contains("FAILED B.bad", "SKIPPED B.idle")
                .endsWith("2 passed, 1 failed, 1 skipped\n");
        assertThat(told.status()).isEqualTo(1);
    }

    @Test
    void aBuildThatFailsWithoutAFailedTestIsAFailure() throws Exception {
        report("one/target/surefire-reports/TEST-A.xml", "<testcase classname='A' name='good'/>");

        var told = summary(Map.of(), "failed build\n");

        assertThat(told.output()).endsWith("1 passed, 1 failed, 0 skipped\n");
        assertThat(told.status()).isEqualTo(1);
    }

    @Test
    void aSkipIsAnErrorInCiOnly() throws Exception {
        report("one/target/surefire-reports/TEST-A.xml", "<testcase classname='A' name='good'/>");

        assertThat(summary(Map.of(), "skipped conformance\n").status()).isZero();
        assertThat(summary(Map.of("CI", "true"), "skipped conformance\n").status())
                .isEqualTo(1);
    }

    @Test
    void aRunWithoutAnyTestIsAnError() throws Exception {
        assertThat(summary(Map.of(), "").status()).isEqualTo(1);
    }

    @Test
    void equalAnswersAreEqual() throws Exception {
        var told = compare(EQUAL, EQUAL, "");

        assertThat(told.output()).endsWith("1 equal, 0 listed, 0 different, 0 not given\n");
        assertThat(told.status()).isZero();
    }

    @Test
    void anotherAnswerIsDifferentUnlessListed() throws Exception {
        var other = EQUAL.replace("200", "409");

        var unlisted = compare(EQUAL, other, "");
        assertThat(unlisted.output())
                .contains("DIFFERENT dns/a: status")
                .endsWith("0 equal, 0 listed, 1 different, 0 not given\n");
        assertThat(unlisted.status()).isEqualTo(1);

        var listed = compare(EQUAL, other, "dns/a: design: why\n");
        assertThat(listed.output()).endsWith("0 equal, 1 listed, 0 different, 0 not given\n");
        assertThat(listed.status()).isZero();
    }

    @Test
    void aCaseThatIsNotReplayedIsDifferentEvenWhenListed() throws Exception {
        assertThat(compare(EQUAL, "", "dns/a: design: why\n").output())
                .endsWith("0 equal, 0 listed, 1 different, 0 not given\n");
    }

    @Test
    void aListedCaseThatIsEqualOrUnknownIsStale() throws Exception {
        var told = compare(EQUAL, EQUAL, "dns/a: design: why\ndns/b: rfc: why\n");

        assertThat(told.output()).contains("STALE dns/a", "STALE dns/b");
        assertThat(told.status()).isEqualTo(1);
    }

    @Test
    void anUnknownClassIsAnError() throws Exception {
        var told = compare(EQUAL, EQUAL, "dns/a: taste: why\n");

        assertThat(told.output()).contains(":1: unknown class taste");
        assertThat(told.status()).isEqualTo(1);
    }

    @Test
    void listsOfModulesAreComparedForTheBuiltOnes() throws Exception {
        var recorded = FEATURES.formatted("\\\"bmc\\\",\\\"dns\\\",\\\"logs\\\"");

        assertThat(compare(recorded, FEATURES.formatted("\\\"dns\\\",\\\"logs\\\""), "")
                        .status())
                .isZero();
        assertThat(compare(recorded, FEATURES.formatted("\\\"logs\\\",\\\"dns\\\""), "")
                        .status())
                .isEqualTo(1);
        assertThat(compare(recorded, FEATURES.formatted("\\\"dns\\\""), "").status())
                .isEqualTo(1);
    }

    @Test
    void aWithheldAnswerIsNotJudgedButMustBeReplayed() throws Exception {
        var withheld = "{\"module\": \"dns\", \"case\": \"a\", \"answer\": \"not given\"}\n";

        assertThat(compare(withheld, EQUAL, "").output()).endsWith("0 equal, 0 listed, 0 different, 1 not given\n");
        assertThat(compare(withheld, "", "").status()).isEqualTo(1);
    }

    private void report(String path, String cases) throws Exception {
        var file = directory.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "<testsuite name='S' time='1.5'>" + cases + "</testsuite>");
    }

    private Command summary(Map<String, String> environment, String outcomes) throws Exception {
        var file = Files.writeString(directory.resolve("outcomes"), outcomes);
        return python(environment, "packaging/summary.py", file.toString());
    }

    private Command compare(String recorded, String replayed, String listed) throws Exception {
        return python(
                Map.of(),
                "conformance/tools/compare.py",
                "--all",
                "--recorded",
                Files.writeString(directory.resolve("recorded"), recorded).toString(),
                "--listed",
                Files.writeString(directory.resolve("listed"), listed).toString(),
                "--built",
                Files.writeString(directory.resolve("built"), "dns\nlogs\n").toString(),
                "--replayed",
                Files.writeString(directory.resolve("replayed"), replayed).toString());
    }

    private Command python(Map<String, String> environment, String script, String... arguments) throws Exception {
        var words =
                new ArrayList<>(List.of("python3", House.ROOT.resolve(script).toString()));
        words.addAll(List.of(arguments));
        return Command.run(directory, environment, words);
    }
}
