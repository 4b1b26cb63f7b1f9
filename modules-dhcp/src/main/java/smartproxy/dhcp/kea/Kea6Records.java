package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.dhcp.ClientId;
import smartproxy.dhcp.Ipv6;
import smartproxy.dhcp.Reservation6;
import smartproxy.dhcp.Subnet6;
import smartproxy.dhcp.kea.KeaConfig.ServedSubnet;

/** IPv6 subnets and reservations as Kea's JSON has them. */
final class Kea6Records {
    static final String IPS = "ip-addresses";

    private Kea6Records() {}

    /** With its own options and its first pool. */
    static Subnet6 subnet(ServedSubnet served) {
        var plain = Subnet6.parse(served.name()).orElseThrow();
        var data = served.optionData("dhcp6");
        var options = new LinkedHashMap<String, Object>();
        put(options, "domain_name_servers", list(data, "dns-servers"));
        put(options, "domain_search", list(data, "domain-search"));
        put(options, "ntp_servers", list(data, "sntp-servers"));
        put(options, "range", range(served.firstPool()));
        return new Subnet6(plain.network(), plain.prefix(), options);
    }

    private static void put(Map<String, Object> options, String name, List<String> values) {
        if (!values.isEmpty()) {
            options.put(name, values);
        }
    }

    private static List<String> list(Map<String, String> data, String name) {
        return split(data.getOrDefault(name, ""), ",");
    }

    private static List<String> split(String text, String separator) {
        return Arrays.stream(text.split(separator, -1))
                .map(String::strip)
                .filter(part -> !part.isEmpty())
                .toList();
    }

    private static List<String> range(String pool) {
        return Subnet6.parse(pool)
                .map(block -> List.of(block.network().toString(), block.last().toString()))
                .orElseGet(() -> split(pool, "-"));
    }

    /** The reservation; empty when it is one without an address, or for another identifier than a DUID or MAC. */
    static Optional<Reservation6> reservation(Subnet6 subnet, JsonNode host, boolean deleteable) {
        var ips = new ArrayList<Ipv6>();
        for (var ip : Family.V6.addresses(host)) {
            Ipv6.parse(ip).filter(subnet::contains).ifPresent(ips::add);
        }
        if (ips.isEmpty()) {
            return Optional.empty();
        }
        var prefixes = new ArrayList<String>();
        host.path("prefixes").forEach(prefix -> prefixes.add(prefix.asText("")));
        return Family.V6
                .key(host)
                .map(key -> new Reservation6(
                        subnet,
                        KeaRecords.nameOf(host, key.identifier()),
                        new ClientId(
                                key.type().equals(HostKey.DUID) ? ClientId.Kind.DUID : ClientId.Kind.MAC,
                                key.identifier()),
                        ips,
                        prefixes,
                        deleteable,
                        host.path("hostname").asText("")));
    }

    /**
     * As Kea wants it.
     *
     * @throws CallerException 400 when Kea could not carry it back as it is
     */
    static ObjectNode host(Reservation6 wanted) {
        var key = key(wanted.client());
        var host = KeaClient.object().put(key.type(), key.identifier());
        var ips = host.putArray(IPS);
        wanted.ips().forEach(ip -> ips.add(ip.toString()));
        return KeaRecords.named(host, wanted.name(), wanted.hostname());
    }

    static HostKey key(ClientId client) {
        return new HostKey(client.kind() == ClientId.Kind.DUID ? HostKey.DUID : HostKey.MAC, client.text());
    }

    /** What a change of it is about. */
    static Target target(long subnetId, Reservation6 reservation) {
        return new Target(
                subnetId,
                reservation.subnet().toString(),
                key(reservation.client()),
                reservation.ips().stream().map(Ipv6::toString).toList());
    }
}
