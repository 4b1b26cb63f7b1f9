package smartproxy.core.guard;

import java.util.Objects;
import smartproxy.core.api.Backend;
import smartproxy.core.api.Setting;
import smartproxy.core.health.Metrics;

/** Backends for the tests of providers, third parties' included. */
public final class Backends {
    private Backends() {}

    /** One that is guarded as the daemon does it, with the defaults of its settings. */
    public static Backend guarded(String name) {
        var settings = new GuardSettings(
                byDefault(GuardSettings.PERMITS),
                byDefault(GuardSettings.ATTEMPT_TIMEOUT),
                byDefault(GuardSettings.RETRIES),
                byDefault(GuardSettings.BREAKER_FAILURES),
                byDefault(GuardSettings.BREAKER_PAUSE));
        return new GuardedBackend(name, settings, new Metrics());
    }

    private static <T> T byDefault(Setting<T> setting) {
        return Objects.requireNonNull(setting.defaultValue());
    }
}
