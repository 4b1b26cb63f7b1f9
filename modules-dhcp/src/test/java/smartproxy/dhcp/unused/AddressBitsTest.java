package smartproxy.dhcp.unused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressBitsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 63, 64, 65, 256, 65_535, 65_536, 65_537, 300_000})
    void doesAsAPlainSetDoes(int size) {
        var random = new Random(size);
        var bits = new AddressBits(size);
        var plain = new BitSet(size);
        for (var i = 0; i < 300; i++) {
            var first = random.nextInt(size);
            var last = Math.min(size - 1, first + random.nextInt(i % 10 == 0 ? size : 4));
            if (i % 3 == 0) {
                bits.clear(first);
                plain.clear(first);
            } else {
                bits.setRange(first, last);
                plain.set(first, last + 1);
            }
            assertThat(bits.get(last)).isEqualTo(plain.get(last));
            var from = random.nextInt(size);
            var to = from + random.nextInt(size - from);
            var gaps = to - from + 1 - plain.get(from, to + 1).cardinality();
            assertThat(bits.gaps(from, to)).isEqualTo(gaps);
            if (gaps > 0) {
                var rank = random.nextInt(gaps);
                assertThat(bits.gap(from, to, rank)).isEqualTo(gap(plain, from, rank));
            }
        }
    }

    private static int gap(BitSet plain, int from, int rank) {
        var at = plain.nextClearBit(from);
        for (var i = 0; i < rank; i++) {
            at = plain.nextClearBit(at + 1);
        }
        return at;
    }

    @Test
    void findsTheLastGapOfAFullNetwork() {
        var size = 1L << 24;
        var bits = new AddressBits(size);
        bits.setRange(0, size - 1);
        bits.clear(12_345_678);
        assertThat(bits.gaps(0, size - 1)).isEqualTo(1);
        assertThat(bits.gap(0, size - 1, 0)).isEqualTo(12_345_678);
        bits.set(12_345_678);
        assertThat(bits.gaps(0, size - 1)).isZero();
        assertThatThrownBy(() -> bits.gap(0, size - 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCopyIsASetOfItsOwn() {
        var bits = new AddressBits(1L << 18);
        bits.setRange(0, (1 << 16) - 1);
        bits.set(70_000);
        var copy = new AddressBits(bits);
        copy.set(70_001);
        copy.clear(5);
        bits.clear(70_000);
        assertThat(copy.get(70_000)).isTrue();
        assertThat(bits.get(70_001)).isFalse();
        assertThat(bits.get(5)).isTrue();
        assertThat(copy.gaps(0, 70_001)).isEqualTo(70_002 - 65_536 - 2 + 1);
    }

    @Test
    void holdsAllOfIpv4() {
        var size = 1L << 32;
        var bits = new AddressBits(size);
        bits.set(size - 1);
        assertThat(bits.get(size - 1)).isTrue();
        assertThat(bits.gaps(0, size - 1)).isEqualTo(size - 1);
        assertThat(bits.gap(0, size - 1, size - 2)).isEqualTo(size - 2);
    }
}
