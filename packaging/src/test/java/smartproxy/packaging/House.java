package smartproxy.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** Where things lie, seen from a test of this module, and small readers of them. */
final class House {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    static final Path TREE = ROOT.resolve("packaging/target/smart-proxy");

    private House() {}

    /** The parent pom and those of the modules. */
    static List<Path> poms() throws IOException {
        try (var children = Files.list(ROOT)) {
            return Stream.concat(Stream.of(ROOT), children)
                    .map(directory -> directory.resolve("pom.xml"))
                    .filter(Files::exists)
                    .distinct()
                    .toList();
        }
    }

    /** The texts of the test sources with that file name, of all modules. */
    static List<String> testSources(String name) throws IOException {
        var texts = new ArrayList<String>();
        for (var pom : poms()) {
            var tests = pom.resolveSibling("src/test/java");
            if (Files.isDirectory(tests)) {
                try (var files = Files.walk(tests)) {
                    for (var file : files.filter(path -> path.endsWith(name)).toList()) {
                        texts.add(Files.readString(file));
                    }
                }
            }
        }
        return texts;
    }

    static Element xml(Path file) throws IOException {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(file.toFile())
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException e) {
            throw new IOException(file.toString(), e);
        }
    }

    /** The children of an element with a name. */
    static List<Element> children(Element parent, String name) {
        var nodes = parent.getChildNodes();
        return Stream.iterate(0, i -> i < nodes.getLength(), i -> i + 1)
                .map(nodes::item)
                .filter(node -> node.getNodeName().equals(name))
                .map(Element.class::cast)
                .toList();
    }

    /** The text of a path of elements, empty when there is none. */
    static String text(Element parent, String name) {
        return children(parent, name).stream()
                .findFirst()
                .map(element -> element.getTextContent().strip())
                .orElse("");
    }
}
