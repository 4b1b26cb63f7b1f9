package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.ApiVersion;

/** docs/writing-a-provider.md shows the example as it is, and what a provider costs stays small. */
class ExampleTest {
    static final Path PAGE = Documents.page("writing-a-provider.md");
    static final Path EXAMPLE = House.ROOT.resolve("examples/dns-powerdns");
    private static final int MOST_LINES = 250;

    @Test
    void thePageShowsEveryFileOfTheExample() throws IOException {
        var blocks = Documents.blocks(PAGE, "java").stream()
                .map(Documents.Block::text)
                .toList();
        assertThat(blocks).containsExactlyInAnyOrderElementsOf(texts(".java"));
        assertThat(Documents.blocks(PAGE, "services"))
                .extracting(Documents.Block::text)
                .containsExactlyElementsOf(texts(".ProviderFactory"));
    }

    @Test
    void thePageShowsPartsOfItsPom() throws IOException {
        var pom = Files.readString(EXAMPLE.resolve("pom.xml"));
        var shown = Documents.blocks(PAGE, "xml").stream()
                .map(block ->
                        pom.indexOf(block.text().strip().lines().findFirst().orElseThrow()) < 0
                                ? block + " begins with a line that is not there"
                                : flat(pom).contains(flat(block.text())) ? "" : block + " differs")
                .toList();
        assertThat(shown).hasSize(2).containsOnly("");
    }

    private static String flat(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    @Test
    void versionsAreThoseOfThisDaemon() throws IOException {
        var version = ApiVersion.CURRENT.toString();
        var pom = House.xml(EXAMPLE.resolve("pom.xml"));
        assertThat(Files.readString(EXAMPLE.resolve("pom.xml")))
                .contains("<" + ApiVersion.ATTRIBUTE + ">" + version + "</" + ApiVersion.ATTRIBUTE + ">");
        assertThat(House.text(House.children(pom, "properties").get(0), "version.smart-proxy"))
                .isEqualTo(House.text(House.xml(House.ROOT.resolve("pom.xml")), "version"));
        assertThat(Files.readString(PAGE)).contains("now " + version + " (`ApiVersion`)");
    }

    @Test
    void aProviderIsOneClassAndOneRecord() throws IOException {
        var main = texts("/src/main/java", ".java");
        assertThat(main).hasSize(3);
        assertThat(main).filteredOn(text -> text.contains("public record ")).hasSize(1);
        assertThat(main).allSatisfy(text -> assertThat(text.lines()).hasSizeLessThanOrEqualTo(MOST_LINES));
    }

    private static List<String> texts(String ending) throws IOException {
        return texts("/src/", ending);
    }

    private static List<String> texts(String below, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(EXAMPLE.resolve("src"))) {
            var texts = new ArrayList<String>();
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (file.toString().contains(below) && file.toString().endsWith(ending)) {
                    texts.add(Files.readString(file));
                }
            }
            return texts;
        }
    }
}
