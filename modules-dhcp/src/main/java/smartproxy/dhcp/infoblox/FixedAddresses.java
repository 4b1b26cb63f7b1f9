package smartproxy.dhcp.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Subnet;

/**
 * A {@code fixedaddress} for each reservation.
 *
 * @param view network view
 * @param options given to each new one
 */
record FixedAddresses(String view, List<Map<String, Object>> options) implements GridRecords {
    @Override
    public String type() {
        return "fixedaddress";
    }

    @Override
    public String fields() {
        return "bootfile,comment,ipv4addr,mac,name,nextserver,use_bootfile,use_nextserver";
    }

    @Override
    public Map<String, String> in(Subnet subnet) {
        return with("network", subnet.network() + "/" + subnet.prefix());
    }

    @Override
    public Map<String, String> with(String key, String value) {
        return Map.of(key, value, "network_view", view);
    }

    @Override
    public List<Entry> entries(JsonNode object) {
        var names = ObjectNames.read(
                object.path("name").asText(""), object.path(COMMENT).asText(""));
        return GridRecords.entry(names, object, true, true).stream().toList();
    }

    @Override
    public Map<String, Object> object(NewReservation wanted) {
        var names = ObjectNames.of(wanted.reservation());
        var fields = new LinkedHashMap<>(GridRecords.address(wanted.reservation()));
        fields.put("name", names.plain());
        names.comment(names.plain()).ifPresent(comment -> fields.put(COMMENT, comment));
        fields.put("network_view", view);
        fields.put("options", options);
        return fields;
    }
}
