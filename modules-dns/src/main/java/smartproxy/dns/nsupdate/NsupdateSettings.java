package smartproxy.dns.nsupdate;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;

/**
 * {@code dns_nsupdate.yml}.
 *
 * @param server where updates and queries are sent
 * @param key key file; without it nothing is signed
 * @param fudgeMax longest time a signed update may be accepted
 * @param fudgeSlack how much longer than the request's deadline a signed update may be accepted
 * @param zoneTtlMax longest time the zone of a name is remembered
 */
public record NsupdateSettings(
        ServerAddress server, Optional<Path> key, Duration fudgeMax, Duration fudgeSlack, Duration zoneTtlMax) {

    public static final Setting<ServerAddress> SERVER = Setting.of(
                    "dns_server",
                    "host, host:port or [IPv6 address]:port",
                    ServerAddress::parse,
                    "Name server that takes the updates; the port is 53 unless given")
            .defaultsTo(new ServerAddress("localhost", 53));
    public static final Setting<Path> KEY = SettingTypes.readableFile(
                    "dns_key", "TSIG key file; unset: updates are not signed")
            .sampled("/etc/foreman-proxy/rndc.key");
    public static final Setting<Duration> FUDGE_MAX = SettingTypes.seconds(
                    "dns_tsig_fudge_max", 1, 300, "Longest time after which the server may still accept an update")
            .defaultsTo(Duration.ofMinutes(5))
            .ownExtension();
    public static final Setting<Duration> FUDGE_SLACK = SettingTypes.seconds(
                    "dns_tsig_fudge_slack",
                    1,
                    300,
                    "Time an update stays valid after the request's deadline; raise it if the clocks of both hosts differ by more")
            .defaultsTo(Duration.ofSeconds(2))
            .ownExtension();
    public static final Setting<Duration> ZONE_TTL_MAX = SettingTypes.seconds(
                    "dns_zone_cache_ttl_max", 0, 86_400, "Longest time the zone of a name is remembered; 0: never")
            .defaultsTo(Duration.ofMinutes(5))
            .ownExtension();

    public static final Schema<NsupdateSettings> SCHEMA = new Schema<>(
            "DNS records through dynamic updates (RFC 2136): BIND and others",
            List.of(SERVER, KEY, FUDGE_MAX, FUDGE_SLACK, ZONE_TTL_MAX),
            NsupdateSettings::bind);

    private static NsupdateSettings bind(Values values) {
        return new NsupdateSettings(
                values.get(SERVER),
                values.find(KEY),
                values.get(FUDGE_MAX),
                values.get(FUDGE_SLACK),
                values.get(ZONE_TTL_MAX));
    }
}
