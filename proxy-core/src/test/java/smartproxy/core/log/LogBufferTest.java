package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
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

        assertThat(entries.stream().mapToInt(LogBuffer.Entry::characters).sum())
                .isBetween(LogBuffer.MAX_CHARACTERS, 2 * LogBuffer.MAX_CHARACTERS);
        assertThat(messages(buffer).get(entries.size() - 1)).startsWith("i1999");
        assertThat(messages(buffer).get(0)).startsWith("e");
        buffer.add(entry("i".repeat(2 * LogBuffer.MAX_CHARACTERS)));
        assertThat(buffer.snapshot().entries()).hasSizeLessThan(300);
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
