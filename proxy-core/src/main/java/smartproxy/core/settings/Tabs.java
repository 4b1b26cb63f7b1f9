package smartproxy.core.settings;

import java.util.Optional;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.scanner.ScannerImpl;
import org.yaml.snakeyaml.tokens.Token;

/**
 * Tabs where YAML allows them and libyaml, which Psych is built on, reads them: behind a key's colon and within brackets.
 * SnakeYAML takes blanks alone there.
 */
final class Tabs {
    /** What stands before a tab that would be indentation: nothing, or the mark of an entry. */
    private static final Pattern INDENTATION = Pattern.compile("[ \\t]*(?:[-?:][ \\t]+)*[-?:]?");

    private Tabs() {}

    /** The text with a blank for the tab at which the parser stopped; empty when it stopped at another thing, or rightly. */
    static Optional<String> withBlank(String text, YAMLException error, LoaderOptions options) {
        if (!(error instanceof MarkedYAMLException marked) || marked.getProblemMark() == null) {
            return Optional.empty();
        }
        var index = marked.getProblemMark().getIndex();
        if (index >= text.codePointCount(0, text.length())) {
            return Optional.empty();
        }
        var at = text.offsetByCodePoints(0, index);
        if (text.charAt(at) != '\t') {
            return Optional.empty();
        }
        var before = text.substring(text.lastIndexOf('\n', at) + 1, at);
        return INDENTATION.matcher(before).matches() && !inBrackets(text.substring(0, at), options)
                ? Optional.empty()
                : Optional.of(text.substring(0, at) + ' ' + text.substring(at + 1));
    }

    private static boolean inBrackets(String text, LoaderOptions options) {
        var scanner = new ScannerImpl(new StreamReader(text), options);
        var depth = 0;
        try {
            while (!scanner.checkToken(Token.ID.StreamEnd)) {
                depth += switch (scanner.getToken().getTokenId()) {
                    case FlowSequenceStart, FlowMappingStart -> 1;
                    case FlowSequenceEnd, FlowMappingEnd -> -1;
                    default -> 0;
                };
            }
        } catch (YAMLException e) {
            // so far, then
        }
        return depth > 0;
    }
}
