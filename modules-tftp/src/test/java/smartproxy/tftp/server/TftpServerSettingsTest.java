package smartproxy.tftp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.InvalidSetting;

class TftpServerSettingsTest {
    private static TftpServerSettings parse(Object value) throws InvalidSetting {
        return TftpServerSettings.SETTING.parse(value);
    }

    private static void refuses(Object value, String... words) {
        assertThatThrownBy(() -> parse(value))
                .isInstanceOf(InvalidSetting.class)
                .hasMessageContaining("tftp_server")
                .hasMessageContainingAll(words);
    }

    @Test
    void isOffUnlessEnabled() throws Exception {
        assertThat(parse(Map.of()).enabled()).isFalse();
        assertThat(parse(Map.of("port", 6969)).toString()).isEqualTo("off");
        assertThat(TftpServerSettings.SETTING.defaultValue()).isNull();
    }

    @Test
    void defaultsAreThoseOfTheSample() throws Exception {
        var settings = parse(Map.of("enabled", true));
        assertThat(settings.toString()).isEqualTo("0.0.0.0:69");
        assertThat(settings.singlePort()).isFalse();
        assertThat(settings.bounds()).isEqualTo(new Bounds(1000, 64, 100));
        assertThat(settings)
                .isEqualTo(parse(Map.of(
                        "enabled", true,
                        "address", "0.0.0.0",
                        "port", 69,
                        "single_port", false,
                        "max_sessions", 1000,
                        "max_sessions_per_address", 64,
                        "max_requests_per_second", 100)));
        assertThat(TftpServerSettings.SETTING.sample())
                .contains("max_sessions: 1000", "per_address: 64", "second: 100", "address: 0.0.0.0", "port: 69");
    }

    @Test
    void listensOnSeveralAddresses() throws Exception {
        var settings = parse(Map.of("enabled", true, "address", List.of("192.0.2.1", "2001:db8::1"), "port", 6969));
        assertThat(settings.toString()).isEqualTo("192.0.2.1:6969, [2001:db8::1]:6969");
        assertThat(parse(Map.of("enabled", true, "address", List.of("0.0.0.0", "2001:db8::1")))
                        .listen())
                .hasSize(2);
    }

    @Test
    void refusesWhatCannotBe() {
        refuses("yes", "mapping");
        refuses(Map.of("adress", "0.0.0.0"), "adress");
        refuses(Map.of("enabled", "yes"), "enabled", "true/false");
        refuses(Map.of("port", 0), "port");
        refuses(Map.of("port", 65536), "port");
        refuses(Map.of("address", "tftp.example.com"), "tftp.example.com");
        refuses(Map.of("address", "1.2.3"), "1.2.3");
        refuses(Map.of("address", "256.0.0.1"), "256.0.0.1");
        refuses(Map.of("address", List.of()), "empty");
        refuses(Map.of("address", List.of("192.0.2.1", "192.0.2.1")), "twice");
        refuses(Map.of("address", List.of("0.0.0.0", "192.0.2.1")), "one inside the other");
        refuses(Map.of("address", List.of("192.0.2.1", "::")), "one inside the other");
        refuses(Map.of("max_sessions", -1), "max_sessions");
    }
}
