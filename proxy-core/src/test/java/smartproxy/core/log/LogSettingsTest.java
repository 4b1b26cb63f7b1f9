package smartproxy.core.log;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.InvalidSetting;

class LogSettingsTest {
    @Test
    void agesAreWordsOrSeconds() throws InvalidSetting {
        assertThat(LogSettings.ROLLING_AGE.parse("daily")).isEqualTo("daily");
        assertThat(LogSettings.ROLLING_AGE.parse("monthly")).isEqualTo("monthly");
        assertThat(LogSettings.ROLLING_AGE.parse(3600)).isEqualTo("3600");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yearly", "0", "-1", "1.5", "", "99999999999", "Daily"})
    void otherAgesAreErrors(String age) {
        assertThatThrownBy(() -> LogSettings.ROLLING_AGE.parse(age))
                .isInstanceOf(InvalidSetting.class)
                .hasMessage(
                        "Parameter 'file_rolling_age' must be one of daily, weekly, monthly or a number of seconds");
    }

    @Test
    void ourDefaultPatternsHaveNoUnknownDirective() {
        assertThat(Pattern.unknownDirectives(requireNonNull(LogSettings.FILE_PATTERN.defaultValue())))
                .isEmpty();
        assertThat(Pattern.unknownDirectives(requireNonNull(LogSettings.SYSTEM_PATTERN.defaultValue())))
                .isEmpty();
    }
}
