package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogBufferTest {
    private static LogBuffer.Entry entry(String name) {
        var level = switch (name.charAt(0)) {
            case 'e' -> "ERROR";
            case 'f' -> "FATAL";
            case 'w' -> "WARN";
            default -> "INFO";
        };
        return new LogBuffer.Entry(Instant.EPOCH, level, name, null, null);
    }

    private static List<String> messages(LogBuffer buffer) {
        return buffer.snapshot().entries().stream()
                .map(LogBuffer.Entry::message)
                .toList();
    }

    private static List<String> names(String list) {
        return list.isEmpty() ? List.of() : Arrays.asList(list.split(" "));
    }

    @ParameterizedTest(name = "main 3, tail 2: {0} leaves {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "''                  | ''",
                "i1                  | i1",
                "i1 i2 i3            | i1 i2 i3",
                "i1 i2 i3 i4         | i2 i3 i4",
                "i1 i2 i3 i4 i5 i6 i7| i5 i6 i7",
                "e1 i2 i3 i4         | e1 i2 i3 i4",
                "f1 i2 i3 i4         | f1 i2 i3 i4",
                "w1 i2 i3 i4         | i2 i3 i4",
                "e1 i2 e3 i4 i5 i6   | e1 e3 i4 i5 i6",
                "e1 e2 e3 i4 i5 i6   | e2 e3 i4 i5 i6",
                "e1 e2 e3 e4 e5 e6 e7| e3 e4 e5 e6 e7"
            })
    void errorsSurviveInTheTailAndTheOldestGoFirst(String added, String left) {
        var buffer = new LogBuffer(3, 2);

        names(added).forEach(name -> buffer.add(entry(name)));

        assertThat(messages(buffer)).containsExactlyElementsOf(names(left));
    }

    @ParameterizedTest(name = "{0} in 4 and 2, resized to {1} and {2}, leaves {3}, then after i9 {4}")
    @CsvSource(
            delimiter = '|',
            value = {
                "i1 i2 i3 i4 i5    | 8 | 8 | i2 i3 i4 i5          | i2 i3 i4 i5 i9",
                "i1 i2 i3 i4 i5    | 2 | 2 | i4 i5                | i5 i9",
                "e1 i2 e3 i4 i5    | 2 | 2 | e1 e3 i4 i5          | e1 e3 i5 i9",
                "e1 e2 e3 e4 e5 e6 | 2 | 3 | e2 e3 e4 e5 e6       | e3 e4 e5 e6 i9"
            })
    void resizingKeepsWhatFits(String added, int size, int tail, String left, String then) {
        var buffer = new LogBuffer(4, 2);
        names(added).forEach(name -> buffer.add(entry(name)));

        buffer.resize(size, tail);

        assertThat(messages(buffer)).containsExactlyElementsOf(names(left));
        assertThat(buffer.snapshot().size()).isEqualTo(size);
        assertThat(buffer.snapshot().tailSize()).isEqualTo(tail);
        buffer.add(entry("i9"));
        assertThat(messages(buffer)).containsExactlyElementsOf(names(then));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1})
    void aRingHoldsMoreThanOne(int size) {
        assertThatThrownBy(() -> new LogBuffer(size, 2)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LogBuffer(2, size)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void longRecordsAreFewer() {
        var buffer = new LogBuffer(2000, 1000);
        var filling = "x".repeat(16 << 10);
        for (var i = 0; i < 2000; i++) {
            buffer.add(entry((i % 2 == 0 ? "e" : "i") + i + filling));
        }

        var entries = buffer.snapshot().entries();

        assertThat(entries.stream().mapToInt(entry -> entry.message().length()).sum())
                .isBetween(LogBuffer.MAX_BYTES, 2 * LogBuffer.MAX_BYTES);
        assertThat(messages(buffer).get(entries.size() - 1)).startsWith("i1999");
        assertThat(messages(buffer).get(0)).startsWith("e");
        buffer.add(entry("i".repeat(2 * LogBuffer.MAX_BYTES)));
        assertThat(buffer.snapshot().entries()).hasSizeLessThan(300);
    }

    @Test
    void aRecordComesBackAsItWent() {
        var buffer = new LogBuffer(3, 2);
        var entries = List.of(
                new LogBuffer.Entry(
                        Instant.parse("2026-11-26T20:00:01.123456789Z"),
                        "WARN",
                        "Grüße \ud83d\ude00\n",
                        null,
                        "1bd8be4f"),
                new LogBuffer.Entry(Instant.parse("1969-12-31T23:59:59.5Z"), "FATAL", "", "a: b\n\tat c", ""));

        entries.forEach(buffer::add);

        assertThat(buffer.snapshot().entries()).isEqualTo(entries);
    }

    /** Records of many lengths, so that they lie across the end of the array in every way, and it grows in between. */
    @Test
    void whateverTheirLengthTheLastOnesAreThere() {
        var random = new Random(1);
        var buffer = new LogBuffer(50, 20);
        var expected = new ArrayDeque<String>();
        for (var i = 0; i < 5000; i++) {
            var message = "i" + i + "x".repeat(random.nextInt(i % 1000 < 500 ? 40 : 2000));
            buffer.add(entry(message));
            expected.add(message);
            if (expected.size() > 50) {
                expected.remove();
            }
            if (i % 97 == 0) {
                assertThat(messages(buffer)).containsExactlyElementsOf(expected);
            }
        }
        assertThat(messages(buffer)).containsExactlyElementsOf(expected);
    }

    @Test
    void aSnapshotDoesNotChange() {
        var buffer = new LogBuffer(2, 2);
        buffer.add(entry("i1"));

        var snapshot = buffer.snapshot();
        buffer.add(entry("i2"));

        assertThat(snapshot.entries()).hasSize(1);
    }
}
