package smartproxy.dns.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Name;

final class NameTreeTest {
    private static Name name(String text) {
        return Name.fromConstantString(text);
    }

    @Test
    void behavesAsASortedMapAndStaysFlat() {
        var random = new Random(4);
        var expected = new TreeMap<Name, Integer>();
        var tree = NameTree.<Integer>empty();
        for (var i = 0; i < 20_000; i++) {
            var name = name("h" + random.nextInt(3000) + ".d" + random.nextInt(3) + ".example.");
            if (random.nextInt(3) == 0) {
                expected.remove(name);
                tree = tree.without(name);
            } else {
                expected.put(name, i);
                tree = tree.with(name, i);
            }
            assertThat(tree.get(name).orElse(-1)).isEqualTo(expected.getOrDefault(name, -1));
        }
        assertThat(values(tree)).containsExactlyElementsOf(expected.values());
        assertThat(tree.height()).isLessThanOrEqualTo((int) (1.45 * Math.log(expected.size() + 2) / Math.log(2)));
    }

    @Test
    void staysFlatWhenNamesComeInOrder() {
        var tree = NameTree.<Integer>empty();
        for (var i = 0; i < 4096; i++) {
            tree = tree.with(name("h%05d.example.".formatted(i)), i);
        }
        assertThat(tree.height()).isLessThanOrEqualTo(13);
        for (var i = 0; i < 4096; i += 2) {
            tree = tree.without(name("h%05d.example.".formatted(i)));
        }
        assertThat(values(tree)).hasSize(2048).isSorted();
    }

    @Test
    void aChangedCopyLeavesTheOriginal() {
        var one = NameTree.<Integer>empty().with(name("a.example."), 1);
        var two = one.with(name("b.example."), 2).without(name("a.example."));
        assertThat(values(one)).containsExactly(1);
        assertThat(values(two)).containsExactly(2);
    }

    @Test
    void findsWithoutCase() {
        var tree = NameTree.<Integer>empty().with(name("Host.Example."), 1);
        assertThat(tree.get(name("hOST.example."))).contains(1);
        assertThat(values(tree.with(name("HOST.EXAMPLE."), 2))).containsExactly(2);
    }

    @Test
    void knowsWhatHasNamesBelow() {
        var tree = NameTree.<Integer>empty()
                .with(name("x.a.b.example."), 1)
                .with(name("bb.example."), 2)
                .with(name("a.example."), 3);
        assertThat(tree.hasBelow(name("b.example."))).isTrue();
        assertThat(tree.hasBelow(name("A.B.example."))).isTrue();
        assertThat(tree.hasBelow(name("x.a.b.example."))).isFalse();
        assertThat(tree.hasBelow(name("a.example."))).isFalse();
        assertThat(tree.hasBelow(name("c.example."))).isFalse();
        assertThat(tree.hasBelow(name("aa.example."))).isFalse();
    }

    private static List<Integer> values(NameTree<Integer> tree) {
        var values = new ArrayList<Integer>();
        tree.forEach(values::add);
        return values;
    }
}
