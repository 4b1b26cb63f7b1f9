package smartproxy.tftp.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Made-up paths: whatever is opened or written lies inside. */
class PathFuzzTest {
    private static final List<String> PARTS = List.of(
            "..",
            "..",
            "..",
            ".",
            "",
            "/",
            "//",
            "boot",
            "vmlinuz",
            "grub.cfg",
            "tftp",
            "tftp-evil",
            "outside",
            "passwd",
            "x",
            "far",
            "near",
            "directory",
            "self",
            "up",
            "dangling",
            "circle",
            "..a",
            "b..c",
            "d",
            "\\",
            "\0",
            "\n",
            "%2e%2e",
            "..\\",
            ".. ",
            " ..",
            "...",
            "\u2025",
            "\uff0e\uff0e",
            "\ud800",
            "\u00e4",
            "~root",
            "a".repeat(300),
            "*",
            "?",
            ".x.part",
            "C:",
            "|",
            "$(id)",
            "-rf");

    @TempDir
    Path top;

    @Test
    void nothingOutsideIsOpened() throws Exception {
        run(20_000, 1);
    }

    @Test
    @Tag("long")
    void nothingOutsideIsOpenedInAMillion() throws Exception {
        run(1_000_000, 2);
    }

    private void run(int inputs, long seed) throws Exception {
        var tree = new Tree(top);
        tree.link("tftp/far", "../x");
        tree.link("tftp/near", "boot/vmlinuz");
        tree.link("tftp/directory", "../outside");
        tree.link("tftp/self", ".");
        tree.link("tftp/boot/up", "../..");
        tree.link("tftp/dangling", "nowhere");
        tree.link("tftp/circle", "circle");
        tree.link("tftp/tftp-evil", top.toRealPath() + "/tftp-evil");
        var store = new FileStore(tree.root);
        var before = outside(tree);
        var random = new Random(seed);
        var found = 0;
        for (var i = 0; i < inputs; i++) {
            var path = path(random);
            try {
                var content = Tree.read(store.open(path));
                found++;
                assertThat(content).as(path).isNotEqualTo(Tree.CANARY);
            } catch (FileRefused e) {
                assertThat(e.reason()).isNotNull();
            }
            if (i % 20 == 0) {
                change(store, path, random);
            }
        }
        assertThat(found).as("paths that led to a file").isGreaterThan(inputs / 200);
        assertThat(store.opened()).isEqualTo(found);
        assertThat(outside(tree)).isEqualTo(before);
    }

    private static String path(Random random) {
        var path = new StringBuilder(random.nextBoolean() ? "/" : "");
        for (var parts = 1 + random.nextInt(6); parts > 0; parts--) {
            path.append(PARTS.get(random.nextInt(PARTS.size()))).append(random.nextInt(8) == 0 ? "" : "/");
        }
        if (random.nextInt(3) == 0) {
            path.append(random.nextBoolean() ? "boot/vmlinuz" : "grub.cfg");
        }
        return path.toString();
    }

    private static void change(FileStore store, String path, Random random) throws IOException {
        try {
            if (random.nextBoolean()) {
                store.write(Map.of(path + "/new" + random.nextInt(50), "w".getBytes(StandardCharsets.UTF_8)));
            } else {
                store.delete(path + "/new" + random.nextInt(50));
            }
        } catch (FileRefused e) {
            assertThat(e.reason()).isNotNull();
        }
    }

    /** All that is not below the root, with its content. */
    private static Map<String, String> outside(Tree tree) throws IOException {
        var outside = new TreeMap<String, String>();
        try (var all = Files.walk(tree.top)) {
            for (var path : all.filter(path -> !path.startsWith(tree.root)).toList()) {
                outside.put(path.toString(), Files.isDirectory(path) ? "" : Files.readString(path));
            }
        }
        return outside;
    }
}
