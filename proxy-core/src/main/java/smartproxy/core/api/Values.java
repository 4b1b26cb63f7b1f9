package smartproxy.core.api;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The bound settings of a file: one value for each {@link Setting} that is present or has a default. */
public final class Values {
    private final Map<Setting<?>, Object> values;
    private final Set<Setting<?>> wrong;

    /** @param values bound by the settings' own parsers */
    public Values(Map<Setting<?>, Object> values) {
        this(values, Set.of());
    }

    /** @param wrong settings that are set to what they cannot be: asking for one fails */
    public Values(Map<Setting<?>, Object> values, Set<Setting<?>> wrong) {
        this.values = Map.copyOf(values);
        this.wrong = Set.copyOf(wrong);
    }

    /** The value of a setting that has a default or is mandatory. */
    public <T> T get(Setting<T> setting) {
        return find(setting)
                .orElseThrow(
                        () -> new IllegalStateException("setting " + setting.key() + " is neither set nor defaulted"));
    }

    /** The value, or empty when it is unset and has no default. */
    @SuppressWarnings("unchecked") // put there by the setting's own parser or default
    public <T> Optional<T> find(Setting<T> setting) {
        if (wrong.contains(setting)) {
            throw new IllegalStateException("setting " + setting.key() + " is wrong");
        }
        return Optional.ofNullable((T) values.get(setting));
    }
}
