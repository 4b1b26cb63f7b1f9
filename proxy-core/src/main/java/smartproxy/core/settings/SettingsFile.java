package smartproxy.core.settings;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A YAML 1.1 settings file as Ruby's Psych reads it. Keys are symbols, written {@code :key:}; a value is a String, Integer,
 * Long, Double, Boolean, List, Map or null. A symbol as a value is a String that keeps its colon, so {@code :https} never
 * equals {@code https}; keys of mappings inside a value lose it.
 */
public final class SettingsFile {
    private final Path path;
    private final boolean exists;
    private final Map<String, @Nullable Object> symbols;
    private final Map<String, @Nullable Object> plain;
    private final Map<String, Integer> lines;
    private final List<Problem> warnings;

    SettingsFile(
            Path path,
            boolean exists,
            Map<String, @Nullable Object> symbols,
            Map<String, @Nullable Object> plain,
            Map<String, Integer> lines,
            List<Problem> warnings) {
        this.path = path;
        this.exists = exists;
        this.symbols = Collections.unmodifiableMap(new LinkedHashMap<>(symbols));
        this.plain = Collections.unmodifiableMap(new LinkedHashMap<>(plain));
        this.lines = Map.copyOf(lines);
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Reads a file of at most 1 MiB. A file that is empty or holds comments only is an empty mapping.
     *
     * @throws SettingsException when it cannot be read or parsed, or is not a mapping; the message names file, line and what
     *     to do
     */
    public static SettingsFile read(Path path) throws SettingsException {
        return new YamlReader(path).read();
    }

    /** Stands for a file that does not exist: no keys. */
    public static SettingsFile absent(Path path) {
        return new SettingsFile(path, false, Map.of(), Map.of(), Map.of(), List.of());
    }

    public Path path() {
        return path;
    }

    public boolean exists() {
        return exists;
    }

    /** Whether it holds no key at all. */
    public boolean isEmpty() {
        return symbols.isEmpty() && plain.isEmpty();
    }

    /** The keys written {@code :key:}, without the colon, in order. A key without a value is there with null. */
    public Map<String, @Nullable Object> symbols() {
        return symbols;
    }

    /** The keys written without the colon, which module files ignore. */
    public Set<String> plainKeys() {
        return plain.keySet();
    }

    /** The value of a symbol key; null when it is absent or has none. */
    public @Nullable Object get(String key) {
        return symbols.get(key);
    }

    /** Whether the symbol key is there, with or without a value. */
    public boolean has(String key) {
        return symbols.containsKey(key);
    }

    /** Where the key stands, counted from 1; 0 when it is absent. */
    public int line(String key) {
        return lines.getOrDefault(key, 0);
    }

    /** What was noticed while reading, in the order of the file. */
    public List<Problem> warnings() {
        return warnings;
    }

    /** This file with every key a symbol key; where a key is written both ways, the symbol stands. */
    SettingsFile withPlainKeysRead() {
        var all = new LinkedHashMap<>(symbols);
        plain.forEach((key, value) -> {
            if (!all.containsKey(key)) {
                all.put(key, value);
            }
        });
        return new SettingsFile(path, exists, all, Map.of(), lines, warnings);
    }

    /** This file with a value for a key that it does not have. */
    SettingsFile withFallback(String key, Object value) {
        if (has(key)) {
            return this;
        }
        var all = new LinkedHashMap<>(symbols);
        all.put(key, value);
        return new SettingsFile(path, exists, all, plain, lines, warnings);
    }

    /** Path and keys; no value, it may be a secret. */
    @Override
    public String toString() {
        return path + " " + symbols.keySet();
    }
}
