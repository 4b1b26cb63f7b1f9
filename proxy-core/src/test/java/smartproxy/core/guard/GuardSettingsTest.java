package smartproxy.core.guard;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;
import smartproxy.core.api.Values;

class GuardSettingsTest {
    @Test
    void thePublishedDefaults() throws InvalidSetting {
        assertThat(bind(Map.of()))
                .isEqualTo(new GuardSettings(64, Duration.ofSeconds(10), 2, 10, Duration.ofSeconds(5)));
    }

    @Test
    void eachKeySetsItsOwnField() throws InvalidSetting {
        var file = Map.<String, Object>of(
                "backend_permits", 1,
                "backend_attempt_timeout", 2,
                "backend_retries", 3,
                "backend_breaker_failures", 4,
                "backend_breaker_pause", 5);

        assertThat(bind(file)).isEqualTo(new GuardSettings(1, Duration.ofSeconds(2), 3, 4, Duration.ofSeconds(5)));
    }

    @Test
    void allAreMarkedAsOurs() {
        assertThat(GuardSettings.SETTINGS).hasSize(5).allMatch(Setting::isOurs);
    }

    private static GuardSettings bind(Map<String, Object> file) throws InvalidSetting {
        var values = new HashMap<Setting<?>, Object>();
        for (var setting : GuardSettings.SETTINGS) {
            var raw = file.get(setting.key());
            var value = raw == null ? setting.defaultValue() : setting.parse(raw);
            assertThat(value).as(setting.key()).isNotNull();
            values.put(setting, value);
        }
        return GuardSettings.bind(new Values(values));
    }
}
