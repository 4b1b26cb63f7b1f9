package smartproxy.dns.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.tls.TestPki;
import smartproxy.dns.DnsClient;
import smartproxy.infoblox.FakeGrid;

/** A grid with zones and records, which can be asked for by DNS, too. */
final class FakeDnsGrid extends FakeGrid {
    private static final Map<String, Type> TYPES = Map.of(
            "record:a",
            Type.of(
                    "comment disable extattrs ipv4addr name ttl use_ttl view dns_name zone",
                    "name ipv4addr view zone comment",
                    "name ipv4addr view comment disable extattrs ttl use_ttl",
                    "name ipv4addr"),
            "record:aaaa",
            Type.of(
                    "comment disable extattrs ipv6addr name ttl use_ttl view dns_name zone",
                    "name ipv6addr view zone comment",
                    "name ipv6addr view comment disable extattrs ttl use_ttl",
                    "name ipv6addr"),
            "record:cname",
            Type.of(
                    "canonical comment disable extattrs name ttl use_ttl view dns_name zone",
                    "name canonical view zone comment",
                    "name canonical view comment disable extattrs ttl use_ttl",
                    "name canonical"),
            "record:ptr",
            Type.of(
                    "comment disable extattrs ipv4addr ipv6addr name ptrdname ttl use_ttl view dns_name zone",
                    "name ptrdname ipv4addr ipv6addr view zone comment",
                    "name ptrdname ipv4addr ipv6addr view comment disable extattrs ttl use_ttl",
                    "ptrdname"),
            "zone_auth",
            Type.of("fqdn view zone_format", "fqdn view zone_format comment", "", ""),
            "member:dns",
            Type.of("host_name ipv4addr", "host_name ipv4addr", "", ""));

    private final FakeGridDns dns;

    private FakeDnsGrid(Path directory, TestPki.Issued certificate) throws IOException {
        super(directory, certificate, TYPES);
        add("zone_auth", Map.of("fqdn", "example.com", "zone_format", "FORWARD", "view", VIEW));
        add("zone_auth", Map.of("fqdn", "192.0.2.0/24", "zone_format", "IPV4", "view", VIEW));
        add("zone_auth", Map.of("fqdn", "2001:db8::/32", "zone_format", "IPV6", "view", VIEW));
        add("member:dns", Map.of("host_name", "ns1.example.com"));
        add("member:dns", Map.of("host_name", "ns2.example.com"));
        dns = new FakeGridDns(this);
    }

    /** @param certificate of the master */
    static FakeDnsGrid start(Path directory, TestPki.Issued certificate) {
        try {
            return new FakeDnsGrid(directory, certificate);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DnsClient dns() {
        return new DnsClient(dns.address());
    }

    @Override
    public void close() {
        super.close();
        dns.close();
    }

    @Override
    protected Optional<ResponseDefinitionBuilder> complete(String type, Map<String, Object> fields) {
        if (!fields.containsKey("name")) {
            return Optional.of(unknown("Required field missing in " + fields));
        }
        fields.putIfAbsent("view", VIEW);
        var owner = String.valueOf(fields.get("name")).toLowerCase(Locale.ROOT);
        fields.put("name", owner);
        if (FakeGridDns.ZONES.stream().noneMatch(zone -> owner.equals(zone) || owner.endsWith("." + zone))) {
            return Optional.of(conflict("The action is not allowed. A parent was not found."));
        }
        return isInTheWay(type, owner, fields)
                ? Optional.of(conflict("The record '" + owner + "' already exists."))
                : Optional.empty();
    }

    /** An equal record, or one that may not stand beside a CNAME. */
    private boolean isInTheWay(String type, String owner, Map<String, Object> fields) {
        var cname = type.equals("record:cname");
        if (cname && FakeGridDns.ZONES.contains(owner)) {
            return true;
        }
        return TYPES.keySet().stream()
                .flatMap(each -> all(each).stream())
                .filter(object -> owner.equals(object.get("name")))
                .anyMatch(object -> cname
                        || "record:cname".equals(object.get("_type"))
                        || (type.equals(object.get("_type"))
                                && fields.entrySet().stream()
                                        .allMatch(field -> field.getValue().equals(object.get(field.getKey())))));
    }

    @Override
    protected boolean function(String reference, String name, JsonNode arguments) {
        var known = name.equals("clear_dns_cache")
                && reference.startsWith("member:dns/")
                && arguments.properties().stream()
                        .allMatch(field ->
                                Set.of("clear_full_tree", "domain", "view").contains(field.getKey()));
        if (known) {
            calls().add("cleared " + arguments.path("domain").asText() + " "
                    + arguments.path("view").asText());
        }
        return known;
    }
}
