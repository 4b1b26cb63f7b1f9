package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The tree has its rooms, and only what the daemon needs at run time. */
class DistributionIT {
    @Test
    void hasItsRooms() {
        assertThat(House.TREE.resolve("bin/smart-proxy")).isExecutable();
        assertThat(House.TREE.resolve("lib")).isDirectory();
        assertThat(House.TREE.resolve("plugins")).isDirectory();
    }

    @Test
    void libHoldsTheModulesAndNothingForTests() throws IOException {
        assertThat(files(House.TREE.resolve("lib")))
                .allMatch(name -> name.endsWith(".jar") || name.matches("native/(x86_64|aarch64)/lib.*\\.so"))
                .contains("native/x86_64/libsqlitejdbc.so", "native/aarch64/libsqlitejdbc.so")
                .contains("smart-proxy-core-0.1.0.jar", "smart-proxy-dns-0.1.0.jar")
                .noneMatch(name -> name.matches("(junit|assertj|awaitility|archunit).*|.*-tests\\.jar"));
    }

    @Test
    void shipsTheSamplesOfEverySetting() throws IOException {
        assertThat(files(House.TREE.resolve("config"))).isEqualTo(files(House.ROOT.resolve("config")));
    }

    private static Set<String> files(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return Set.of();
        }
        try (var files = Files.walk(directory)) {
            var names = new TreeSet<String>();
            files.filter(Files::isRegularFile)
                    .forEach(file -> names.add(directory.relativize(file).toString()));
            return names;
        }
    }
}
