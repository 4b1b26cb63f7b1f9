package example.powerdns;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.HttpReply;
import smartproxy.core.api.Operation;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** Asks the HTTP API of PowerDNS what is at a name, then has it replace or delete one record set. */
final class PowerDnsProvider implements DnsProvider {
    // Both may be sent again: a set is replaced as a whole, and what is gone already is ABSENT.
    private static final Operation CREATE = Operation.repeatable("create");
    private static final Operation REMOVE = Operation.repeatable("remove");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI url;
    private final Backend backend;
    private final HttpPeer server;
    private final ReentrantLock turn = new ReentrantLock(true);

    /**
     * @param url for errors
     * @param server below whose base the zones are
     */
    PowerDnsProvider(URI url, Backend backend, HttpPeer server) {
        this.url = url;
        this.backend = backend;
        this.server = server;
    }

    @Override
    public Creation create(DnsRecord record, Deadline deadline) {
        return backend.call(CREATE, deadline, attempt -> {
            var zone = zone(record.name(), attempt);
            var sets = sets(zone, record.name(), attempt);
            var present = sets.getOrDefault(record.type().name(), List.of());
            var type = record.type();
            if (type != RecordType.CNAME && sets.containsKey("CNAME")) {
                return occupied(record, behind(sets.get("CNAME").get(0), type, attempt));
            }
            if (type == RecordType.CNAME ? !sets.isEmpty() : type != RecordType.SRV && !present.isEmpty()) {
                return occupied(record, present);
            }
            var data = new ArrayList<>(present);
            if (data.stream().noneMatch(record.data()::equalsIgnoreCase)) {
                data.add(record.data());
                change(zone, replacement(record, data), attempt);
            }
            return new Creation.Created();
        });
    }

    @Override
    public Removal remove(DnsName name, RecordType type, Deadline deadline) {
        return backend.call(REMOVE, deadline, attempt -> {
            var zone = zone(name, attempt);
            if (!sets(zone, name, attempt).containsKey(type.name())) {
                return Removal.ABSENT;
            }
            change(zone, Map.of("name", dotted(name.toString()), "type", type.name(), "changetype", "DELETE"), attempt);
            return Removal.REMOVED;
        });
    }

    private static Creation occupied(DnsRecord record, List<String> present) {
        return new Creation.Occupied(present.stream()
                .map(data -> new DnsRecord(record.name(), record.type(), data, record.ttl()))
                .toList());
    }

    private static Map<String, Object> replacement(DnsRecord record, List<String> data) {
        var hosts = record.type() != RecordType.A && record.type() != RecordType.AAAA;
        var records = data.stream()
                .map(one -> Map.of("content", hosts ? dotted(one) : one, "disabled", false))
                .toList();
        return Map.of(
                "name", dotted(record.name().toString()),
                "type", record.type().name(),
                "ttl", record.ttl(),
                "changetype", "REPLACE",
                "records", records);
    }

    /** The zone a name lies in: of those that are served, the one with the longest name. */
    private String zone(DnsName name, Deadline attempt) throws IOException, InterruptedException {
        return findZone(dotted(name.key()), attempt)
                .orElseThrow(() -> BackendException.rejected(backend.name() + ": PowerDNS at " + url
                        + " serves no zone for " + name + "; create the zone there"));
    }

    private Optional<String> findZone(String name, Deadline attempt) throws IOException, InterruptedException {
        var longest = Optional.<String>empty();
        for (var zone : get(HttpCall.get("zones").with("dnssec", "false"), attempt)) {
            var candidate = zone.path("name").asText().toLowerCase(Locale.ROOT);
            if (("." + name).endsWith("." + candidate)
                    && candidate.length() > longest.map(String::length).orElse(0)) {
                longest = Optional.of(candidate);
            }
        }
        return longest;
    }

    /** What is at a name: the data of each type, in the form of {@link DnsRecord#data()}. */
    private Map<String, List<String>> sets(String zone, DnsName name, Deadline attempt)
            throws IOException, InterruptedException {
        var wanted = dotted(name.key());
        var sets = new HashMap<String, List<String>>();
        var call = HttpCall.get("zones/" + zone).with("rrset_name", wanted);
        for (var set : get(call, attempt).path("rrsets")) {
            if (set.path("name").asText().equalsIgnoreCase(wanted)) {
                var data = new ArrayList<String>();
                set.path("records")
                        .forEach(one -> data.add(undotted(one.path("content").asText())));
                sets.put(set.path("type").asText(), data);
            }
        }
        return sets;
    }

    /** What an alias leads to, when it is served here too. */
    private List<String> behind(String target, RecordType type, Deadline attempt)
            throws IOException, InterruptedException {
        var name = DnsName.service(target);
        var zone = findZone(dotted(target), attempt);
        return name.isEmpty() || zone.isEmpty()
                ? List.of()
                : sets(zone.get(), name.get(), attempt).getOrDefault(type.name(), List.of());
    }

    private JsonNode get(HttpCall call, Deadline attempt) throws IOException, InterruptedException {
        var reply = server.send(call, attempt);
        if (reply.status() != 200) {
            throw refused("reading", reply);
        }
        try {
            return JSON.readTree(reply.body());
        } catch (JsonProcessingException e) {
            throw refused("reading, no JSON,", reply);
        }
    }

    private void change(String zone, Map<String, Object> set, Deadline attempt)
            throws IOException, InterruptedException {
        var call = HttpCall.patch("zones/" + zone).json(JSON.writeValueAsString(Map.of("rrsets", List.of(set))));
        // changes that meet in its database are answered 500
        if (!turn.tryLock(attempt.leftMillis(), TimeUnit.MILLISECONDS)) {
            throw new SocketTimeoutException("other changes have not ended in time");
        }
        HttpReply reply;
        try {
            reply = server.send(call, attempt);
        } finally {
            turn.unlock();
        }
        if (reply.status() != 204) {
            throw refused("change of " + set.get("name") + " " + set.get("type"), reply);
        }
    }

    /** PowerDNS answered, and the answer is no: nothing was changed, and trying again would not help. */
    private BackendException refused(String what, HttpReply reply) {
        var text = reply.text().strip();
        return BackendException.rejected(backend.name() + ": " + what + " at " + url + ": status " + reply.status()
                + " " + text.substring(0, Math.min(200, text.length()))
                + (reply.status() == 401 ? "; check powerdns_key" : ""));
    }

    private static String dotted(String name) {
        return name.endsWith(".") ? name : name + ".";
    }

    private static String undotted(String data) {
        return data.endsWith(".") ? data.substring(0, data.length() - 1) : data;
    }
}
