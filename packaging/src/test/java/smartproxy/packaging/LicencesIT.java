package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static smartproxy.packaging.House.children;
import static smartproxy.packaging.House.text;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Every jar of the tree comes under a licence that fits Apache-2.0; read from the poms in the local Maven repository. */
class LicencesIT {
    private static final Path REPOSITORY = Path.of(Objects.requireNonNull(System.getProperty("maven.repository")));
    private static final Pattern ARTIFACT =
            Pattern.compile("([\\w.-]+):([\\w.-]+):(?:jar|pom):([\\w.-]+):(?:compile|runtime)");
    private static final int MOST_PARENTS = 10;

    /** Licences that fit, by what their names or addresses have in common. GPL only with the class path exception. */
    private static final List<Pattern> FIT = List.of(
            Pattern.compile("apache.*2", Pattern.CASE_INSENSITIVE),
            Pattern.compile("\\bMIT\\b", Pattern.CASE_INSENSITIVE),
            Pattern.compile("\\bBSD\\b", Pattern.CASE_INSENSITIVE),
            Pattern.compile("eclipse (public|distribution) license|\\bE[PD]L[- ]", Pattern.CASE_INSENSITIVE),
            Pattern.compile("bouncy castle", Pattern.CASE_INSENSITIVE));

    @Test
    void everyRuntimeDependencyFits() throws IOException {
        Map<String, List<String>> licences = new TreeMap<>();
        for (var line : Files.readAllLines(House.ROOT.resolve("packaging/target/runtime-dependencies.txt"))) {
            var artifact = ARTIFACT.matcher(line);
            if (artifact.find() && !artifact.group(1).equals("smartproxy")) {
                licences.put(
                        artifact.group(),
                        licences(artifact.group(1), artifact.group(2), artifact.group(3), MOST_PARENTS));
            }
        }

        assertThat(licences).hasSizeGreaterThan(20);
        assertThat(licences)
                .allSatisfy((artifact, names) -> assertThat(names)
                        .as(artifact)
                        .anyMatch(name ->
                                FIT.stream().anyMatch(fit -> fit.matcher(name).find())));
    }

    /** The licences a pom or, when it has none, its parents declare; several are a choice or belong to parts. */
    private static List<String> licences(String group, String name, String version, int parents) throws IOException {
        var file = REPOSITORY.resolve(group.replace('.', '/')).resolve(name).resolve(version);
        var pom = House.xml(file.resolve(name + "-" + version + ".pom"));
        var names = new ArrayList<String>();
        for (var licences : children(pom, "licenses")) {
            children(licences, "license").forEach(licence -> names.add(text(licence, "name")));
        }
        var parent = children(pom, "parent");
        if (!names.isEmpty() || parent.isEmpty() || parents == 0) {
            return names;
        }
        return licences(
                text(parent.get(0), "groupId"),
                text(parent.get(0), "artifactId"),
                text(parent.get(0), "version"),
                parents - 1);
    }
}
