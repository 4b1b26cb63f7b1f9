package smartproxy.dns.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.xbill.DNS.Address;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Ipv6Text;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;
import smartproxy.infoblox.Wapi;
import smartproxy.infoblox.WapiRefusal;

/**
 * DNS records as objects of one view of the grid. The grid keeps names in lower case, and compares what it is asked for with
 * regard to case: owners are sent so.
 */
final class InfobloxRecords {
    private final Wapi wapi;
    private final String view;

    InfobloxRecords(Wapi wapi, String view) {
        this.wapi = wapi;
        this.view = view;
    }

    /** Objects of a type at a name. */
    List<JsonNode> objects(DnsName name, RecordType type, Deadline deadline)
            throws WapiRefusal, IOException, InterruptedException {
        var filter = new HashMap<>(Map.of("view", view));
        filter.putAll(owner(name, type, false));
        return wapi.find(object(type), fields(type), filter, deadline);
    }

    /** Records of a type at a name. */
    List<DnsRecord> find(DnsName name, RecordType type, Deadline deadline)
            throws WapiRefusal, IOException, InterruptedException {
        return objects(name, type, deadline).stream()
                .map(object -> new DnsRecord(
                        name, type, data(object, type), object.path("ttl").asLong(0)))
                .toList();
    }

    void create(DnsRecord record, Deadline deadline) throws WapiRefusal, IOException, InterruptedException {
        var fields = new HashMap<>(Map.of("view", view, dataField(record.type()), record.data()));
        fields.putAll(owner(record.name(), record.type(), true));
        wapi.create(object(record.type()), fields, deadline);
    }

    /** Zones of the view that the name lies in: domain names, and networks such as {@code 192.0.2.0/24}. */
    List<String> zones(DnsName name, Deadline deadline) throws WapiRefusal, IOException, InterruptedException {
        var labels = name.labels();
        var domains = Stream.iterate(0, i -> i < labels.size(), i -> i + 1)
                .map(i -> String.join(".", labels.subList(i, labels.size())).toLowerCase(Locale.ROOT));
        var networks = ReverseName.of(name).map(ReverseName::networks).orElse(List.of());
        var either = Stream.concat(domains, networks.stream())
                .map(fqdn -> fqdn.replace(".", "\\."))
                .collect(Collectors.joining("|", "^(", ")$"));
        var found = wapi.find("zone_auth", "fqdn", Map.of("view", view, "fqdn~", either), deadline);
        return found.stream().map(zone -> wapi.field(zone, "fqdn")).toList();
    }

    /** A zone of the view, or none. */
    List<JsonNode> anyZone(Deadline deadline) throws WapiRefusal, IOException, InterruptedException {
        return wapi.find("zone_auth", "fqdn", Map.of("view", view, "_max_results", "1"), deadline);
    }

    /** Members of the grid that serve DNS, with their {@code host_name}. */
    List<JsonNode> members(Deadline deadline) throws WapiRefusal, IOException, InterruptedException {
        return wapi.find("member:dns", "host_name", Map.of(), deadline);
    }

    /** What the objects of a name are found by, and created with. A PTR has its address as well, if its name is that of one. */
    private static Map<String, String> owner(DnsName name, RecordType type, boolean whole) {
        var reverse = type == RecordType.PTR ? ReverseName.of(name) : Optional.<ReverseName>empty();
        var address = reverse.flatMap(ReverseName::address);
        var owner = new HashMap<String, String>();
        address.ifPresent(text -> owner.put(reverse.get().ipv6() ? "ipv6addr" : "ipv4addr", text));
        if (whole || address.isEmpty()) {
            owner.put("name", name.key());
        }
        return owner;
    }

    private static String object(RecordType type) {
        return "record:" + type.name().toLowerCase(Locale.ROOT);
    }

    private static String fields(RecordType type) {
        return switch (type) {
            case A -> "comment,disable,extattrs,ipv4addr,name,ttl,zone";
            case AAAA -> "comment,disable,extattrs,ipv6addr,name,ttl,use_ttl,view,dns_name,zone";
            case CNAME -> "canonical,comment,disable,extattrs,name,ttl,view,zone";
            case PTR -> "comment,disable,ipv4addr,ipv6addr,name,ptrdname,ttl,extattrs,view,zone";
            case SRV -> throw new IllegalArgumentException("no SRV records here");
        };
    }

    private static String dataField(RecordType type) {
        return switch (type) {
            case A -> "ipv4addr";
            case AAAA -> "ipv6addr";
            case CNAME -> "canonical";
            case PTR -> "ptrdname";
            case SRV -> throw new IllegalArgumentException("no SRV records here");
        };
    }

    private String data(JsonNode object, RecordType type) {
        var data = wapi.field(object, dataField(type));
        var address = type == RecordType.AAAA ? Address.toByteArray(data, Address.IPv6) : null;
        return address == null ? data : Ipv6Text.of(address);
    }
}
