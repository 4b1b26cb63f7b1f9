package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.kea.KeaConfig.ServedSubnet;

/** Reads from Kea. */
final class KeaReader {
    /** So that an answer is about 1 MiB; leases with long contexts fit as well. */
    static final int PAGE = 1000;

    /** Where Kea keeps reservations that count in every subnet. */
    static final long GLOBAL = 0;

    private static final int MAX_RECORDS = 1_000_000;

    private final String owner;
    private final Family family;
    private final Asking client;
    private volatile Numbers numbers = new Numbers("", Map.of());

    /**
     * The subnets of a configuration by their numbers.
     *
     * @param hash that Kea told before the configuration; empty for none
     */
    private record Numbers(String hash, Map<Long, String> subnets) {}

    /** {@link KeaClient#ask}, perhaps with something around it. */
    @FunctionalInterface
    interface Asking {
        JsonNode ask(String command, ObjectNode arguments, Deadline deadline)
                throws KeaRefusal, IOException, InterruptedException;
    }

    /** To be used within a call of the backend. */
    KeaReader(String owner, KeaClient client) {
        this(owner, client.family(), client::ask);
    }

    KeaReader(String owner, Family family, Asking client) {
        this.owner = owner;
        this.family = family;
        this.client = client;
    }

    KeaConfig config(Deadline deadline) throws KeaRefusal, IOException, InterruptedException {
        return KeaConfig.of(owner, family, client.ask("config-get", KeaClient.object(), deadline));
    }

    /**
     * Whether Kea serves the subnet under this number now. With {@code subnet_cmds} it tells of one subnet, else of everything, which is
     * asked for again when its hash is another one.
     */
    boolean isServed(Target target, KeaAbilities kea, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var command = family.subnets() + "-get";
        if (kea.can(command)) {
            var arguments = KeaClient.object().put("id", target.subnetId());
            return KeaConfig.ofSubnets(family, client.ask(command, arguments, deadline))
                    .subnet(target.subnetId())
                    .filter(subnet -> subnet.name().equals(target.subnet()))
                    .isPresent();
        }
        var hash = kea.can("config-hash-get")
                ? client.ask("config-hash-get", KeaClient.object(), deadline)
                        .path("hash")
                        .asText("")
                : "";
        var last = numbers;
        if (hash.isEmpty() || !hash.equals(last.hash)) {
            var subnets = new HashMap<Long, String>();
            config(deadline).eachSubnet(subnet -> subnets.put(subnet.id(), subnet.name()));
            last = new Numbers(hash, subnets);
            numbers = last;
        }
        return target.subnet().equals(last.subnets.get(target.subnetId()));
    }

    /** What Kea has, as it comes; subnets first, then leases, then hosts. */
    interface Collector {
        /** @return whether what is in it is wanted */
        boolean subnet(ServedSubnet subnet);

        /** @param lease that is held */
        void lease(long subnetId, JsonNode lease);

        /** @param deleteable false when it is not for us to remove it */
        void host(long subnetId, JsonNode host, boolean deleteable);

        /** A host that counts in every subnet. */
        void globalHost(JsonNode host);
    }

    /** Everything; what Kea can do is asked anew, as it may be another one since. */
    KeaAbilities everything(Collector collector, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var config = config(deadline);
        var commands = commands(deadline);
        var writing = !commands.contains("reservation-add")
                ? Writing.CONFIG
                : config.hasHostsDatabase() ? Writing.DATABASE : Writing.MEMORY;
        var subnets = new HashMap<Long, ServedSubnet>();
        config.eachSubnet(subnet -> {
            if (collector.subnet(subnet)) {
                subnets.put(subnet.id(), subnet);
            }
        });
        if (commands.contains(family.leaseCommand("get-page"))) {
            readLeases(subnets.keySet(), collector, deadline);
        }
        for (var subnet : subnets.values()) {
            subnet.reservations().forEach(host -> collector.host(subnet.id(), host, writing != Writing.DATABASE));
            if (writing == Writing.DATABASE) {
                readDatabase(subnet.id(), host -> collector.host(subnet.id(), host, true), deadline);
            }
        }
        config.globalReservations().forEach(collector::globalHost);
        if (writing == Writing.DATABASE) {
            readDatabase(GLOBAL, collector::globalHost, deadline);
            checkDatabase(deadline);
        }
        return new KeaAbilities(Set.copyOf(commands), writing);
    }

    /** To be asked after {@link #config}: an agent may tell its own ones where it is not known yet to be one. */
    Set<String> commands(Deadline deadline) throws KeaRefusal, IOException, InterruptedException {
        var commands = new HashSet<String>();
        client.ask("list-commands", KeaClient.object(), deadline).forEach(name -> commands.add(name.asText("")));
        return commands;
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

    private void readLeases(Set<Long> subnets, Collector collector, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var command = family.leaseCommand("get-page");
        var from = "start";
        for (var read = 0; ; ) {
            var page = client.ask(command, KeaClient.object().put("from", from).put("limit", PAGE), deadline)
                    .path("leases");
            for (var lease : page) {
                var subnet = lease.path("subnet-id").longValue();
                if (subnets.contains(subnet) && KeaRecords.isHeld(lease)) {
                    collector.lease(subnet, lease);
                    read = bounded(read + 1);
                }
            }
            if (page.size() < PAGE) {
                return;
            }
            var last = page.path(page.size() - 1).path(KeaRecords.IP).asText("");
            requireForward(command, !last.equals(from));
            from = last;
        }
    }

    /** The reservations of the databases; those of the configuration are known. */
    private void readDatabase(long subnet, Consumer<JsonNode> hosts, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var command = "reservation-get-page";
        var source = 1L;
        var from = 0L;
        for (var read = 0; ; ) {
            var page = client.ask(
                    command,
                    KeaClient.object()
                            .put("subnet-id", subnet)
                            .put("limit", PAGE)
                            .put("source-index", source)
                            .put("from", from),
                    deadline);
            page.path("hosts").forEach(hosts);
            read = bounded(read + page.path("hosts").size());
            if (page.path("hosts").isEmpty()) {
                return;
            }
            var next = page.path("next");
            requireForward(
                    command,
                    next.path("from").longValue() != from
                            || next.path("source-index").longValue() != source);
            from = next.path("from").longValue();
            source = next.path("source-index").longValue();
        }
    }

    private void requireForward(String command, boolean forward) {
        if (!forward) {
            throw BackendException.rejected(owner + ": " + command + " does not come forward");
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
    Optional<JsonNode> leaseAt(String ip, Deadline deadline) throws KeaRefusal, IOException, InterruptedException {
        var lease = client.ask(family.leaseCommand("get"), KeaClient.object().put(KeaRecords.IP, ip), deadline);
        return lease.path(KeaRecords.IP).isTextual() && KeaRecords.isHeld(lease)
                ? Optional.of(lease)
                : Optional.empty();
    }

    /**
     * The leases of a client in a subnet now.
     *
     * @param command that finds leases by such a key
     */
    List<JsonNode> leases(String command, long subnet, HostKey key, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var leases = new ArrayList<JsonNode>();
        for (var lease : client.ask(command, KeaClient.object().put(key.type(), key.identifier()), deadline)
                .path("leases")) {
            if (lease.path("subnet-id").longValue() == subnet) {
                leases.add(lease);
            }
        }
        return leases;
    }

    /** The hosts of a client now, by {@code host_cmds}: one at most. */
    List<JsonNode> hosts(Target target, Deadline deadline) throws KeaRefusal, IOException, InterruptedException {
        var host = client.ask(
                "reservation-get",
                KeaClient.object()
                        .put("subnet-id", target.subnetId())
                        .put("identifier-type", target.key().type())
                        .put("identifier", target.key().identifier()),
                deadline);
        return host.isEmpty() ? List.of() : List.of(host);
    }

    /** The hosts of an address now, by {@code host_cmds}. */
    List<JsonNode> hosts(long subnet, String ip, boolean byAddress, Deadline deadline)
            throws KeaRefusal, IOException, InterruptedException {
        var arguments = KeaClient.object().put("subnet-id", subnet).put(KeaRecords.IP, ip);
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
