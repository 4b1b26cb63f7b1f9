package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static smartproxy.packaging.House.children;
import static smartproxy.packaging.House.text;

import java.io.IOException;
import java.nio.file.Files;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** docs/dependencies.md names every direct dependency of every module, and no other. */
class DependenciesTest {
    private static final Pattern ROW = Pattern.compile("^\\| `([^`]+)` \\|.*\\|.*\\S.*\\|$", Pattern.MULTILINE);

    @Test
    void everyDirectDependencyHasItsLine() throws IOException {
        var declared = new TreeSet<String>();
        for (var pom : House.poms()) {
            for (var dependencies : children(House.xml(pom), "dependencies")) {
                for (var dependency : children(dependencies, "dependency")) {
                    if (!text(dependency, "groupId").equals("smartproxy")) {
                        declared.add(text(dependency, "groupId") + ":" + text(dependency, "artifactId"));
                    }
                }
            }
        }
        var described = ROW.matcher(Files.readString(House.ROOT.resolve("docs/dependencies.md")))
                .results()
                .map(row -> row.group(1))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(described).isEqualTo(declared);
    }
}
