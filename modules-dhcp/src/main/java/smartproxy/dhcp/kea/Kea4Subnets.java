package smartproxy.dhcp.kea;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.kea.KeaConfig.ServedSubnet;

/** IPv4 subnets as they are shown. */
final class Kea4Subnets {
    private Kea4Subnets() {}

    /** With its own options and its first pool. */
    static Subnet of(ServedSubnet served) {
        var plain = Subnet.parse(served.name()).orElseThrow();
        return new Subnet(plain.network(), plain.prefix(), options(served));
    }

    private static Map<String, Object> options(ServedSubnet served) {
        var data = served.optionData("dhcp4");
        var options = new LinkedHashMap<String, Object>();
        addresses(data.get("routers")).ifPresent(list -> options.put("routers", list));
        var domain = data.getOrDefault("domain-name", "");
        if (!domain.isBlank()) {
            options.put("domain_name", domain.strip());
        }
        addresses(data.get("domain-name-servers")).ifPresent(list -> options.put("domain_name_servers", list));
        addresses(data.get("ntp-servers")).ifPresent(list -> options.put("ntp_servers", list));
        var mtu = data.getOrDefault("interface-mtu", "").strip();
        if (mtu.matches("\\d{1,5}")) {
            options.put("interface_mtu", Integer.parseInt(mtu));
        }
        range(served.firstPool()).ifPresent(range -> options.put("range", range));
        return options;
    }

    private static Optional<List<String>> addresses(@Nullable String text) {
        var list = text == null
                ? List.<String>of()
                : Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .filter(address -> Ipv4.parse(address).isPresent())
                        .toList();
        return list.isEmpty() ? Optional.empty() : Optional.of(list);
    }

    private static Optional<List<String>> range(String pool) {
        var block = Subnet.parse(pool);
        if (block.isPresent()) {
            return Optional.of(List.of(
                    block.get().network().toString(), block.get().broadcast().toString()));
        }
        var ends = Arrays.stream(pool.split("-", -1)).map(String::strip).toList();
        return ends.size() == 2 && ends.stream().allMatch(end -> Ipv4.parse(end).isPresent())
                ? Optional.of(ends)
                : Optional.empty();
    }
}
