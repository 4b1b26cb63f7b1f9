package smartproxy.core.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The words after {@code smart-proxy content}.
 *
 * @param command {@code sync}
 * @param operands of the command, in order
 * @param options by name, {@code url}; those without a value have an empty one
 */
record ContentOptions(String command, List<String> operands, Map<String, String> options) {
    /** Options that every command takes. */
    private static final Set<String> ALWAYS = Set.of("config", "url", "cert", "key", "ca", "pulp");

    private static final Set<String> FLAGS = Set.of("dry-run", "no-wait");

    /** What a command takes: operands, and options besides those of all. */
    private record Form(int operands, Set<String> options) {}

    private static final Map<String, Form> COMMANDS = Map.of(
            "status", new Form(0, Set.of()),
            "repos", new Form(0, Set.of("type")),
            "sync", new Form(1, Set.of("mode", "no-wait")),
            "mirror", new Form(1, Set.of("dry-run", "no-wait")),
            "jobs", new Form(0, Set.of("state")));

    /** The command line is wrong; the message says how. */
    static final class Usage extends Exception {
        private static final long serialVersionUID = 1L;

        Usage(String message) {
            super(message);
        }
    }

    static ContentOptions parse(List<String> words) throws Usage {
        var operands = new ArrayList<String>();
        var options = new HashMap<String, String>();
        for (var i = 0; i < words.size(); i++) {
            var word = words.get(i);
            if (!word.startsWith("--")) {
                operands.add(word);
                continue;
            }
            var equals = word.indexOf('=');
            var name = word.substring(2, equals < 0 ? word.length() : equals);
            var value = "";
            if (equals >= 0) {
                value = word.substring(equals + 1);
            } else if (!FLAGS.contains(name)) {
                if (++i == words.size()) {
                    throw new Usage("--" + name + " needs a value");
                }
                value = words.get(i);
            }
            if (options.put(name, value) != null) {
                throw new Usage("--" + name + " is there twice");
            }
        }
        if (operands.isEmpty()) {
            throw new Usage("content needs a command");
        }
        var command = operands.remove(0);
        var form = COMMANDS.get(command);
        if (form == null) {
            throw new Usage("unknown command content " + command);
        }
        check(command, form, operands, options);
        return new ContentOptions(command, List.copyOf(operands), Map.copyOf(options));
    }

    private static void check(String command, Form form, List<String> operands, Map<String, String> options)
            throws Usage {
        if (operands.size() < form.operands) {
            throw new Usage("content " + command + " needs a " + (command.equals("sync") ? "NAME" : "FILE"));
        }
        if (operands.size() > form.operands) {
            throw new Usage("unexpected " + String.join(" ", operands.subList(form.operands, operands.size())));
        }
        for (var option : options.entrySet()) {
            var name = option.getKey();
            if (!ALWAYS.contains(name) && !form.options.contains(name)) {
                throw new Usage("unexpected --" + name);
            }
            if (FLAGS.contains(name) != option.getValue().isEmpty()) {
                throw new Usage("--" + name + (FLAGS.contains(name) ? " takes no value" : " needs a value"));
            }
        }
        if (options.containsKey("cert") != options.containsKey("key")) {
            throw new Usage("--cert and --key belong together");
        }
    }

    Optional<String> option(String name) {
        return Optional.ofNullable(options.get(name));
    }

    boolean has(String flag) {
        return options.containsKey(flag);
    }
}
