package smartproxy.core.api;

import java.util.List;
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
    private final @Nullable T defaultValue;
    private final String doc;
    private final List<String> oldNames;
    private final boolean ours;
    private final boolean exposed;
    private final boolean required;
    private final boolean secret;
    private final @Nullable String sample;
    private final Predicate<Values> condition;
    private final String partner;

    private Setting(
            String key,
            String type,
            Parser<T> parser,
            @Nullable T defaultValue,
            String doc,
            List<String> oldNames,
            boolean ours,
            boolean exposed,
            boolean required,
            boolean secret,
            @Nullable String sample,
            Predicate<Values> condition,
            String partner) {
        this.key = key;
        this.type = type;
        this.parser = parser;
        this.defaultValue = defaultValue;
        this.doc = doc;
        this.oldNames = oldNames;
        this.ours = ours;
        this.exposed = exposed;
        this.required = required;
        this.secret = secret;
        this.sample = sample;
        this.condition = condition;
        this.partner = partner;
    }

    /**
     * @param key as in the file, without the colon
     * @param type a word for the reference: {@code text}, {@code seconds}, {@code path of a readable file}
     */
    public static <T> Setting<T> of(String key, String type, Parser<T> parser, String doc) {
        return new Setting<>(
                key, type, parser, null, doc, List.of(), false, false, false, false, null, values -> true, "");
    }

    /** Used when the file does not have the key. A key with a default may not be set to nothing. */
    public Setting<T> defaultsTo(T value) {
        return new Setting<>(
                key, type, parser, value, doc, oldNames, ours, exposed, required, secret, sample, condition, partner);
    }

    /** The key must be given. */
    public Setting<T> mandatory() {
        return new Setting<>(
                key,
                type,
                parser,
                defaultValue,
                doc,
                oldNames,
                ours,
                exposed,
                true,
                secret,
                sample,
                condition,
                partner);
    }

    /** Also read from these keys, with a warning. */
    public Setting<T> formerly(String... names) {
        return new Setting<>(
                key,
                type,
                parser,
                defaultValue,
                doc,
                List.of(names),
                ours,
                exposed,
                required,
                secret,
                sample,
                condition,
                partner);
    }

    /** The reference daemon does not have it. */
    public Setting<T> ownExtension() {
        return new Setting<>(
                key,
                type,
                parser,
                defaultValue,
                doc,
                oldNames,
                true,
                exposed,
                required,
                secret,
                sample,
                condition,
                partner);
    }

    /** Shown, as configured, among {@code settings} of {@code /v2/features}. */
    public Setting<T> shownToForeman() {
        return new Setting<>(
                key,
                type,
                parser,
                defaultValue,
                doc,
                oldNames,
                ours,
                true,
                required,
                secret,
                sample,
                condition,
                partner);
    }

    /** Never printed. */
    public Setting<T> neverPrinted() {
        return new Setting<>(
                key,
                type,
                parser,
                defaultValue,
                doc,
                oldNames,
                ours,
                exposed,
                required,
                true,
                sample,
                condition,
                partner);
    }

    /** What the shipped sample shows, as YAML, when there is no default. */
    public Setting<T> sampled(String yaml) {
        return new Setting<>(
                key,
                type,
                parser,
                defaultValue,
                doc,
                oldNames,
                ours,
                exposed,
                required,
                secret,
                yaml,
                condition,
                partner);
    }

    /** Checked and bound only when the condition holds on the settings before it. */
    public Setting<T> onlyWhen(Predicate<Values> condition) {
        return new Setting<>(
                key,
                type,
                parser,
                defaultValue,
                doc,
                oldNames,
                ours,
                exposed,
                required,
                secret,
                sample,
                condition,
                partner);
    }

    /** Not used unless that key is set, too; a warning says so where it is not. */
    public Setting<T> besides(String key) {
        return new Setting<>(
                this.key,
                type,
                parser,
                defaultValue,
                doc,
                oldNames,
                ours,
                exposed,
                required,
                secret,
                sample,
                condition,
                key);
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
