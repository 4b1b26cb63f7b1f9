package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The packages the build has made, and small ones that a test makes. */
final class Packages {
    static final Path BUILT = House.ROOT.resolve("packaging/target/packages");

    private static final String MACHINE =
            System.getProperty("os.arch").equals("aarch64") ? "(arm64|aarch64)" : "(amd64|x86_64)";

    private Packages() {}

    /** The .deb for this machine; where its tools are missing the test is skipped, which is an error when CI=true. */
    static Path deb() throws IOException {
        return built("dpkg-deb", ".*_(all|" + MACHINE + ")\\.deb");
    }

    static Path rpm() throws IOException {
        return built("rpmbuild", ".*\\.(noarch|" + MACHINE + ")\\.rpm");
    }

    private static Path built(String tool, String name) throws IOException {
        assumeTrue(isThere(tool), tool + " is not here");
        assumeTrue(Files.exists(House.TREE.resolve("bom.json")), "built offline, without bom.json and packages");
        try (var files = Files.list(BUILT)) {
            var found = files.filter(file -> String.valueOf(file.getFileName()).matches(name))
                    .toList();
            assertThat(found).as(name + " in " + BUILT).hasSize(1);
            return found.get(0);
        }
    }

    static boolean isThere(String tool) {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, tool)));
    }

    /** The output of a command that ends well. */
    static String told(Path directory, String... words) throws IOException, InterruptedException {
        var told = Command.run(directory, Map.of(), List.of(words));
        assertThat(told.status())
                .as("%s: %s", String.join(" ", words), told.output())
                .isZero();
        return told.output();
    }

    /** Makes NAME.deb of a directory with its DEBIAN/. */
    static Path pack(Path staged) throws IOException, InterruptedException {
        var deb = staged.resolveSibling(staged.getFileName() + ".deb");
        told(staged, "dpkg-deb", "--root-owner-group", "-Znone", "-b", staged.toString(), deb.toString());
        return deb;
    }
}
