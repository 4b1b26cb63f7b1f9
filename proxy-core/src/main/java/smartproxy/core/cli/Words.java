package smartproxy.core.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** Texts of others, made fit for a terminal. */
final class Words {
    private Words() {}

    /** Without what a terminal would take for a command. */
    static String shown(String text) {
        return text.replaceAll("\\p{Cc}", " ").strip();
    }

    static String of(JsonNode object, String field) {
        var value = object.path(field);
        return value.isNull() || value.isMissingNode() ? "" : shown(value.asText());
    }

    static List<String> all(JsonNode list) {
        var all = new ArrayList<String>();
        list.forEach(one -> all.add(shown(one.asText())));
        return all;
    }

    /** Rows in columns, each as wide as its widest cell. */
    static List<String> columns(List<List<String>> rows) {
        var widths = new int[rows.isEmpty() ? 0 : rows.get(0).size()];
        for (var row : rows) {
            for (var i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        var lines = new ArrayList<String>();
        for (var row : rows) {
            var line = new StringBuilder();
            for (var i = 0; i < widths.length; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
