package smartproxy.dhcp.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.UsedAddresses;
import smartproxy.infoblox.Wapi;
import smartproxy.infoblox.WapiRefusal;

/** Reads from the grid, a page in each call of the backend. */
final class GridReader {
    /** Of one list; they come in pages. */
    private static final int MOST_OBJECTS = 200_000;

    private static final Operation READ = Operation.repeatable("read");
    private static final String ADDRESS = "ipv4address";

    private final InfobloxDhcpSettings settings;
    private final Wapi wapi;
    private final Backend backend;
    private final GridRecords records;
    private final Networks networks;
    private final Map<Ipv4, Used> used = new ConcurrentHashMap<>();

    GridReader(InfobloxDhcpSettings settings, Wapi wapi, Backend backend) {
        this.settings = settings;
        this.wapi = wapi;
        this.backend = backend;
        this.records = GridRecords.of(settings);
        this.networks = new Networks(settings.networkView(), settings.managed());
    }

    /** Sorted addresses, each once. */
    private record Used(int[] addresses) implements UsedAddresses {
        @Override
        public void each(Ranges ranges) {
            for (var address : addresses) {
                ranges.accept(address, address);
            }
        }
    }

    /** A question to the grid. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(Deadline attempt) throws WapiRefusal, IOException, InterruptedException;
    }

    private <T> T ask(String type, Deadline deadline, Question<T> question) {
        return backend.call(READ, deadline, attempt -> {
            try {
                return question.ask(attempt);
            } catch (WapiRefusal e) {
                throw BackendException.rejected(backend.name() + ": reading of " + type + " at "
                        + settings.grid().server() + ": " + e.getMessage() + " (status " + e.status() + ")"
                        + (e.isNotFound() ? "; check network_view and dns_view" : ""));
            }
        });
    }

    private void each(
            String type, String fields, Map<String, String> filter, Deadline deadline, Consumer<JsonNode> consumer) {
        Optional<String> next = Optional.empty();
        for (var seen = 0; ; ) {
            var from = next;
            var page = ask(type, deadline, attempt -> wapi.page(type, fields, filter, from, attempt));
            page.objects().forEach(consumer);
            seen += page.objects().size();
            next = page.next();
            if (next.isEmpty()) {
                return;
            }
            if (page.objects().isEmpty() || seen >= MOST_OBJECTS) {
                throw BackendException.rejected(backend.name() + ": more than " + MOST_OBJECTS + " objects of type "
                        + type + " in a list, or a list without end; name smaller subnets in 'subnets' of dhcp.yml");
            }
        }
    }

    List<Subnet> subnets(Deadline deadline) {
        var subnets = new ArrayList<Subnet>();
        each(
                Networks.TYPE,
                Networks.FIELDS,
                networks.all(),
                deadline,
                network -> networks.subnet(network).ifPresent(subnets::add));
        return subnets;
    }

    /** The subnet with that network address. */
    Optional<Subnet> subnet(Ipv4 network, Deadline deadline) {
        return ask(
                        Networks.TYPE,
                        deadline,
                        attempt -> wapi.find(Networks.TYPE, Networks.FIELDS, networks.at(network), attempt))
                .stream()
                .flatMap(found -> networks.subnet(found).stream())
                .filter(subnet -> subnet.network().equals(network))
                .findFirst();
    }

    /** All entries of the subnet, those without MAC or name too. */
    void eachEntry(Subnet subnet, Deadline deadline, Consumer<Entry> consumer) {
        each(
                records.type(),
                records.fields(),
                records.in(subnet),
                deadline,
                object -> in(subnet, object).forEach(consumer));
    }

    private Stream<Entry> in(Subnet subnet, JsonNode object) {
        return records.entries(object).stream().filter(entry -> subnet.contains(entry.ip()));
    }

    /** Entries of an address. */
    List<Entry> at(Subnet subnet, Ipv4 ip, Deadline deadline) {
        return find(records.at(ip), subnet, deadline).stream()
                .filter(entry -> entry.ip().equals(ip))
                .toList();
    }

    /** Entries of a MAC. */
    List<Entry> of(Subnet subnet, MacAddress mac, Deadline deadline) {
        if (!GridRecords.canHave(mac)) {
            return List.of();
        }
        return find(records.of(mac), subnet, deadline).stream()
                .filter(entry -> entry.mac().filter(mac::equals).isPresent())
                .toList();
    }

    private List<Entry> find(Map<String, String> filter, Subnet subnet, Deadline deadline) {
        return ask(records.type(), deadline, attempt -> wapi.find(records.type(), records.fields(), filter, attempt))
                .stream()
                .flatMap(object -> in(subnet, object))
                .toList();
    }

    GridLeases leases(Subnet subnet, Deadline deadline) {
        return leases(GridLeases.in(subnet), subnet, deadline);
    }

    GridLeases leasesAt(Subnet subnet, Ipv4 ip, Deadline deadline) {
        return leases(GridLeases.at(ip), subnet, deadline);
    }

    GridLeases leasesOf(Subnet subnet, MacAddress mac, Deadline deadline) {
        if (!GridRecords.canHave(mac)) {
            return new GridLeases(settings.networkView(), subnet);
        }
        return leases(GridLeases.of(mac), subnet, deadline);
    }

    private GridLeases leases(Map<String, String> filter, Subnet subnet, Deadline deadline) {
        var leases = new GridLeases(settings.networkView(), subnet);
        each(GridLeases.TYPE, GridLeases.FIELDS, filter, deadline, leases::add);
        return leases;
    }

    /** The same object as long as the addresses are. */
    UsedAddresses used(Subnet subnet, Deadline deadline) {
        var addresses = new ArrayList<Ipv4>();
        leases(subnet, deadline).all().forEach(lease -> addresses.add(lease.ip()));
        if (settings.everyUse()) {
            var filter = Map.of(
                    "network",
                    subnet.network() + "/" + subnet.prefix(),
                    "network_view",
                    settings.networkView(),
                    "status",
                    "USED");
            each(
                    ADDRESS,
                    "ip_address",
                    filter,
                    deadline,
                    object -> Ipv4.parse(object.path("ip_address").asText("")).ifPresent(addresses::add));
        } else {
            eachEntry(subnet, deadline, entry -> addresses.add(entry.ip()));
        }
        var sorted = addresses.stream().mapToInt(Ipv4::bits).sorted().distinct().toArray();
        return used.merge(
                subnet.network(),
                new Used(sorted),
                (before, now) -> Arrays.equals(before.addresses, now.addresses) ? before : now);
    }

    boolean isFree(Subnet subnet, Ipv4 ip, Deadline deadline) {
        if (!settings.everyUse()) {
            return at(subnet, ip, deadline).isEmpty()
                    && leasesAt(subnet, ip, deadline).first().isEmpty();
        }
        var filter = Map.of("ip_address", ip.toString(), "network_view", settings.networkView());
        return ask(ADDRESS, deadline, attempt -> wapi.find(ADDRESS, "ip_address,status", filter, attempt)).stream()
                .allMatch(object -> object.path("status").asText("").equals("UNUSED"));
    }
}
