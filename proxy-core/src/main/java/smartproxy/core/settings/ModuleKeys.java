package smartproxy.core.settings;

import java.util.List;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/** The keys that every module's file may have besides the module's own. */
public final class ModuleKeys {
    /** {@code true}, {@code false}, {@code http} or {@code https}; whatever else is written leaves the module disabled. */
    public static final Setting<Object> ENABLED = Setting.<Object>of(
                    "enabled",
                    "true, false, http or https",
                    ModuleKeys::enabled,
                    "Whether the module runs: on http and https, on one of them, or not at all")
            .defaultsTo(false);

    /** Names, a leading colon dropped. */
    public static final Setting<List<String>> USE_PROVIDER = SettingTypes.texts(
            "use_provider",
            "The provider that does the work, or a list of them; each has a settings file of its own name");

    private ModuleKeys() {}

    private static Object enabled(String key, Object value) throws InvalidSetting {
        if (value instanceof Boolean || value.equals("http") || value.equals("https")) {
            return value;
        }
        throw new InvalidSetting(
                "it is none of true, false, http, https: the module stays disabled",
                value.equals(":http") || value.equals(":https") ? "without the colon before the value" : "");
    }
}
