package smartproxy.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads the documents of the tree, as far as the tests need to understand Markdown. */
final class Documents {
    private static final Pattern HEADING = Pattern.compile("^#{1,6} +(.+?)\\s*$");
    private static final Set<String> NOT_OURS = Set.of("target", ".git", ".run", "plugins");

    /**
     * A fenced block.
     *
     * @param language what stands behind the fence, such as {@code yaml}
     * @param line of the fence, counted from 1
     */
    record Block(Path document, int line, String language, String text) {
        @Override
        public String toString() {
            return House.ROOT.relativize(document) + ":" + line;
        }
    }

    private Documents() {}

    /** All documents of the tree. */
    static List<Path> all() throws IOException {
        try (var files = Files.walk(House.ROOT)) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .filter(file -> !isNotOurs(House.ROOT.relativize(file)))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isNotOurs(Path file) {
        for (var part : file) {
            if (NOT_OURS.contains(part.toString())) {
                return true;
            }
        }
        return false;
    }

    static Path page(String name) {
        return House.ROOT.resolve("docs").resolve(name);
    }

    /** The fenced blocks of a language. */
    static List<Block> blocks(Path document, String language) throws IOException {
        var blocks = new ArrayList<Block>();
        var text = new StringBuilder();
        var start = 0;
        var indent = 0;
        var lines = Files.readAllLines(document);
        var open = "";
        for (var i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            var fence = line.indexOf("```");
            if (start == 0 && isFence(line)) {
                start = i + 1;
                indent = fence;
                open = line.substring(fence + 3).strip();
                text.setLength(0);
            } else if (start > 0 && isFence(line)) {
                blocks.add(new Block(document, start, open, text.toString()));
                start = 0;
            } else if (start > 0) {
                text.append(line.substring(Math.min(indent, line.length()))).append('\n');
            }
        }
        return blocks.stream()
                .filter(block -> block.language().equals(language))
                .toList();
    }

    private static boolean isFence(String line) {
        return line.strip().startsWith("```");
    }

    /** The text without fenced blocks. */
    static String prose(Path document) throws IOException {
        var prose = new StringBuilder();
        var fenced = false;
        for (var line : Files.readAllLines(document)) {
            if (isFence(line)) {
                fenced = !fenced;
            } else if (!fenced) {
                prose.append(line).append('\n');
            }
        }
        return prose.toString();
    }

    /** The names by which headings are linked to. */
    static Set<String> anchors(Path document) throws IOException {
        var anchors = new LinkedHashSet<String>();
        prose(document).lines().forEach(line -> {
            var heading = HEADING.matcher(line);
            if (heading.matches()) {
                anchors.add(heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'));
            }
        });
        return anchors;
    }
}
