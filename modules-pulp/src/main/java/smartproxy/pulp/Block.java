package smartproxy.pulp;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;

/** A mapping below a setting, read key by key with the rules of settings. */
record Block(String key, Map<?, ?> map) {
    /**
     * The mapping that a setting holds.
     *
     * @throws InvalidSetting when it is none, or has a key that is not known
     */
    static Block of(String key, Object value, Set<String> known) throws InvalidSetting {
        var advice = "known are " + String.join(", ", known);
        if (!(value instanceof Map<?, ?> map)) {
            throw new InvalidSetting("Parameter '" + key + "' is expected to be a mapping", advice);
        }
        for (var name : map.keySet()) {
            if (!known.contains(String.valueOf(name))) {
                throw new InvalidSetting("Parameter '" + key + "' has '" + name + "'", advice);
            }
        }
        return new Block(key, map);
    }

    /** The value of one of its keys; empty when it is not there, or null. */
    <T> Optional<T> find(Setting<T> setting) throws InvalidSetting {
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
