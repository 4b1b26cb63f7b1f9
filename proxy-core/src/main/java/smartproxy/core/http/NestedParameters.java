package smartproxy.core.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;

/** Builds lists and maps from bracketed keys, one after the other, in the way of Rack 2.2. */
final class NestedParameters {
    private final Node root = new Node();
    private final int maxDepth;

    /** A map made of keys; the description of an uploaded file is none, so no key leads into it. */
    private static final class Node extends LinkedHashMap<String, @Nullable Object> {
        private static final long serialVersionUID = 1L;
    }

    private static final class Items extends ArrayList<@Nullable Object> {
        private static final long serialVersionUID = 1L;
    }

    NestedParameters(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    Map<String, @Nullable Object> values() {
        return root;
    }

    /**
     * Puts one parameter.
     *
     * @param key a decoded text, or {@link smartproxy.core.api.Parameters.Malformed}; one without a name is ignored
     */
    void put(Object key, @Nullable Object value) {
        if (!(key instanceof String name)) {
            throw BadParametersException.parameters("invalid byte sequence in UTF-8");
        }
        var unused = put(root, name, 0, value, 1);
    }

    /**
     * Puts the value below a node, by the part of the key that starts at an index.
     *
     * @return what now stands in the place of the node: itself; a list when that part of the key is {@code []}; nothing when
     *     it is other brackets
     */
    private @Nullable Object put(Node node, String key, int from, @Nullable Object value, int depth) {
        if (depth > maxDepth) {
            throw CallerException.badRequest("A parameter is nested deeper than " + maxDepth
                    + " levels, see :max_parameter_depth: in settings.yml");
        }
        int start = from;
        while (start < key.length() && isBracket(key.charAt(start))) {
            start++;
        }
        int end = nameEnd(key, start);
        if (start == end) {
            return value != null && key.startsWith("[]", from) && key.length() == from + 2 ? listOf(value) : null;
        }
        var name = key.substring(start, end);
        while (end < key.length() && key.charAt(end) == ']') {
            end++;
        }
        int left = key.length() - end;
        if (left == 0) {
            node.put(name, value);
        } else if (left == 1 && key.charAt(end) == '[') {
            node.put(key.substring(from), value);
        } else if (left == 2 && key.startsWith("[]", end)) {
            items(node, name).add(value);
        } else if (key.startsWith("[]", end)) {
            putElement(items(node, name), key, end + 2, value, depth + 1);
        } else {
            node.put(name, put(child(node, name), key, end, value, depth + 1));
        }
        return node;
    }

    /** A leaf that the last element has already opens the next one. A key with a list in it never does. */
    private void putElement(Items items, String key, int from, @Nullable Object value, int depth) {
        if (!items.isEmpty() && items.get(items.size() - 1) instanceof Node last && !has(last, key, from)) {
            var unused = put(last, key, from, value, depth);
        } else {
            items.add(put(new Node(), key, from, value, depth));
        }
    }

    private static boolean has(Node node, String key, int from) {
        if (key.indexOf("[]", from) >= 0) {
            return false;
        }
        Object at = node;
        for (int start = from; start < key.length(); start = nameEnd(key, start) + 1) {
            int end = nameEnd(key, start);
            if (end > start) {
                var name = key.substring(start, end);
                if (!(at instanceof Node inner) || !inner.containsKey(name)) {
                    return false;
                }
                at = inner.get(name);
            }
        }
        return true;
    }

    private static Node child(Node node, String name) {
        var found = node.get(name);
        if (found == null) {
            return new Node();
        }
        if (found instanceof Node child) {
            return child;
        }
        throw conflict("Hash", found, name);
    }

    private static Items items(Node node, String name) {
        var found = node.get(name);
        if (found == null) {
            var items = new Items();
            node.put(name, items);
            return items;
        }
        if (found instanceof Items items) {
            return items;
        }
        throw conflict("Array", found, name);
    }

    private static Items listOf(Object value) {
        var items = new Items();
        items.add(value);
        return items;
    }

    private static BadParametersException conflict(String expected, Object found, String name) {
        var got = found instanceof Map ? "Hash" : found instanceof Items ? "Array" : "String";
        return BadParametersException.parameters(
                "expected " + expected + " (got " + got + ") for param `" + name + "'");
    }

    private static int nameEnd(String key, int start) {
        int end = start;
        while (end < key.length() && !isBracket(key.charAt(end))) {
            end++;
        }
        return end;
    }

    private static boolean isBracket(char c) {
        return c == '[' || c == ']';
    }
}
