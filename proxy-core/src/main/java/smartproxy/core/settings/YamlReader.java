package smartproxy.core.settings;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.reader.StreamReader;

/** Turns one file into a {@link SettingsFile}: bytes, text, YAML nodes, values. */
final class YamlReader {
    private static final int MAX_BYTES = 1 << 20;
    private static final int MAX_ALIASES = 20;
    private static final int MAX_DEPTH = 20;

    /** Each has the text parsed once more. */
    private static final int MAX_TABS = 200;

    private static final char BYTE_ORDER_MARK = '\uFEFF';

    private final Path path;

    YamlReader(Path path) {
        this.path = path;
    }

    SettingsFile read() throws SettingsException {
        var text = decode(bytes());
        var root = compose(text);
        if (root == null || isNothing(root)) {
            return new SettingsFile(path, true, Map.of(), Map.of(), Map.of(), List.of());
        }
        if (root instanceof MappingNode mapping) {
            return new NodeReader(path).file(mapping);
        }
        var found = root instanceof SequenceNode ? "a list" : "one single value";
        throw new SettingsException(
                path,
                root.getStartMark().getLine() + 1,
                "the file holds " + found + " instead of settings",
                "each setting is a line ':key: value', with a blank after the second colon");
    }

    private static boolean isNothing(Node root) {
        return root instanceof ScalarNode scalar && scalar.isPlain() && PlainScalar.read(scalar.getValue()) == null;
    }

    private byte[] bytes() throws SettingsException {
        try {
            // a pipe would be waited for without end
            if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
                throw new SettingsException(path, 0, "it is not a regular file", "name a YAML file");
            }
            try (var in = Files.newInputStream(path)) {
                var bytes = in.readNBytes(MAX_BYTES + 1);
                if (bytes.length > MAX_BYTES) {
                    throw new SettingsException(path, 0, "it is larger than 1 MiB", "is it a settings file?");
                }
                return bytes;
            }
        } catch (NoSuchFileException e) {
            throw new SettingsException(path, 0, "there is no such file", "create it, or name another with --config");
        } catch (AccessDeniedException e) {
            throw new SettingsException(
                    path, 0, "permission denied", "the daemon's user needs to read the file and its directories");
        } catch (IOException e) {
            throw new SettingsException(path, 0, "it cannot be read: " + e.getMessage(), "");
        }
    }

    private String decode(byte[] bytes) throws SettingsException {
        var decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        var in = ByteBuffer.wrap(bytes);
        try {
            var text = decoder.decode(in).toString();
            if (!text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK) {
                text = text.substring(1);
            }
            checkCharacters(text);
            return text;
        } catch (CharacterCodingException e) {
            var line = 1;
            for (var i = 0; i < in.position(); i++) {
                line += bytes[i] == '\n' ? 1 : 0;
            }
            throw new SettingsException(path, line, "it is not UTF-8 text", "save it as UTF-8");
        }
    }

    private void checkCharacters(String text) throws SettingsException {
        var wrong = text.codePoints().filter(c -> !StreamReader.isPrintable(c)).findFirst();
        if (wrong.isPresent()) {
            var before = text.substring(0, text.indexOf(wrong.getAsInt()));
            throw new SettingsException(
                    path,
                    1 + (int) before.chars().filter(c -> c == '\n').count(),
                    String.format("there is a character YAML does not allow (code %d)", wrong.getAsInt()),
                    "remove it; is this a text file?");
        }
    }

    private @Nullable Node compose(String written) throws SettingsException {
        var text = written;
        for (var tabs = 0; ; tabs++) {
            try {
                var documents = new Yaml(new SafeConstructor(options()))
                        .composeAll(new StringReader(text))
                        .iterator();
                // as Psych does, the first document counts
                return documents.hasNext() ? documents.next() : null;
            } catch (YAMLException e) {
                var other = tabs < MAX_TABS ? Tabs.withBlank(text, e, options()) : Optional.<String>empty();
                text = other.orElseThrow(() -> new SettingsException(YamlErrors.explain(path, written, e)));
            }
        }
    }

    private static LoaderOptions options() {
        var options = new LoaderOptions();
        options.setCodePointLimit(MAX_BYTES);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        options.setNestingDepthLimit(MAX_DEPTH);
        return options;
    }
}
