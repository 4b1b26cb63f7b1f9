package smartproxy.tftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TermsTest {
    private static Terms terms(String... options) {
        return terms(false, options);
    }

    private static Terms terms(boolean netascii, String... options) {
        var asked = new LinkedHashMap<String, String>();
        for (var i = 0; i < options.length; i += 2) {
            asked.put(options[i], options[i + 1]);
        }
        return Terms.of(new Request(false, "file", netascii, asked), 123_456_789_012L);
    }

    @Test
    void withoutOptionsItIsRfc1350() {
        assertThat(terms()).isEqualTo(new Terms(512, 1, 0, Map.of()));
    }

    @Test
    void acknowledgesInTheOrderAsked() {
        var terms = terms("tsize", "0", "windowsize", "16", "unknown", "1", "blksize", "1428", "timeout", "2");
        assertThat(terms.acknowledged().toString())
                .isEqualTo("{tsize=123456789012, windowsize=16, blksize=1428, timeout=2}");
        assertThat(terms.blockSize()).isEqualTo(1428);
        assertThat(terms.window()).isEqualTo(16);
        assertThat(terms.timeoutSeconds()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "blksize, 8, 8",
        "blksize, 65464, 65464",
        "blksize, 65465, 65464",
        "blksize, 999999999, 65464",
        "blksize, 7, -",
        "blksize, 0, -",
        "blksize, 99999999999999999999, -",
        "windowsize, 1, 1",
        "windowsize, 65535, 64",
        "windowsize, 65536, -",
        "windowsize, 0, -",
        "timeout, 1, 1",
        "timeout, 255, 255",
        "timeout, 0, -",
        "timeout, 256, -",
        "tsize, 17, 123456789012",
        "tsize, -1, -",
        "rollover, 1, -"
    })
    void whatIsOutsideItsRangeIsNotAgreedOn(String option, String asked, String answer) {
        assertThat(terms(option, asked).acknowledged())
                .isEqualTo(answer.equals("-") ? Map.of() : Map.of(option, answer));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "1428 ", "+1428", "-1428", "0x594", "1e3", "1428.0", "\u0661\u0664\u0662\u0668", "abc"})
    void whatIsNoNumberIsNotAgreedOn(String asked) {
        assertThat(terms("blksize", asked)).isEqualTo(terms());
    }

    @Test
    void aWindowOfLargeBlocksIsSmaller() {
        assertThat(terms("windowsize", "64", "blksize", "65464").acknowledged()).containsEntry("windowsize", "2");
        assertThat(terms("blksize", "8192", "windowsize", "64").window()).isEqualTo(16);
    }

    @Test
    void theSizeInNetasciiIsNotKnown() {
        assertThat(terms(true, "tsize", "0", "blksize", "1000").acknowledged()).isEqualTo(Map.of("blksize", "1000"));
    }
}
