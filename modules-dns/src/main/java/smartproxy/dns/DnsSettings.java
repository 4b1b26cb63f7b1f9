package smartproxy.dns;

import java.util.List;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/**
 * {@code dns.yml}.
 *
 * @param ttl of created records, in seconds
 */
public record DnsSettings(long ttl) {
    public static final Setting<Integer> TTL = SettingTypes.integer(
                    "dns_ttl", 0, Integer.MAX_VALUE, "TTL of created records in seconds (RFC 2181, section 8)")
            .defaultsTo(86400);

    static final Schema<DnsSettings> SCHEMA =
            new Schema<>("DNS records", List.of(TTL), values -> new DnsSettings(values.get(TTL)));
}
