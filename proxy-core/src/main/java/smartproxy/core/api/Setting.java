package smartproxy.core.api;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One key of a settings file: its type, default, meaning and rules. Binding, {@code check}, the settings reference and the
 * samples are made from it. Immutable; the methods return changed copies.
 *
 * @param <T> the bound value
 */
public final class Setting<T> {
    /** Turns what the YAML file holds into a value. */
    @FunctionalInterface
    public interface Parser<T> {
        /**
         * @param key for messages
         * @param value as parsed from YAML: String, Integer, Long, Double, Boolean, List or Map; never null
         */
        T parse(String key, Object value) throws InvalidSetting;
    }

    private final String key;
    private final String type;
    private final Parser<T> parser;
    private final String doc;
    // set on copies before anybody sees them, and never again
    private @Nullable T defaultValue;
    private List<String> oldNames = List.of();
    private boolean ours;
    private boolean exposed;
    private boolean required;
    private boolean secret;
    private @Nullable String sample;
    private Predicate<Values> condition = values -> true;
    private String partner = "";

    private Setting(String key, String type, Parser<T> parser, String doc) {
        this.key = key;
        this.type = type;
        this.parser = parser;
        this.doc = doc;
    }

    private Setting<T> with(Consumer<Setting<T>> change) {
        var copy = new Setting<>(key, type, parser, doc);
        copy.defaultValue = defaultValue;
        copy.oldNames = oldNames;
        copy.ours = ours;
        copy.exposed = exposed;
        copy.required = required;
        copy.secret = secret;
        copy.sample = sample;
        copy.condition = condition;
        copy.partner = partner;
        change.accept(copy);
        return copy;
    }

    /**
     * @param key as in the file, without the colon
     * @param type a word for the reference: {@code text}, {@code seconds}, {@code path of a readable file}
     */
    public static <T> Setting<T> of(String key, String type, Parser<T> parser, String doc) {
        return new Setting<>(key, type, parser, doc);
    }

    /** Used when the file does not have the key. A key with a default may not be set to nothing. */
    public Setting<T> defaultsTo(T value) {
        return with(copy -> copy.defaultValue = value);
    }

    /** The key must be given. */
    public Setting<T> mandatory() {
        return with(copy -> copy.required = true);
    }

    /** Also read from these keys, with a warning. */
    public Setting<T> formerly(String... names) {
        return with(copy -> copy.oldNames = List.of(names));
    }

    /** The reference daemon does not have it. */
    public Setting<T> ownExtension() {
        return with(copy -> copy.ours = true);
    }

    /** Shown, as configured, among {@code settings} of {@code /v2/features}. */
    public Setting<T> shownToForeman() {
        return with(copy -> copy.exposed = true);
    }

    /** Never printed. */
    public Setting<T> neverPrinted() {
        return with(copy -> copy.secret = true);
    }

    /** What the shipped sample shows, as YAML, when there is no default. */
    public Setting<T> sampled(String yaml) {
        return with(copy -> copy.sample = yaml);
    }

    /** Checked and bound only when the condition holds on the settings before it. */
    public Setting<T> onlyWhen(Predicate<Values> when) {
        return with(copy -> copy.condition = when);
    }

    /** Not used unless that key is set, too; a warning says so where it is not. */
    public Setting<T> besides(String other) {
        return with(copy -> copy.partner = other);
    }

    public String key() {
        return key;
    }

    public String type() {
        return type;
    }

    public @Nullable T defaultValue() {
        return defaultValue;
    }

    public String doc() {
        return doc;
    }

    public List<String> oldNames() {
        return oldNames;
    }

    public boolean isOurs() {
        return ours;
    }

    public boolean isExposed() {
        return exposed;
    }

    public boolean isRequired() {
        return required;
    }

    public boolean isSecret() {
        return secret;
    }

    public @Nullable String sample() {
        return sample;
    }

    public Predicate<Values> condition() {
        return condition;
    }

    /** The key beside which it is used; empty when it needs none. */
    public String partner() {
        return partner;
    }

    /** Parses a value that is present. */
    public T parse(Object value) throws InvalidSetting {
        return parser.parse(key, value);
    }

    @Override
    public String toString() {
        return key;
    }
}
