package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The list of deliberate differences is well formed, and the document has its numbers. */
class ConformanceListTest {
    private static final List<String> CLASSES = List.of("design", "weakness", "rfc", "absent-module", "absent-suite");
    private static final Pattern ENTRY = Pattern.compile("([^:/]+/[^:]+): ([^:]+): \\S.*");
    private static final Pattern COUNT = Pattern.compile("^\\| `([a-z-]+)` \\| (\\d+) \\|", Pattern.MULTILINE);

    @Test
    void eachEntryHasAKnownClassAndAReason() throws IOException {
        assertThat(lines()).allSatisfy(line -> assertThat(line).matches(ENTRY));
        assertThat(entries()).extracting(entry -> entry.group(2)).isSubsetOf(CLASSES);
    }

    @Test
    void eachEntryNamesARecordedCaseOnce() throws IOException {
        var recorded = new HashSet<String>();
        var json = new ObjectMapper();
        for (var line : Files.readAllLines(House.ROOT.resolve("conformance/exchanges.jsonl"))) {
            var exchange = json.readTree(line);
            recorded.add(
                    exchange.get("module").asText() + "/" + exchange.get("case").asText());
        }

        assertThat(entries())
                .extracting(entry -> entry.group(1))
                .doesNotHaveDuplicates()
                .isSubsetOf(recorded);
    }

    @Test
    void theDocumentHasTheNumberOfEachClass() throws IOException {
        Map<String, Integer> counted = new TreeMap<>();
        CLASSES.forEach(name -> counted.put(name, 0));
        entries().forEach(entry -> counted.merge(entry.group(2), 1, Integer::sum));
        Map<String, Integer> told = new TreeMap<>();
        COUNT.matcher(Files.readString(House.ROOT.resolve("docs/conformance.md")))
                .results()
                .forEach(row -> told.put(row.group(1), Integer.valueOf(row.group(2))));

        assertThat(told).isEqualTo(counted);
    }

    private static List<String> lines() throws IOException {
        return Files.readAllLines(House.ROOT.resolve("conformance/differences.txt")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static List<MatchResult> entries() throws IOException {
        return lines().stream().flatMap(line -> ENTRY.matcher(line).results()).toList();
    }
}
