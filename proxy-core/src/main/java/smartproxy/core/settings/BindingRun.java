package smartproxy.core.settings;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/** One binding in progress: the values so far and what was found wrong. */
final class BindingRun {
    private static final Pattern QUOTED_WORD = Pattern.compile("'([^']+)'");

    /** The files, the first one first asked. */
    private final List<SettingsFile> files;

    private final List<Setting<?>> settings = new ArrayList<>();
    private final List<Setting<?>> adopted = new ArrayList<>();
    private final Map<Setting<?>, Object> values = new LinkedHashMap<>();
    private final Set<Setting<?>> wrong = new HashSet<>();
    private final List<Problem> conflicts = new ArrayList<>();
    private final List<Problem> presence = new ArrayList<>();
    private final List<Problem> rules = new ArrayList<>();
    private final List<Problem> warnings = new ArrayList<>();

    /**
     * Where a value was found.
     *
     * @param name the key it is written under, an old name perhaps
     * @param value null or empty text when the key is there without a value
     */
    private record Source(
            SettingsFile file, String name, @Nullable Object value) {
        boolean empty() {
            return value == null || value.equals("");
        }

        int line() {
            return file.line(name);
        }
    }

    BindingRun(List<SettingsFile> files) {
        this.files = files;
    }

    /** Takes over the values and errors of another run. */
    void adopt(BindingRun other) {
        adopted.addAll(other.settings);
        values.putAll(other.values);
        wrong.addAll(other.wrong);
        conflicts.addAll(other.conflicts);
        presence.addAll(other.presence);
        rules.addAll(other.rules);
    }

    void conflict(String provider, SettingsFile file, List<String> keys) {
        var list = keys.stream().map(key -> ":" + key).collect(Collectors.joining(", ", "[", "]"));
        conflicts.add(Problem.error(
                file.path(),
                file.line(keys.get(0)),
                keys.get(0),
                "Provider '" + provider + "' settings conflict with the main plugin's settings: " + list,
                "write each key in one of the two files only"));
    }

    void bind(List<? extends Setting<?>> schema) {
        for (var setting : schema) {
            settings.add(setting);
            if (applies(setting)) {
                bind(setting);
            }
        }
    }

    /** Warns of what is set and not used, as what it is used with is not set. */
    private void warnOfLonely() {
        for (var setting : settings) {
            var source = find(setting);
            if (source != null
                    && values.containsKey(setting)
                    && settings.stream().anyMatch(other -> other.key().equals(setting.partner()) && isUnset(other))) {
                warnings.add(Problem.warning(
                        source.file().path(),
                        source.line(),
                        source.name(),
                        "it is not used without :" + setting.partner() + ":, which is not set",
                        "set both, or none"));
            }
        }
    }

    private boolean isUnset(Setting<?> setting) {
        return !values.containsKey(setting) && !wrong.contains(setting);
    }

    private boolean applies(Setting<?> setting) {
        try {
            return setting.condition().test(new Values(values, wrong));
        } catch (RuntimeException e) {
            // most often it asks for a setting that is wrong itself, which is said already
            if (!failed()) {
                rules.add(Problem.error(
                        files.get(0).path(),
                        0,
                        setting.key(),
                        "its condition cannot be decided: " + e.getMessage(),
                        ""));
            }
            return false;
        }
    }

    private boolean failed() {
        return !(conflicts.isEmpty() && presence.isEmpty() && rules.isEmpty());
    }

    private <T> void bind(Setting<T> setting) {
        var source = find(setting);
        var defaultValue = setting.defaultValue();
        if (source == null || source.empty()) {
            if (defaultValue != null) {
                values.put(setting, defaultValue);
                if (source != null) {
                    presence.add(missing(setting, source, presenceMessage(setting)));
                }
            } else if (setting.isRequired()) {
                rules.add(missing(setting, source, requiredMessage(setting)));
            }
            return;
        }
        parse(setting, source, Objects.requireNonNull(source.value()));
    }

    private <T> void parse(Setting<T> setting, Source source, Object value) {
        try {
            values.put(setting, setting.parse(value));
            SecretFiles.readableByOthers(setting, value, source.file().path())
                    .forEach(message -> warnings.add(
                            Problem.warning(source.file().path(), source.line(), source.name(), message, "chmod o-r")));
        } catch (InvalidSetting e) {
            wrong.add(setting);
            rules.add(Problem.error(
                    source.file().path(),
                    source.line(),
                    source.name(),
                    masked(setting, value, Objects.requireNonNullElse(e.getMessage(), "it is wrong")),
                    masked(setting, value, e.advice())));
        } catch (RuntimeException e) {
            // a third party's parser must not end the daemon
            wrong.add(setting);
            rules.add(Problem.error(
                    source.file().path(),
                    source.line(),
                    source.name(),
                    "Parameter '" + setting.key() + "' cannot be understood: "
                            + masked(setting, value, String.valueOf(e.getMessage())),
                    "expected: " + setting.type()));
        }
    }

    private static String masked(Setting<?> setting, Object value, String message) {
        return setting.isSecret() && SettingTypes.secretFile(value).isEmpty()
                ? message.replace(value.toString(), "***")
                : message;
    }

    private Problem missing(Setting<?> setting, @Nullable Source source, String message) {
        var file = source == null ? files.get(0) : source.file();
        var line = source == null ? 0 : source.line();
        var advice = setting.defaultValue() == null
                ? "give it a value: " + setting.type()
                : "give it a value, or remove the line to have the default";
        return Problem.error(file.path(), line, source == null ? setting.key() : source.name(), message, advice);
    }

    private static String presenceMessage(Setting<?> setting) {
        return "Parameter '" + setting.key() + "' is expected to have a non-empty value";
    }

    /** The rule of the type speaks first, as in the reference, where it has something against an empty text. */
    private static String requiredMessage(Setting<?> setting) {
        try {
            setting.parse("");
        } catch (InvalidSetting e) {
            return Objects.requireNonNullElse(e.getMessage(), presenceMessage(setting));
        } catch (RuntimeException e) {
            return presenceMessage(setting);
        }
        return presenceMessage(setting);
    }

    private @Nullable Source find(Setting<?> setting) {
        for (var file : files) {
            if (file.has(setting.key())) {
                return new Source(file, setting.key(), file.get(setting.key()));
            }
            for (var old : setting.oldNames()) {
                if (file.has(old)) {
                    return new Source(file, old, file.get(old));
                }
            }
        }
        return null;
    }

    void warnOfEnabled(SettingsFile file) {
        var key = ModuleKeys.ENABLED.key();
        var value = file.get(key);
        if (value == null) {
            return;
        }
        try {
            ModuleKeys.ENABLED.parse(value);
        } catch (InvalidSetting e) {
            warnings.add(Problem.warning(
                    file.path(), file.line(key), key, Objects.requireNonNullElse(e.getMessage(), ""), e.advice()));
        }
    }

    /** Warns of keys that mean nothing in this file, are old, or are written in a way that is not read. */
    void warnOfKeys(SettingsFile file, Collection<String> alsoKnown) {
        var current = new LinkedHashSet<>(alsoKnown);
        var old = new LinkedHashMap<String, String>();
        for (var setting : settings) {
            current.add(setting.key());
            setting.oldNames().forEach(name -> old.put(name, setting.key()));
        }
        warnings.addAll(file.warnings());
        for (var key : file.symbols().keySet()) {
            var newName = old.get(key);
            if (current.contains(key)) {
                continue;
            }
            if (newName != null) {
                warnings.add(Problem.warning(
                        file.path(),
                        file.line(key),
                        key,
                        file.has(newName) ? "it is an old name and not read beside the new one" : "it is an old name",
                        "write :" + newName + ":"));
            } else {
                warnings.add(Problem.warning(
                        file.path(),
                        file.line(key),
                        key,
                        "no setting of this file has this name",
                        didYouMean(key, current)));
            }
        }
        for (var key : file.plainKeys()) {
            warnings.add(Problem.warning(
                    file.path(), file.line(key), key, "it is not read", "write :" + key + ": with a colon before it"));
        }
    }

    private static String didYouMean(String key, Collection<String> known) {
        var near = NearNames.of(key, known);
        return near.isEmpty()
                ? "it is ignored"
                : "did you mean " + near.stream().map(name -> ":" + name + ":").collect(Collectors.joining(" or "))
                        + "?";
    }

    /** The symbol keys of the first file over the defaults. */
    Map<String, @Nullable Object> raw(List<? extends Setting<?>> schema) {
        var raw = new LinkedHashMap<String, @Nullable Object>();
        for (var setting : schema) {
            if (setting.defaultValue() != null) {
                raw.put(setting.key(), PlainValues.of(setting.defaultValue()));
            }
        }
        raw.putAll(files.get(0).symbols());
        for (var setting : schema) {
            var source = find(setting);
            if (source == null) {
                continue;
            }
            setting.oldNames().forEach(raw::remove);
            raw.put(setting.key(), shown(setting, source.value()));
        }
        return raw;
    }

    private @Nullable Object shown(Setting<?> setting, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (setting.isSecret()) {
            return values.get(setting) instanceof Secret secret ? secret : new Secret(value.toString());
        }
        return SettingTypes.withoutColon(value);
    }

    <S> Bound<S> finish(Schema.Binder<S> binder, Map<String, @Nullable Object> raw) {
        warnOfLonely();
        var all = new Values(values);
        Optional<S> record = failed() ? Optional.empty() : make(binder, all);
        var problems = new ArrayList<>(conflicts);
        problems.addAll(presence);
        problems.addAll(rules);
        problems.addAll(warnings);
        return new Bound<>(record, record.map(made -> all), raw, problems);
    }

    private <S> Optional<S> make(Schema.Binder<S> binder, Values all) {
        try {
            return Optional.of(binder.bind(all));
        } catch (InvalidSetting e) {
            rules.add(together(Objects.requireNonNullElse(e.getMessage(), ""), e.advice()));
        } catch (RuntimeException e) {
            rules.add(together("the settings do not fit together: " + e, ""));
        }
        return Optional.empty();
    }

    /** Points at the first setting the message names. */
    private Problem together(String message, String advice) {
        var words = QUOTED_WORD
                .matcher(message)
                .results()
                .map(match -> match.group(1))
                .toList();
        var known = new ArrayList<>(settings);
        known.addAll(adopted);
        for (var word : words) {
            for (var setting : known) {
                var source = setting.key().equals(word) ? find(setting) : null;
                if (source != null) {
                    return Problem.error(source.file().path(), source.line(), source.name(), message, advice);
                }
            }
        }
        return Problem.error(files.get(0).path(), 0, "", message, advice);
    }
}
