package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.ProviderFactory;
import smartproxy.core.api.Setting;
import smartproxy.core.api.Values;

class NsupdateSettingsTest {
    private static NsupdateSettings bind(Map<Setting<?>, Object> given) throws InvalidSetting {
        var values = new HashMap<Setting<?>, Object>(given);
        for (var setting : NsupdateSettings.SCHEMA.settings()) {
            var value = setting.defaultValue();
            if (value != null) {
                values.putIfAbsent(setting, value);
            }
        }
        return NsupdateSettings.SCHEMA.binder().bind(new Values(values));
    }

    @Test
    void hasTheReferencesDefaultsAndOurs() throws Exception {
        assertThat(bind(Map.of()))
                .isEqualTo(new NsupdateSettings(
                        new ServerAddress("localhost", 53),
                        Optional.empty(),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(5)));
    }

    @Test
    void takesWhatIsGiven() throws Exception {
        var server = new ServerAddress("ns", 54);
        assertThat(bind(Map.of(
                        NsupdateSettings.SERVER, server,
                        NsupdateSettings.KEY, Path.of("k"),
                        NsupdateSettings.FUDGE_MAX, Duration.ofSeconds(60),
                        NsupdateSettings.FUDGE_SLACK, Duration.ofSeconds(5),
                        NsupdateSettings.ZONE_TTL_MAX, Duration.ZERO)))
                .isEqualTo(new NsupdateSettings(
                        server,
                        Optional.of(Path.of("k")),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(5),
                        Duration.ZERO));
    }

    @Test
    void isFoundByItsName() {
        var names = new ArrayList<String>();
        for (ProviderFactory<?, ?> factory : ServiceLoader.load(ProviderFactory.class)) {
            names.add(factory.module() + " " + factory.name());
        }
        assertThat(names).contains("dns dns_nsupdate");
    }
}
