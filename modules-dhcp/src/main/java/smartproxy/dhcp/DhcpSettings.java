package smartproxy.dhcp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/**
 * {@code dhcp.yml}. {@code server} and {@code subnets} are read by those providers that need them.
 *
 * @param pingFreeIp whether an address is probed before it is suggested
 * @param sequential whether the lowest unused address is suggested instead of any
 */
public record DhcpSettings(boolean pingFreeIp, boolean sequential) {
    public static final Setting<String> SERVER = SettingTypes.text(
                    "server", "Name or address of the DHCP server, for the providers that speak to one")
            .defaultsTo("127.0.0.1");
    public static final Setting<List<Subnet>> SUBNETS = Setting.of(
                    "subnets",
                    "list of network/netmask",
                    DhcpSettings::subnets,
                    "Subnets that are managed, for the providers that can leave others out; empty: all")
            .defaultsTo(List.of());
    public static final Setting<Boolean> PING_FREE_IP = SettingTypes.bool(
                    "ping_free_ip", "Probe an address (TCP port 7, ICMP echo) before it is suggested as unused")
            .defaultsTo(true);
    public static final Setting<String> UNUSED_IP_ORDER = SettingTypes.oneOf(
                    "unused_ip_order",
                    List.of("random", "sequential"),
                    "Which unused address is suggested: any, or the lowest")
            .defaultsTo("random")
            .ownExtension();

    /** For the files of providers: {@link DhcpProvider#suggestionTime()}. The name says minutes; it always meant seconds. */
    public static final Setting<Duration> BLACKLIST_DURATION = SettingTypes.seconds(
                    "blacklist_duration_minutes",
                    1,
                    31 * 24 * 3600,
                    "How long a suggested address is kept from others, in seconds in spite of its name")
            .defaultsTo(DhcpProvider.SUGGESTION_TIME);

    static final Schema<DhcpSettings> SCHEMA = new Schema<>(
            "DHCP reservations",
            List.of(SERVER, SUBNETS, PING_FREE_IP, UNUSED_IP_ORDER),
            values -> new DhcpSettings(
                    values.get(PING_FREE_IP), values.get(UNUSED_IP_ORDER).equals("sequential")));

    private static List<Subnet> subnets(String key, Object value) throws InvalidSetting {
        var subnets = new ArrayList<Subnet>();
        for (var text : SettingTypes.texts(key, "").parse(value)) {
            subnets.add(Subnet.parse(text.strip())
                    .orElseThrow(() -> new InvalidSetting(
                            "Parameter '" + key + "' has '" + text + "', which is not a subnet",
                            "such as 192.0.2.0/255.255.255.0; the address is the first one of the subnet")));
        }
        return List.copyOf(subnets);
    }
}
