package smartproxy.core.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;

/** Writes the settings files as shipped: every key, its meaning, and its default or, commented out, an example. */
final class SampleWriter {
    private static final Pattern NEEDS_NO_QUOTES = Pattern.compile("[A-Za-z0-9/][A-Za-z0-9._/-]*");

    private SampleWriter() {}

    /** {@code settings.yml}. */
    static String host(Schema<?> schema) {
        return sample(schema.doc(), schema.settings());
    }

    /** A module's file, which leaves the module enabled or disabled as it is without the file. */
    static String module(ProxyModule<?> module) {
        var settings = new ArrayList<Setting<?>>();
        settings.add(ModuleKeys.ENABLED.defaultsTo(module.enabledByDefault()));
        if (!module.defaultProviders().isEmpty()) {
            settings.add(useProvider(module.defaultProviders()));
        }
        settings.addAll(module.schema().settings());
        return sample(module.schema().doc(), settings);
    }

    /**
     * A provider's file.
     *
     * @param common settings every provider file accepts
     */
    static String provider(Schema<?> schema, List<Setting<?>> common) {
        var settings = new ArrayList<>(schema.settings());
        settings.addAll(common);
        return sample(schema.doc(), settings);
    }

    static Setting<List<String>> useProvider(List<String> defaultProviders) {
        return ModuleKeys.USE_PROVIDER.defaultsTo(defaultProviders);
    }

    private static String sample(String doc, List<? extends Setting<?>> settings) {
        var text = new StringBuilder("---\n# ").append(doc).append(".\n");
        text.append("# A line that begins with '#:' has no default and shows an example.\n");
        text.append("# The Ruby proxy does not know what is marked 'ours'.\n");
        for (var setting : settings) {
            text.append("\n# ").append(setting.doc());
            text.append(" (")
                    .append(setting.type())
                    .append(setting.isOurs() ? "; ours" : "")
                    .append(")\n");
            entry(setting).lines().forEach(line -> text.append(line).append('\n'));
        }
        return text.toString();
    }

    private static String entry(Setting<?> setting) {
        var name = ":" + setting.key() + ":";
        var defaultValue = setting.defaultValue();
        if (defaultValue != null) {
            var value = PlainValues.of(defaultValue);
            var provider = setting.key().equals(ModuleKeys.USE_PROVIDER.key());
            return name + " " + yaml(provider ? unwrapped(value) : value);
        }
        var sample = setting.sample() == null ? "" : setting.sample();
        var entry = sample.contains("\n")
                ? name + "\n" + sample.stripTrailing().indent(2)
                : (name + " " + sample).stripTrailing();
        return entry.lines().map(line -> "#" + line).collect(Collectors.joining("\n"));
    }

    /** Foreman is shown a text or a list, as it is written: one provider is a text, as installers write it. */
    private static Object unwrapped(Object value) {
        return value instanceof List<?> list && list.size() == 1 ? list.get(0) : value;
    }

    /** A value in one line of YAML. */
    static String yaml(Object value) {
        if (value instanceof List<?> list) {
            return list.stream().map(SampleWriter::yaml).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> yaml(entry.getKey()) + ": " + yaml(entry.getValue()))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (value instanceof String text) {
            var plain = NEEDS_NO_QUOTES.matcher(text).matches() && text.equals(PlainScalar.read(text));
            return plain ? text : "'" + text.replace("'", "''") + "'";
        }
        return value.toString();
    }
}
