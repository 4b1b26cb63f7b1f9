package smartproxy.core.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTest {
    private static final Instant NOON = LocalDateTime.of(2026, 11, 22, 9, 25, 38, 999_000_000)
            .atZone(ZoneId.systemDefault())
            .toInstant();

    private static LogRecord record(Severity severity, String message, Map<String, String> context) {
        return new LogRecord(NOON, severity, "smartproxy.Example", "worker-1", message, context, null);
    }

    private static String line(String pattern, String message) {
        return Pattern.of(pattern)
                .line(record(
                        Severity.WARN,
                        message,
                        Map.of("request", "5f4c3aed-1111", "session", "s1", "remote_ip", "192.0.2.1")));
    }

    @Test
    void theDefaultPatternIsTheReferences() {
        var pattern = Pattern.of(requireNonNull(LogSettings.FILE_PATTERN.defaultValue()));

        assertThat(pattern.line(record(Severity.INFO, "Hello", Map.of("request", "5f4c3aed-1111"))))
                .isEqualTo("2026-11-22T09:25:38 5f4c3aed [I] Hello");
        assertThat(pattern.line(record(Severity.INFO, "Hello", Map.of())))
                .as("two blanks outside requests")
                .isEqualTo("2026-11-22T09:25:38  [I] Hello");
    }

    @Test
    void eachRecordHasTheTimeOfItsOwnSecond() {
        var pattern = Pattern.of("%d %m");
        for (var seconds : new int[] {0, 1, 1, 0, 60}) {
            var record =
                    new LogRecord(NOON.plusSeconds(seconds), Severity.INFO, "Example", "worker-1", "x", Map.of(), null);
            var expected = LocalDateTime.of(2026, 11, 22, 9, 25, 38).plusSeconds(seconds);
            assertThat(pattern.line(record)).isEqualTo(expected + " x");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "%m|text",
                "%c|smartproxy.Example",
                "%t %T|worker-1 worker-1",
                "%l|WARN",
                "%.1l|W",
                "%-6l!|WARN  !",
                "%6l!|  WARN!",
                "%6.2l!|    WA!",
                "%-6.2l!|WA    !",
                "%X{request}|5f4c3aed-1111",
                "%.8X{request}|5f4c3aed",
                "%X{session} %X{remote_ip}|s1 192.0.2.1",
                "%X{nothing}!|!",
                "%x!|!",
                "100%%|100%",
                "%m%n|text",
                "%q %m|%q text",
                "%m %|text %",
                "%-5Z%m|%-5Ztext",
                "%X %m|%X text",
                "%9999m|%9999m"
            })
    void directives(String pattern, String line) {
        assertThat(line(pattern, "text")).isEqualTo(line);
    }

    @Test
    void processIdIsOurs() {
        assertThat(line("%p", ""))
                .isEqualTo(Long.toString(ProcessHandle.current().pid()));
    }

    @Test
    void unknownDirectivesAreNamed() {
        assertThat(Pattern.unknownDirectives("%d %q %-5.3Z %m %X %")).containsExactly("%q", "%-5.3Z", "%X", "%");
        assertThat(Pattern.unknownDirectives("%d %.8X{request} [%.1l] %m %c %p %t %T %n %l %x %%"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\n2026-11-22T09:25:38  [E] forged",
                "a\r\n2026 forged",
                "a\rforged",
                "a\u0085forged",
                "a\u2028forged",
                "a\u2029forged",
                "a\u000bforged",
                "a\u000cforged",
                "a\u001b[2Kforged",
                "a\u0000forged",
                "a\u001fforged",
                "a\u007fforged",
                "a\u009fforged",
                "a\u2066forged",
                "a\u2069forged",
                "a\ufeffforged",
                "a\u202eforged",
                "a\u009bforged"
            })
    void noValueEndsOrHidesALine(String evil) {
        var record = new LogRecord(
                NOON, Severity.INFO, "logger" + evil, "thread" + evil, evil, Map.of("request", evil), null);

        var text = Pattern.of("%d %X{request} %c %t %m").lines(record);

        assertThat(text).endsWith("\n");
        assertThat(text.substring(0, text.length() - 1).chars())
                .as(text)
                .noneMatch(c -> Character.isISOControl(c)
                        || Character.getType(c) == Character.LINE_SEPARATOR
                        || Character.getType(c) == Character.PARAGRAPH_SEPARATOR
                        || Character.getType(c) == Character.FORMAT);
    }

    @Test
    void lineBreaksAreTwoCharacters() {
        assertThat(line("%m", "a\nb\r\tc\u0007")).isEqualTo("a\\nb\\r\\tc\\u0007");
        assertThat(line("%m", "a\u202eb\u009bc")).isEqualTo("a\\u202eb\\u009bc");
        assertThat(line("%m", "größer, 日本, 😀")).isEqualTo("größer, 日本, 😀");
        assertThat(line("%m", " ~\u00a0")).isEqualTo(" ~\u00a0");
    }

    @Test
    void cuttingNeverLeavesHalfACharacter() {
        assertThat(line("%.1m", "😀")).isEqualTo("?");
        assertThat(LogText.bounded("ab😀", 3)).isEqualTo("ab? [cut, 4 characters in all]");
        assertThat(LogText.bounded("x\ud800y\udc00", 9)).isEqualTo("x?y?");
        assertThat(LogText.bounded("fits", 4)).isEqualTo("fits");
    }
}
