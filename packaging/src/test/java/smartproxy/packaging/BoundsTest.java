package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Setting;

/** The table of bounds in docs/security.md has every setting that bounds something, with its default, and constants that exist. */
class BoundsTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| `([^`]+)` \\| ([^|]+) \\| ([^|]*\\S) \\|$", Pattern.MULTILINE);
    private static final Pattern BOUND =
            Pattern.compile("max_.*|.*_max|.*_timeouts?|backend_.*|request_deadline|log_buffer.*");
    private static final Pattern CONSTANT = Pattern.compile("([A-Z][A-Za-z]+)\\.([A-Z][A-Z_]+)");

    /** What is in the table: the first cell, and the second. */
    private static Map<String, String> table() throws IOException {
        var page = Files.readString(Documents.page("security.md"));
        var bounds = page.substring(page.indexOf("\n## Bounds\n"));
        var rows = new LinkedHashMap<String, String>();
        ROW.matcher(bounds).results().forEach(row -> rows.put(row.group(1), row.group(2)));
        return rows;
    }

    @Test
    void everyBoundingSettingIsThereWithItsDefault() throws IOException {
        var table = table();
        var wanted = Schemas.settings().values().stream()
                .filter(setting -> BOUND.matcher(setting.key()).matches())
                .toList();
        assertThat(wanted).hasSizeGreaterThan(15);
        for (var setting : wanted) {
            assertThat(table).containsKey(":" + setting.key() + ":");
            assertThat(table.get(":" + setting.key() + ":"))
                    .as(setting.key())
                    .matches(Pattern.quote(shown(setting)) + "( .*)?");
        }
    }

    private static String shown(Setting<?> setting) {
        var value = Objects.requireNonNull(setting.defaultValue(), setting.key());
        if (value instanceof Duration time) {
            return time.toSeconds() + " s";
        }
        return value.toString().replaceAll("PT(\\d+)S", "$1");
    }

    @Test
    void everySettingInTheTableExists() throws IOException {
        assertThat(table().keySet().stream()
                        .filter(cell -> cell.startsWith(":"))
                        .map(cell -> cell.substring(1, cell.length() - 1)))
                .isSubsetOf(Schemas.settings().keySet());
    }

    @Test
    void everyConstantInTheTableExists() throws IOException {
        var constants = table().keySet().stream()
                .flatMap(cell -> CONSTANT.matcher(cell).results())
                .toList();
        assertThat(constants).hasSizeGreaterThan(10);
        for (var constant : constants) {
            var source = source(constant.group(1) + ".java");
            assertThat(Files.readString(source))
                    .as(constant.group())
                    .containsPattern("\\b" + constant.group(2) + "\\s*=");
        }
    }

    private static Path source(String name) throws IOException {
        try (var files = Files.walk(House.ROOT)) {
            return files.filter(file -> file.endsWith(name) && file.toString().contains("/src/main/"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no class " + name));
        }
    }
}
