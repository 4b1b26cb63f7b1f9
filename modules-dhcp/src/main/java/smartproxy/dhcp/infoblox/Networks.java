package smartproxy.dhcp.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;

/**
 * Subnets as networks of one network view.
 *
 * @param managed those that are served; empty: all
 */
record Networks(String view, List<Subnet> managed) {
    static final String TYPE = "network";
    static final String FIELDS = "network,network_view,options";

    private static final Pattern SEPARATORS = Pattern.compile("[,\\s]+");

    /** Options of a network that Foreman is told, by their names in the grid. */
    private static final Map<String, String> LISTS =
            Map.of("routers", "routers", "domain-name-servers", "domain_name_servers", "ntp-servers", "ntp_servers");

    Map<String, String> all() {
        return Map.of("network_view", view);
    }

    Map<String, String> at(Ipv4 network) {
        return Map.of("network", network.toString(), "network_view", view, "_max_results", "1");
    }

    /** Empty when it is not served here. */
    Optional<Subnet> subnet(JsonNode network) {
        return Subnet.parse(network.path("network").asText(""))
                .filter(subnet -> managed.isEmpty() || managed.stream().anyMatch(subnet::isSameAs))
                .map(subnet -> new Subnet(subnet.network(), subnet.prefix(), options(network.path("options"))));
    }

    private static Map<String, Object> options(JsonNode given) {
        var found = new LinkedHashMap<String, Object>();
        for (var option : given) {
            var name = option.path("name").asText("");
            var value = option.path("value").asText("").strip();
            if (value.isEmpty() || !option.path("use_option").asBoolean(true)) {
                continue;
            }
            if (LISTS.containsKey(name)) {
                found.put(
                        LISTS.get(name),
                        SEPARATORS
                                .splitAsStream(value)
                                .filter(text -> Ipv4.parse(text).isPresent())
                                .toList());
            } else if (name.equals("domain-name")) {
                found.put("domain_name", value);
            }
        }
        var options = new LinkedHashMap<String, Object>();
        for (var key : List.of("routers", "domain_name", "domain_name_servers", "ntp_servers")) {
            var value = found.get(key);
            if (value != null && !List.of().equals(value)) {
                options.put(key, value);
            }
        }
        return options;
    }
}
