package smartproxy.dhcp.embedded;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.dhcp.DhcpSettings;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;

/**
 * {@code dhcp_embedded.yml}.
 *
 * @param subnets whose reservations are kept
 * @param suggestionTime how long a suggested address is kept from others
 */
public record EmbeddedDhcpSettings(List<Subnet> subnets, Duration suggestionTime) {
    private static final Set<String> KEYS = new TreeSet<>(Set.of(
            "network", "routers", "domain_name", "domain_name_servers", "ntp_servers", "interface_mtu", "range"));

    public static final Setting<List<Subnet>> NETWORKS = Setting.of(
                    "networks",
                    "list of network/netmask, or of mappings with network and options",
                    EmbeddedDhcpSettings::subnets,
                    "Subnets that have reservations; options of a mapping: routers, domain_name, domain_name_servers, ntp_servers,"
                            + " interface_mtu, range")
            .defaultsTo(List.of(new Subnet(Ipv4.of("192.0.2.0"), 24, Map.of())))
            .ownExtension();

    static final Schema<EmbeddedDhcpSettings> SCHEMA = new Schema<>(
            "DHCP reservations kept in the daemon's store, without a DHCP server",
            List.of(NETWORKS, DhcpSettings.BLACKLIST_DURATION),
            values -> new EmbeddedDhcpSettings(values.get(NETWORKS), values.get(DhcpSettings.BLACKLIST_DURATION)));

    private static List<Subnet> subnets(String key, Object value) throws InvalidSetting {
        var subnets = new ArrayList<Subnet>();
        for (var element : value instanceof List<?> list ? list : List.of(value)) {
            var subnet = element instanceof Map<?, ?> map ? withOptions(key, map) : plain(key, element);
            if (subnets.stream().anyMatch(other -> other.network().equals(subnet.network()))) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has network " + subnet.network() + " twice", "remove one of them");
            }
            subnets.add(subnet);
        }
        if (subnets.isEmpty()) {
            throw new InvalidSetting("Parameter '" + key + "' is expected to have a non-empty value", "");
        }
        return List.copyOf(subnets);
    }

    private static Subnet plain(String key, @Nullable Object text) throws InvalidSetting {
        return Subnet.parse(String.valueOf(text).strip())
                .orElseThrow(() -> new InvalidSetting(
                        "Parameter '" + key + "' has '" + text + "', which is not a subnet",
                        "such as 192.0.2.0/24; the address is the first one of the subnet"));
    }

    private static Subnet withOptions(String key, Map<?, ?> map) throws InvalidSetting {
        for (var name : map.keySet()) {
            if (!KEYS.contains(String.valueOf(name))) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has a subnet with '" + name + "'",
                        "known are " + String.join(", ", KEYS));
            }
        }
        var subnet = plain(key, map.get("network"));
        var options = new LinkedHashMap<String, Object>();
        addresses(key, map, "routers", options);
        if (map.get("domain_name") != null) {
            options.put(
                    "domain_name", SettingTypes.text(key + ": domain_name", "").parse(map.get("domain_name")));
        }
        addresses(key, map, "domain_name_servers", options);
        addresses(key, map, "ntp_servers", options);
        if (map.get("interface_mtu") != null) {
            options.put(
                    "interface_mtu",
                    SettingTypes.integer(key + ": interface_mtu", 68, 65535, "").parse(map.get("interface_mtu")));
        }
        addresses(key, map, "range", options);
        if (options.get("range") instanceof List<?> range) {
            checkRange(key, subnet, range);
        }
        return new Subnet(subnet.network(), subnet.prefix(), options);
    }

    private static void addresses(String key, Map<?, ?> map, String name, Map<String, Object> options)
            throws InvalidSetting {
        var value = map.get(name);
        if (value == null) {
            return;
        }
        var texts = SettingTypes.texts(key + ": " + name, "").parse(value);
        for (var text : texts) {
            if (Ipv4.parse(text).isEmpty()) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has '" + text + "' in " + name + ", which is not an IPv4 address", "");
            }
        }
        options.put(name, texts);
    }

    private static void checkRange(String key, Subnet subnet, List<?> range) throws InvalidSetting {
        var ends = range.stream().map(end -> Ipv4.of(String.valueOf(end))).toList();
        if (ends.size() != 2
                || !ends.stream().allMatch(subnet::contains)
                || ends.get(0).compareTo(ends.get(1)) > 0) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' has a range that is not one of " + subnet,
                    "two addresses of the subnet, the lower one first");
        }
    }
}
