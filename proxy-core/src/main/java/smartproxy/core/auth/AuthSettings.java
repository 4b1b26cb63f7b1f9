package smartproxy.core.auth;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * Who is let in.
 *
 * @param trustedHosts unset: any certificate of the authority; empty: nobody
 * @param monitorHosts who may read health and metrics; unset: as {@code trustedHosts}
 * @param resolveTimeouts time of each try of a DNS lookup
 */
public record AuthSettings(
        Optional<List<String>> trustedHosts,
        Optional<List<String>> monitorHosts,
        boolean forwardVerify,
        boolean allowHttpWithoutTrustedHosts,
        List<Duration> resolveTimeouts) {

    public static final Setting<List<String>> TRUSTED_HOSTS = SettingTypes.texts(
                    "trusted_hosts",
                    "Hosts that may use the protected modules: certificate CN or SAN on https, verified reverse DNS name on http; [] refuses all")
            .sampled("[foreman.example.com]");
    public static final Setting<List<String>> MONITOR_HOSTS = SettingTypes.texts(
                    "monitor_hosts", "Hosts that may read /health and /metrics; unset: those of trusted_hosts")
            .sampled("[monitor.example.com]")
            .ownExtension();
    public static final Setting<Boolean> FORWARD_VERIFY = SettingTypes.bool(
                    "forward_verify",
                    "Check that the name found by reverse lookup points back to the client (http only)")
            .defaultsTo(true);
    public static final Setting<Boolean> ALLOW_HTTP = SettingTypes.bool(
                    "allow_http_without_trusted_hosts",
                    "Let anybody use protected modules over plain http when trusted_hosts is unset, as the Ruby daemon does")
            .defaultsTo(false)
            .ownExtension();
    public static final Setting<List<Duration>> RESOLV_TIMEOUTS = Setting.<List<Duration>>of(
                    "dns_resolv_timeouts",
                    "seconds, a list",
                    AuthSettings::durations,
                    "Time of each try of a DNS lookup the proxy makes")
            .defaultsTo(List.of(Duration.ofSeconds(5), Duration.ofSeconds(8), Duration.ofSeconds(13)));

    public static final List<Setting<?>> SETTINGS =
            List.of(TRUSTED_HOSTS, MONITOR_HOSTS, FORWARD_VERIFY, ALLOW_HTTP, RESOLV_TIMEOUTS);

    public static AuthSettings bind(Values values) {
        return new AuthSettings(
                values.find(TRUSTED_HOSTS),
                values.find(MONITOR_HOSTS),
                values.get(FORWARD_VERIFY),
                values.get(ALLOW_HTTP),
                values.get(RESOLV_TIMEOUTS));
    }

    private static List<Duration> durations(String key, Object value) throws InvalidSetting {
        var durations = new ArrayList<Duration>();
        for (var element : value instanceof List<?> list ? list : List.of(value)) {
            if (!(element instanceof Number number) || !(number.doubleValue() > 0) || number.doubleValue() > 3600) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' is expected to be a list of seconds", "such as [5, 8, 13]");
            }
            durations.add(Duration.ofMillis((long) (number.doubleValue() * 1000)));
        }
        return List.copyOf(durations);
    }
}
