package smartproxy.core.api;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A mapping below a setting, read key by key with the rules of settings.
 *
 * @param key of the setting, for messages
 */
public record SettingBlock(String key, Map<?, ?> map) {
    /**
     * The mapping that a setting holds.
     *
     * @throws InvalidSetting when it is none, or has a key that is not known
     */
    public static SettingBlock of(String key, Object value, Set<String> known) throws InvalidSetting {
        var advice = "known are " + String.join(", ", known);
        if (!(value instanceof Map<?, ?> map)) {
            throw new InvalidSetting("Parameter '" + key + "' is expected to be a mapping", advice);
        }
        for (var name : map.keySet()) {
            if (!known.contains(String.valueOf(name))) {
                throw new InvalidSetting("Parameter '" + key + "' has '" + name + "'", advice);
            }
        }
        return new SettingBlock(key, map);
    }

    /** The value of one of its keys; empty when it is not there, or null. */
    public <T> Optional<T> find(Setting<T> setting) throws InvalidSetting {
        var value = map.get(setting.key());
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(setting.parse(value));
        } catch (InvalidSetting e) {
            throw new InvalidSetting("Parameter '" + key + "': " + e.getMessage(), e.advice());
        }
    }
}
