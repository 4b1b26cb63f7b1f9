package smartproxy.dhcp.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Subnet;

/**
 * A {@code record:host} with one address for each reservation. Hosts that others made may have more addresses, and some that DHCP
 * does not serve.
 *
 * @param view DNS view
 */
record Hosts(String view) implements GridRecords {
    private static final String ADDRESSES = "ipv4addrs";
    private static final String SERVED = "configure_for_dhcp";

    @Override
    public String type() {
        return "record:host";
    }

    @Override
    public String fields() {
        return "comment,ipv4addrs.bootfile,ipv4addrs.configure_for_dhcp,ipv4addrs.ipv4addr,ipv4addrs.mac,ipv4addrs.nextserver,"
                + "ipv4addrs.use_bootfile,ipv4addrs.use_nextserver,ipv6addrs,name";
    }

    @Override
    public Map<String, String> in(Subnet subnet) {
        return with(IPV4ADDR + "~", AddressPattern.of(subnet));
    }

    @Override
    public Map<String, String> with(String key, String value) {
        return Map.of(key, value, "view", view);
    }

    @Override
    public List<Entry> entries(JsonNode object) {
        var names = ObjectNames.read(
                object.path("name").asText(""), object.path(COMMENT).asText(""));
        var addresses = object.path(ADDRESSES);
        var alone = addresses.size() == 1 && object.path("ipv6addrs").isEmpty();
        var entries = new ArrayList<Entry>();
        addresses.forEach(address -> GridRecords.entry(
                        names, address, address.path(SERVED).asBoolean(false), alone)
                .ifPresent(entries::add));
        return entries;
    }

    @Override
    public Map<String, Object> object(NewReservation wanted) {
        var names = ObjectNames.of(wanted.reservation());
        var address = new LinkedHashMap<>(GridRecords.address(wanted.reservation()));
        address.put(SERVED, true);
        var fields = new LinkedHashMap<String, Object>();
        fields.put("name", names.inDns());
        names.comment(names.inDns()).ifPresent(comment -> fields.put(COMMENT, comment));
        fields.put("view", view);
        fields.put(ADDRESSES, List.of(address));
        return fields;
    }
}
