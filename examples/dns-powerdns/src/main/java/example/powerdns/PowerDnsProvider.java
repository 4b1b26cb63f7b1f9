package example.powerdns;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Lifecycle;
import smartproxy.core.api.Operation;
import smartproxy.core.api.OutcomeUnknownException;
import smartproxy.dns.DnsName;
import smartproxy.dns.DnsProvider;
import smartproxy.dns.DnsRecord;
import smartproxy.dns.RecordType;

/** Asks the HTTP API of PowerDNS what is at a name, then has it replace or delete one record set. */
final class PowerDnsProvider implements DnsProvider, Lifecycle {
    // Both may be sent again: a set is replaced as a whole, and what is gone already is ABSENT.
    private static final Operation CREATE = Operation.repeatable("create");
    private static final Operation REMOVE = Operation.repeatable("remove");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final PowerDnsSettings settings;
    private final Backend backend;
    private final ReentrantLock turn = new ReentrantLock(true);
    private volatile HttpClient http;

    PowerDnsProvider(PowerDnsSettings settings, Backend backend) {
        this.settings = settings;
        this.backend = backend;
    }

    @Override
    public void start() {
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @Override
    public void close() {
        http = null; // its threads end when it is collected
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
                .orElseThrow(() -> BackendException.rejected(backend.name() + ": PowerDNS at " + settings.url()
                        + " serves no zone for " + name + "; create the zone there"));
    }

    private Optional<String> findZone(String name, Deadline attempt) throws IOException, InterruptedException {
        var longest = Optional.<String>empty();
        for (var zone : get("?dnssec=false", attempt)) {
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
        for (var set : get("/" + zone + "?rrset_name=" + wanted, attempt).path("rrsets")) {
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

    private JsonNode get(String path, Deadline attempt) throws IOException, InterruptedException {
        var answer = send(request(path).GET().build(), attempt);
        if (answer.statusCode() != 200) {
            throw refused("reading", answer);
        }
        try {
            return JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            throw refused("reading, no JSON,", answer);
        }
    }

    private void change(String zone, Map<String, Object> set, Deadline attempt)
            throws IOException, InterruptedException {
        var body = JSON.writeValueAsString(Map.of("rrsets", List.of(set)));
        var request = request("/" + zone)
                .method("PATCH", BodyPublishers.ofString(body))
                .build();
        // changes that meet in its database are answered 500
        if (!turn.tryLock(attempt.leftMillis(), TimeUnit.MILLISECONDS)) {
            throw new SocketTimeoutException("other changes have not ended in time");
        }
        HttpResponse<String> answer;
        try {
            answer = send(request, attempt);
        } catch (ConnectException e) {
            throw e; // nothing was sent
        } catch (IOException e) {
            throw new OutcomeUnknownException(e);
        } finally {
            turn.unlock();
        }
        if (answer.statusCode() != 204) {
            throw refused("change of " + set.get("name") + " " + set.get("type"), answer);
        }
    }

    /** PowerDNS answered, and the answer is no: nothing was changed, and trying again would not help. */
    private BackendException refused(String what, HttpResponse<String> answer) {
        var text = answer.body().strip();
        return BackendException.rejected(backend.name() + ": " + what + " at " + settings.url() + ": status "
                + answer.statusCode() + " " + text.substring(0, Math.min(200, text.length()))
                + (answer.statusCode() == 401 ? "; check powerdns_key" : ""));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(settings.url() + "/api/v1/servers/localhost/zones" + path))
                .header("X-API-Key", settings.key().reveal())
                .header("Content-Type", "application/json");
    }

    /** One exchange within the attempt's time. */
    private HttpResponse<String> send(HttpRequest request, Deadline attempt) throws IOException, InterruptedException {
        var exchange = http.sendAsync(request, BodyHandlers.ofString());
        try {
            return exchange.get(Math.max(1, attempt.leftMillis()), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("no answer in time");
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException failure ? failure : new IOException(e.getCause());
        } finally {
            exchange.cancel(true);
        }
    }

    private static String dotted(String name) {
        return name.endsWith(".") ? name : name + ".";
    }

    private static String undotted(String data) {
        return data.endsWith(".") ? data.substring(0, data.length() - 1) : data;
    }
}
