package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.kea.KeaConfig.ServedSubnet;

/** Reads from Kea. To be used within a call of the backend. */
final class KeaReader {
    /** An answer is at most 1 MiB; leases with long contexts fit as well. */
    static final int PAGE = 1000;

    private static final int MAX_RECORDS = 1_000_000;

    private final String owner;
    private final KeaClient client;
    private final List<Subnet> managed;

    /** @param managed empty: all */
    KeaReader(String owner, KeaClient client, List<Subnet> managed) {
        this.owner = owner;
        this.client = client;
        this.managed = List.copyOf(managed);
    }

    KeaConfig config(Deadline deadline) throws KeaRefusal, IOException, InterruptedException {
        return KeaConfig.of(owner, client.ask("config-get", KeaClient.object(), deadline));
    }

    /** Everything; what Kea can do is asked anew, as it may be another one since. */
    KeaSnapshot everything(Deadline deadline) throws KeaRefusal, IOException, InterruptedException {
        var commands = new HashSet<String>();
        client.ask("list-commands", KeaClient.object(), deadline).forEach(name -> commands.add(name.asText("")));
        var config = config(deadline);
        var writing = !commands.contains("reservation-add")
                ? Writing.CONFIG
                : config.hasHostsDatabase() ? Writing.DATABASE : Writing.MEMORY;
        var subnets = new LinkedHashMap<Long, ServedSubnet>();
        var networks = new HashSet<Ipv4>();
        config.eachSubnet(subnet -> {
            if (isManaged(subnet.subnet()) && networks.add(subnet.subnet().network())) {
                subnets.put(subnet.id(), subnet);
            }
        });
        var leases = new HashMap<Long, Leases>();
        subnets.keySet().forEach(id -> leases.put(id, new Leases()));
        if (commands.contains("lease4-get-page")) {
            readLeases(leases, deadline);
        }
        var contents = new LinkedHashMap<Ipv4, KeaSnapshot.Content>();
        for (var subnet : subnets.values()) {
            var hosts = new Hosts(subnet.subnet());
            KeaConfig.reservations(subnet).forEach(host -> hosts.add(host, writing != Writing.DATABASE));
            config.globalReservations().forEach(hosts::addAddress);
            if (writing == Writing.DATABASE) {
                readDatabase(subnet.id(), hosts, deadline);
            }
            contents.put(
                    subnet.subnet().network(), content(subnet, hosts, leases.getOrDefault(subnet.id(), new Leases())));
        }
        if (writing == Writing.DATABASE) {
            checkDatabase(deadline);
        }
        return new KeaSnapshot(Set.copyOf(commands), writing, contents);
    }

    /**
     * Fails when Kea has lost its database of hosts: then it answers questions as if there were none. Only a deletion tells, so
     * one is asked for that has no object.
     */
    void checkDatabase(Deadline deadline) throws KeaRefusal, IOException, InterruptedException {
        client.ask(
                "reservation-del",
                KeaClient.object()
                        .put("operation-target", "database")
                        .put("subnet-id", 0)
                        .put("identifier-type", "flex-id")
                        .put("identifier", "'smart-proxy asks whether there is a database'"),
                deadline);
    }

    private boolean isManaged(Subnet subnet) {
        return managed.isEmpty() || managed.stream().anyMatch(subnet::isSameAs);
    }

    private static KeaSnapshot.Content content(ServedSubnet subnet, Hosts hosts, Leases leases) {
        return new KeaSnapshot.Content(
                subnet.id(),
                subnet.subnet(),
                hosts.reservations,
                leases.byMac,
                IntStream.concat(
                                hosts.addresses.stream().mapToInt(Integer::intValue),
                                leases.addresses.stream().mapToInt(Integer::intValue))
                        .toArray());
    }

    /** What one subnet has of leases. */
    private static final class Leases {
        final Map<MacAddress, KeaLease> byMac = new LinkedHashMap<>();
        final List<Integer> addresses = new ArrayList<>();

        /** Of a client that came back under another identifier there are two: the later one counts. */
        void add(JsonNode lease) {
            Ipv4.parse(lease.path(KeaRecords.IP).asText("")).ifPresent(ip -> addresses.add(ip.bits()));
            KeaLease.of(lease)
                    .ifPresent(held ->
                            byMac.merge(held.mac(), held, (one, other) -> one.since() <= other.since() ? other : one));
        }
    }

    /** What one subnet has of hosts. */
    private static final class Hosts {
        final Subnet subnet;
        final Map<MacAddress, Reservation> reservations = new LinkedHashMap<>();
        final List<Integer> addresses = new ArrayList<>();

        Hosts(Subnet subnet) {
            this.subnet = subnet;
        }

        void add(JsonNode host, boolean deleteable) {
            KeaRecords.reservation(subnet, host, deleteable)
                    .ifPresentOrElse(
                            reservation -> reservations.putIfAbsent(reservation.mac(), reservation),
                            () -> addAddress(host));
        }

        void addAddress(JsonNode host) {
            Ipv4.parse(host.path(KeaRecords.IP).asText(""))
                    .filter(subnet::contains)
                    .ifPresent(ip -> addresses.add(ip.bits()));
        }
    }

    private void readLeases(Map<Long, Leases> bySubnet, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var from = "start";
        for (var read = 0; ; ) {
            var page = client.ask(
                            "lease4-get-page",
                            KeaClient.object().put("from", from).put("limit", PAGE),
                            deadline)
                    .path("leases");
            for (var lease : page) {
                var leases = bySubnet.get(lease.path("subnet-id").longValue());
                if (leases != null && KeaRecords.isHeld(lease)) {
                    leases.add(lease);
                }
            }
            read = bounded(read + page.size());
            if (page.size() < PAGE) {
                return;
            }
            from = page.path(page.size() - 1).path(KeaRecords.IP).asText("");
        }
    }

    /** The reservations of the databases; those of the configuration are known. */
    private void readDatabase(long subnet, Hosts hosts, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var source = 1L;
        var from = 0L;
        for (var read = 0; ; ) {
            var page = client.ask(
                    "reservation-get-page",
                    KeaClient.object()
                            .put("subnet-id", subnet)
                            .put("limit", PAGE)
                            .put("source-index", source)
                            .put("from", from),
                    deadline);
            page.path("hosts").forEach(host -> hosts.add(host, true));
            read = bounded(read + page.path("hosts").size());
            if (page.path("hosts").isEmpty()) {
                return;
            }
            var next = page.path("next");
            if (next.path("from").longValue() == from
                    && next.path("source-index").longValue() == source) {
                throw BackendException.rejected(owner + ": reservation-get-page does not come forward");
            }
            from = next.path("from").longValue();
            source = next.path("source-index").longValue();
        }
    }

    private int bounded(int read) {
        if (read > MAX_RECORDS) {
            throw BackendException.rejected(owner + ": more than " + MAX_RECORDS
                    + " leases or reservations; name the subnets to be served in 'subnets' of dhcp.yml");
        }
        return read;
    }

    /** The lease of an address now. */
    Optional<JsonNode> leaseAt(Ipv4 ip, Deadline deadline) throws KeaRefusal, IOException, InterruptedException {
        var lease = client.ask("lease4-get", KeaClient.object().put(KeaRecords.IP, ip.toString()), deadline);
        return lease.path(KeaRecords.IP).isTextual() && KeaRecords.isHeld(lease)
                ? Optional.of(lease)
                : Optional.empty();
    }

    /** The last lease of a MAC in a subnet now. */
    Optional<JsonNode> lease(long subnet, MacAddress mac, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        Optional<JsonNode> last = Optional.empty();
        for (var lease : client.ask(
                        "lease4-get-by-hw-address", KeaClient.object().put(KeaRecords.MAC, mac.toString()), deadline)
                .path("leases")) {
            if (lease.path("subnet-id").longValue() == subnet
                    && KeaRecords.isHeld(lease)
                    && last.map(other -> other.path("cltt").longValue()).orElse(Long.MIN_VALUE)
                            <= lease.path("cltt").longValue()) {
                last = Optional.of(lease);
            }
        }
        return last;
    }

    /** The hosts of a MAC now, by {@code host_cmds}: one at most. */
    List<JsonNode> hosts(long subnet, MacAddress mac, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var host = client.ask(
                "reservation-get",
                KeaClient.object()
                        .put("subnet-id", subnet)
                        .put("identifier-type", KeaRecords.MAC)
                        .put("identifier", mac.toString()),
                deadline);
        return host.isEmpty() ? List.of() : List.of(host);
    }

    /** The hosts of an address now, by {@code host_cmds}. */
    List<JsonNode> hosts(long subnet, Ipv4 ip, boolean byAddress, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var arguments = KeaClient.object().put("subnet-id", subnet).put(KeaRecords.IP, ip.toString());
        if (!byAddress) {
            var host = client.ask("reservation-get", arguments, deadline);
            return host.isEmpty() ? List.of() : List.of(host);
        }
        var hosts = new ArrayList<JsonNode>();
        client.ask("reservation-get-by-address", arguments, deadline)
                .path("hosts")
                .forEach(hosts::add);
        return hosts;
    }
}
