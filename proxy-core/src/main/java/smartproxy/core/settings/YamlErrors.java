package smartproxy.core.settings;

import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** Says in an administrator's words what the YAML parser did not like, and what to write instead. */
final class YamlErrors {
    private static final Pattern SYMBOL = Pattern.compile(":[\"']?(\\w+)");
    private static final Pattern KEY = Pattern.compile("^\\s*(?:- )?(:?\\w+):(?:\\s|$)");

    private static final Pattern QUOTES_VALUE = Pattern.compile(
            "(found undefined (?:alias|tag handle)|found unknown escape character|expected escape sequence.*?)"
                    + "(?:, but found:)? \\S*$");

    private YamlErrors() {}

    static Problem explain(Path file, String text, YAMLException error) {
        if (!(error instanceof MarkedYAMLException marked) || marked.getProblemMark() == null) {
            return Problem.error(
                    file,
                    0,
                    "",
                    "it is not valid YAML: " + firstLine(String.valueOf(error.getMessage())),
                    "write lists and mappings out, in fewer levels and without aliases");
        }
        var problem = Objects.requireNonNullElse(marked.getProblem(), "syntax error");
        var context = Objects.requireNonNullElse(marked.getContext(), "");
        var mark = marked.getProblemMark();
        if (context.contains("flow node") && problem.contains("found ':'")) {
            return symbolInFlow(file, text, mark);
        }
        if (context.contains("quoted scalar") && !problem.contains("escape") && marked.getContextMark() != null) {
            mark = marked.getContextMark();
        }
        return Problem.error(
                file, mark.getLine() + 1, "", "it is not valid YAML: " + printable(problem), advice(problem, context));
    }

    private static String advice(String problem, String context) {
        if (problem.contains("TAB")) {
            return "indent with blanks, not with tabs";
        }
        if (problem.contains("escape")) {
            return "in double quotes a backslash is written twice; in single quotes, once";
        }
        if (context.contains("quoted scalar")) {
            return "a quote opened here is not closed";
        }
        if (context.contains("alias") || problem.contains("alias")) {
            return "put a value that begins with * in quotes: '*'";
        }
        if (problem.contains("tag handle")) {
            return "put a value that begins with ! in quotes";
        }
        if (context.contains("anchor")) {
            return "put a value that begins with & in quotes";
        }
        if (problem.contains("cannot start any token")) {
            return "put a value that begins with this character in quotes";
        }
        if (context.contains("flow")) {
            return "a bracket opened here is not closed, or a comma is missing";
        }
        if (problem.contains("mapping values are not allowed")) {
            return "put a value that has a colon in quotes, and begin all keys in the same column";
        }
        return "check indentation and quotes of this line and the one before";
    }

    /** {@code {:a: 1}} and {@code [:a]}: Ruby people write it, no YAML 1.1 parser reads it. */
    private static Problem symbolInFlow(Path file, String text, Mark mark) {
        var at = text.offsetByCodePoints(0, Math.min(mark.getIndex(), text.codePointCount(0, text.length())));
        var symbol = SYMBOL.matcher(text).region(at, text.length());
        var name = symbol.lookingAt() ? ":" + symbol.group(1) : ":…";
        var bracket = openBracket(text, at);
        var key = KEY.matcher(text.substring(text.lastIndexOf('\n', Math.max(0, at - 1)) + 1, at));
        var head = key.find() ? "'" + key.group(1) + ":'" : "the key";
        var entry = bracket == '{' ? "'  " + name + ": VALUE'" : "'  - " + name + "'";
        return Problem.error(
                file,
                mark.getLine() + 1,
                "",
                "YAML cannot read '" + name + "' inside " + (bracket == '{' ? "{ }" : "[ ]"),
                "write it as a block: " + head + " alone on its line, below it one line " + entry + " for each entry");
    }

    private static char openBracket(String text, int before) {
        var closed = 0;
        for (var i = before - 1; i >= 0; i--) {
            switch (text.charAt(i)) {
                case '}', ']' -> closed++;
                case '{', '[' -> {
                    if (closed-- == 0) {
                        return text.charAt(i);
                    }
                }
                default -> {
                    // a value
                }
            }
        }
        return '[';
    }

    /** The problem without the part of the value it quotes, which may be one of a password. */
    private static String printable(String problem) {
        return QUOTES_VALUE.matcher(firstLine(problem)).replaceFirst("$1");
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
