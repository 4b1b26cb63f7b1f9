package smartproxy.dhcp.infoblox;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;
import smartproxy.dhcp.DhcpSettings;
import smartproxy.dhcp.Subnet;
import smartproxy.infoblox.GridSettings;
import smartproxy.infoblox.WapiVersion;

/**
 * {@code dhcp_infoblox.yml}.
 *
 * @param hosts whether reservations are host records, with names in DNS, instead of fixed addresses
 * @param everyUse whether an address with any use in the grid counts as used, not only with a record of that type or a lease
 * @param dnsView of host records
 * @param networkView of subnets and fixed addresses
 * @param options DHCP options given to each new fixed address, as the WAPI has them
 * @param restarts when the grid's services are restarted
 * @param managed subnets that are served; empty: all
 */
public record InfobloxDhcpSettings(
        GridSettings grid,
        boolean hosts,
        boolean everyUse,
        String dnsView,
        String networkView,
        List<Map<String, Object>> options,
        Restarts restarts,
        Duration suggestionTime,
        List<Subnet> managed) {

    private static final String HOST = "host";
    private static final String USED = "used";
    private static final Set<String> OPTION_KEYS =
            new TreeSet<>(Set.of("name", "num", "value", "vendor_class", "use_option"));

    /**
     * When the grid's services are restarted.
     *
     * @param window changes within it share one restart
     * @param awaited whether a change is answered after its restart only
     * @param pause and so much later
     */
    public record Restarts(Duration window, boolean awaited, Duration pause) {}

    public static final Setting<String> USERNAME =
            SettingTypes.text("username", "User of the WAPI").mandatory().sampled("foreman");
    public static final Setting<String> RECORD_TYPE = SettingTypes.oneOf(
                    "record_type", List.of(HOST, "fixedaddress"), "What a reservation is in the grid")
            .defaultsTo("fixedaddress");
    public static final Setting<String> USED_IPS_SEARCH_TYPE = SettingTypes.oneOf(
                    "used_ips_search_type",
                    List.of("record_type", USED),
                    "Which addresses are in use: those of record_type and of leases, or all that the grid says are used, by DNS"
                            + " alone for example")
            .defaultsTo("record_type");
    public static final Setting<String> DNS_VIEW =
            SettingTypes.text("dns_view", "DNS view of host records").defaultsTo("default");
    public static final Setting<String> NETWORK_VIEW = SettingTypes.text(
                    "network_view", "Network view of subnets, fixed addresses and leases")
            .defaultsTo("default");
    public static final Setting<Duration> WAIT_AFTER_RESTART = SettingTypes.seconds(
                    "wait_after_restart",
                    0,
                    600,
                    "With wait_for_restart, how much later a change is answered, so that the members have restarted")
            .defaultsTo(Duration.ofSeconds(10));
    public static final Setting<Boolean> WAIT_FOR_RESTART = SettingTypes.bool(
                    "wait_for_restart", "Answer a change only after the restart of the grid's services was sent")
            .defaultsTo(false)
            .ownExtension();
    public static final Setting<Duration> RESTART_WINDOW = SettingTypes.seconds(
                    "restart_window", 1, 600, "Changes within this time share one restart of the grid's services")
            .defaultsTo(Duration.ofSeconds(5))
            .ownExtension();
    public static final Setting<List<Map<String, Object>>> OPTIONS = Setting.of(
                    "options",
                    "list of mappings with name, num, value, vendor_class",
                    InfobloxDhcpSettings::options,
                    "DHCP options of each new fixed address; not of hosts")
            .defaultsTo(List.of());
    public static final Setting<Duration> TIMEOUT = GridSettings.TIMEOUT.ownExtension();
    public static final Setting<WapiVersion> VERSION = GridSettings.version("Version of the WAPI");

    public static final Schema<InfobloxDhcpSettings> SCHEMA = new Schema<>(
            "DHCP reservations and leases in an Infoblox grid, through its WAPI; the grid master is the server of dhcp.yml",
            List.of(
                    USERNAME,
                    GridSettings.PASSWORD,
                    RECORD_TYPE,
                    USED_IPS_SEARCH_TYPE,
                    DNS_VIEW,
                    NETWORK_VIEW,
                    DhcpSettings.BLACKLIST_DURATION,
                    WAIT_AFTER_RESTART,
                    WAIT_FOR_RESTART,
                    RESTART_WINDOW,
                    OPTIONS,
                    TIMEOUT,
                    GridSettings.CA_FILE,
                    VERSION),
            InfobloxDhcpSettings::bind);

    private static InfobloxDhcpSettings bind(Values values) throws InvalidSetting {
        var server = DhcpSettings.SERVER;
        var grid = new GridSettings(
                GridSettings.server(server.key(), values.get(server)),
                server.key(),
                values.get(USERNAME),
                values.get(GridSettings.PASSWORD),
                values.get(TIMEOUT),
                values.find(GridSettings.CA_FILE),
                values.get(VERSION));
        return new InfobloxDhcpSettings(
                grid,
                values.get(RECORD_TYPE).equals(HOST),
                values.get(USED_IPS_SEARCH_TYPE).equals(USED),
                values.get(DNS_VIEW),
                values.get(NETWORK_VIEW),
                values.get(OPTIONS),
                new Restarts(values.get(RESTART_WINDOW), values.get(WAIT_FOR_RESTART), values.get(WAIT_AFTER_RESTART)),
                values.get(DhcpSettings.BLACKLIST_DURATION),
                values.get(DhcpSettings.SUBNETS));
    }

    private static List<Map<String, Object>> options(String key, Object value) throws InvalidSetting {
        var options = new ArrayList<Map<String, Object>>();
        for (var element : value instanceof List<?> list ? list : List.of(value)) {
            if (!(element instanceof Map<?, ?> map)) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has '" + element + "', which is not a mapping",
                        "such as { name: domain-name-servers, num: 6, value: 192.0.2.1, vendor_class: DHCP }");
            }
            var option = new LinkedHashMap<String, Object>();
            for (var field : map.entrySet()) {
                // Ruby symbols are texts here
                var name = String.valueOf(SettingTypes.withoutColon(String.valueOf(field.getKey())));
                if (!OPTION_KEYS.contains(name)) {
                    throw new InvalidSetting(
                            "Parameter '" + key + "' has an option with '" + name + "'",
                            "known are " + String.join(", ", OPTION_KEYS));
                }
                if (field.getValue() == null) {
                    throw new InvalidSetting(
                            "Parameter '" + key + "' has an option with an empty '" + name + "'",
                            "give it a value, or remove it");
                }
                option.put(name, optionField(key, name, field.getValue()));
            }
            if (!option.containsKey("value") || !(option.containsKey("name") || option.containsKey("num"))) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has an option without name, num or value",
                        "name or num, and value, are needed");
            }
            options.add(Map.copyOf(option));
        }
        return List.copyOf(options);
    }

    private static Object optionField(String key, String name, Object value) throws InvalidSetting {
        return switch (name) {
            case "num" -> SettingTypes.integer(key + ": num", 1, 254, "").parse(value);
            case "use_option" -> SettingTypes.bool(key + ": use_option", "").parse(value);
            default -> SettingTypes.text(key + ": " + name, "").parse(value);
        };
    }
}
