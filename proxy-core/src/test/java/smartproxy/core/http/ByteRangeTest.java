package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteRangeTest {
    @ParameterizedTest
    @CsvSource({
        "bytes=0-9, 0, 9, 10",
        "bytes=0-0, 0, 0, 1",
        "bytes=12-12, 12, 12, 1",
        "bytes=5-, 5, 12, 8",
        "bytes=5-99, 5, 12, 8",
        "bytes=-5, 8, 12, 5",
        "bytes=-99, 0, 12, 13",
        "bytes=5-999999999999999999, 5, 12, 8",
        "bytes=5-99999999999999999999, 5, 12, 8",
        "bytes=-99999999999999999999, 0, 12, 13",
        "bytes= 3-4, 3, 4, 2",
        "'bytes=5-,', 5, 12, 8",
        "'bytes=, ,-5 ,,', 8, 12, 5"
    })
    void readsOneRange(String header, long first, long last, long length) {
        var range = ByteRange.of(header, 13).orElseThrow();
        assertThat(range).isEqualTo(new ByteRange(first, last));
        assertThat(range.length()).isEqualTo(length);
        assertThat(range.isSatisfiable()).isTrue();
        assertThat(range.of(13)).isEqualTo("bytes " + first + "-" + last + "/13");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=13-", "bytes=999999999-", "bytes=13-20", "bytes=-0", "bytes=99999999999999999999-"})
    void aRangeBehindTheEndCannotBeSatisfied(String header) {
        var range = ByteRange.of(header, 13).orElseThrow();
        assertThat(range.isSatisfiable()).isFalse();
        assertThat(range.of(13)).isEqualTo("bytes */13");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=9-2",
                "bytes=abc",
                "bytes=-",
                "bytes=",
                "bytes",
                "items=0-1",
                "bytes=0-0,2-3",
                "bytes=0x1-2",
                "bytes=1-2-3",
                "bytes=--5",
                "bytes=0 -1",
                "bytes=,",
                ""
            })
    void whatMakesNoSenseMeansTheWholeFile(String header) {
        assertThat(ByteRange.of(header, 13)).isEmpty();
    }

    @Test
    void anEmptyFileHasNoRanges() {
        assertThat(ByteRange.of("bytes=0-9", 0)).isEmpty();
        assertThat(ByteRange.of(null, 13)).isEmpty();
    }
}
