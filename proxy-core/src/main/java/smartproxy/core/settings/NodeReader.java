package smartproxy.core.settings;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.resolver.Resolver;

/** Turns the node graph of one file into keys, lines and values. */
final class NodeReader {
    private static final String MERGE = "<<";

    private final Path path;
    private final Resolver resolver = new Resolver();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final List<Problem> warnings = new ArrayList<>();
    private final Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());

    /** The setting being read. */
    private String key = "";

    NodeReader(Path path) {
        this.path = path;
    }

    SettingsFile file(MappingNode root) throws SettingsException {
        var symbols = new LinkedHashMap<String, @Nullable Object>();
        var plain = new LinkedHashMap<String, @Nullable Object>();
        for (var tuple : entries(root)) {
            var name = keyText(tuple.getKeyNode());
            if (name == null) {
                continue;
            }
            var symbol = isSymbol(tuple.getKeyNode());
            key = name;
            var target = symbol ? symbols : plain;
            warnWhenTwice(target, tuple.getKeyNode(), name);
            target.put(name, value(tuple.getValueNode()));
            if (symbol || !symbols.containsKey(name)) {
                lines.put(name, line(tuple.getKeyNode()));
            }
        }
        return new SettingsFile(path, true, symbols, plain, lines, warnings);
    }

    private void warnWhenTwice(Map<String, ?> seen, Node node, String name) {
        if (seen.containsKey(name)) {
            warnings.add(Problem.warning(
                    path,
                    line(node),
                    key,
                    name.equals(key) ? "it is written twice; this one counts" : "'" + name + "' is written twice",
                    "remove one of them"));
        }
    }

    /**
     * The tuples, with those that {@code <<} brings in. As in Psych, what comes later counts: keys that are written below the
     * {@code <<}, but also those it brings over keys that are written above it.
     */
    private List<NodeTuple> entries(MappingNode mapping) throws SettingsException {
        var entries = new ArrayList<NodeTuple>();
        Set<NodeTuple> brought = Collections.newSetFromMap(new IdentityHashMap<>());
        for (var tuple : mapping.getValue()) {
            if (!isMerge(tuple)) {
                entries.removeIf(other -> brought.contains(other) && sameKey(other, tuple));
                entries.add(tuple);
                continue;
            }
            for (var other : merged(tuple)) {
                entries.stream()
                        .filter(one -> sameKey(one, other) && !brought.contains(one))
                        .forEach(this::warnOfOverwritten);
                entries.removeIf(one -> sameKey(one, other));
                entries.add(other);
                brought.add(other);
            }
        }
        return entries;
    }

    /** Of a list, the first mapping counts, so it comes last. */
    private List<NodeTuple> merged(NodeTuple merge) throws SettingsException {
        var sources = new ArrayList<>(
                merge.getValueNode() instanceof SequenceNode list ? list.getValue() : List.of(merge.getValueNode()));
        Collections.reverse(sources);
        var merged = new ArrayList<NodeTuple>();
        for (var source : sources) {
            if (!(source instanceof MappingNode mapping)) {
                throw new SettingsException(
                        path,
                        line(merge.getKeyNode()),
                        "'<<' is not followed by an alias of a mapping",
                        "write the keys out");
            }
            enter(mapping);
            try {
                merged.addAll(entries(mapping));
            } finally {
                open.remove(mapping);
            }
        }
        return merged;
    }

    private void warnOfOverwritten(NodeTuple tuple) {
        var name = ((ScalarNode) tuple.getKeyNode()).getValue();
        warnings.add(Problem.warning(
                path,
                line(tuple.getKeyNode()),
                key,
                "'" + name + "' comes from '<<' below it as well, and that one counts",
                "write '<<' above it, or remove one of them"));
    }

    private void enter(Node node) throws SettingsException {
        if (!open.add(node)) {
            throw new SettingsException(
                    path, line(node), "an alias refers to what it stands in", "write the value out");
        }
    }

    private static boolean isMerge(NodeTuple tuple) {
        return tuple.getKeyNode() instanceof ScalarNode scalar
                && scalar.isPlain()
                && scalar.getValue().equals(MERGE);
    }

    private static boolean sameKey(NodeTuple one, NodeTuple other) {
        return one.getKeyNode() instanceof ScalarNode a
                && other.getKeyNode() instanceof ScalarNode b
                && a.getValue().equals(b.getValue())
                && isSymbol(a) == isSymbol(b);
    }

    private @Nullable String keyText(Node node) {
        if (!(node instanceof ScalarNode scalar)) {
            warnings.add(Problem.warning(
                    path, line(node), "", "a key that is a list or a mapping is not read", "write ':key: value'"));
            return null;
        }
        var text = scalar.getValue();
        return PlainScalar.isSymbol(text) ? PlainScalar.symbol(text) : text;
    }

    private static boolean isSymbol(Node node) {
        return node instanceof ScalarNode scalar && scalar.isPlain() && PlainScalar.isSymbol(scalar.getValue());
    }

    private @Nullable Object value(Node node) throws SettingsException {
        if (node instanceof ScalarNode scalar) {
            return scalar(scalar);
        }
        enter(node);
        try {
            if (node instanceof SequenceNode sequence) {
                var list = new ArrayList<@Nullable Object>();
                for (var element : sequence.getValue()) {
                    list.add(value(element));
                }
                return Collections.unmodifiableList(list);
            }
            return mapping((MappingNode) node);
        } finally {
            open.remove(node);
        }
    }

    private Map<String, @Nullable Object> mapping(MappingNode node) throws SettingsException {
        var map = new LinkedHashMap<String, @Nullable Object>();
        for (var tuple : entries(node)) {
            var name = keyText(tuple.getKeyNode());
            if (name != null) {
                warnWhenTwice(map, tuple.getKeyNode(), name);
                map.put(name, value(tuple.getValueNode()));
            }
        }
        return Collections.unmodifiableMap(map);
    }

    private @Nullable Object scalar(ScalarNode node) throws SettingsException {
        var text = node.getValue();
        var implied = resolver.resolve(NodeId.scalar, text, node.isPlain());
        if (!node.getTag().equals(implied)) {
            return tagged(node, text);
        }
        if (!node.isPlain()) {
            return text;
        }
        var value = PlainScalar.read(text);
        if (value instanceof Number && !value.toString().equals(text)) {
            warnings.add(Problem.warning(
                    path,
                    line(node),
                    key,
                    "the value is read as a number, which is then written another way",
                    "put it in quotes if a text is meant"));
        }
        return value;
    }

    private @Nullable Object tagged(ScalarNode node, String text) throws SettingsException {
        var tag = node.getTag().getValue();
        if (tag.equals("!ruby/sym") || tag.equals("!ruby/symbol")) {
            return ":" + text;
        }
        if (node.getTag().equals(Tag.STR) || tag.equals("!")) {
            return text;
        }
        if (tag.startsWith(Tag.PREFIX) && !node.getTag().equals(Tag.BINARY)) {
            return PlainScalar.read(text);
        }
        // not its name: it may be a password that begins with !
        throw new SettingsException(
                path,
                line(node),
                "the value has a tag, a word behind '!', that is not known here",
                "remove it, or put the value in quotes when it is a text that begins with '!'");
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }
}
