package smartproxy.pulp.pulp3;

import static smartproxy.pulp.pulp3.Pulp3Api.lastPart;
import static smartproxy.pulp.pulp3.Pulp3Api.with;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.NewUnit;
import smartproxy.pulp.content.Upload;

/** Files on their way into a Pulp, and the artifacts that become of them. */
final class Uploads {
    /** Of a request to Pulp, which also has a form around it. */
    static final int PART = 960 << 10;

    /** Pulp lists them all with each upload; a file of 16 GiB that comes 4 MiB at a time has 20480. */
    static final int MOST_PARTS = 25_000;

    private static final Operation BEGIN = Operation.once("begin upload");
    private static final Operation FIND = Operation.repeatable("find upload");
    /** What Pulp has from the same byte on is replaced. */
    private static final Operation ADD = Operation.repeatable("upload");

    private static final Operation DROP = Operation.repeatable("drop upload");
    private static final Operation COMMIT = Operation.once("commit upload");
    private static final Operation FIND_ARTIFACT = Operation.repeatable("find artifact");

    private static final String UPLOADS = "uploads/";

    private final Pulp3Api api;

    Uploads(Pulp3Api api) {
        this.api = api;
    }

    private static String at(String id) {
        return UPLOADS + id + "/";
    }

    Upload begin(long size, Deadline deadline) {
        var made = api.post(BEGIN, UPLOADS, Map.of("size", size), deadline);
        return new Upload(lastPart(made.path("pulp_href").asText()), size, 0);
    }

    private Optional<JsonNode> find(String id, Deadline deadline) {
        return id.matches("[0-9a-fA-F-]{1,64}") ? api.find(FIND, at(id), deadline) : Optional.empty();
    }

    Optional<Upload> upload(String id, Deadline deadline) {
        return find(id, deadline).map(found -> new Upload(id, found.path("size").asLong(), received(found)));
    }

    /** As far as parts follow one another. */
    private static long received(JsonNode upload) {
        var parts = new TreeMap<Long, Long>();
        upload.path("chunks")
                .forEach(part -> parts.put(
                        part.path("offset").asLong(), part.path("size").asLong()));
        if (parts.size() > MOST_PARTS) {
            throw CallerException.badRequest(
                    "The file comes in more than " + MOST_PARTS + " parts: begin anew, with parts of some megabytes");
        }
        var received = 0L;
        for (var part : parts.entrySet()) {
            if (part.getKey() != received) {
                break;
            }
            received += part.getValue();
        }
        return received;
    }

    Upload add(Upload upload, byte[] octets, int from, Deadline deadline) {
        var received = upload.received();
        for (var at = from; at < octets.length; at += PART) {
            var length = Math.min(PART, octets.length - at);
            var range = "bytes " + received + "-" + (received + length - 1) + "/" + upload.size();
            api.putFile(ADD, at(upload.id()), range, octets, at, length, deadline);
            received += length;
        }
        return new Upload(upload.id(), upload.size(), received);
    }

    Change drop(String id, Deadline deadline) {
        return find(id, deadline).isEmpty() ? Change.NONE : api.delete(DROP, at(id), deadline);
    }

    /** The address of the artifact with that checksum. */
    Optional<String> artifact(String sha256, Deadline deadline) {
        return api.first(FIND_ARTIFACT, "artifacts/", deadline, with("sha256", sha256))
                .map(artifact -> artifact.path("pulp_href").asText());
    }

    /** What Pulp has already, it would refuse. */
    Change keep(NewUnit unit, Deadline deadline) {
        if (artifact(unit.sha256(), deadline).isPresent()) {
            var unused = drop(unit.upload(), deadline);
            return Change.NONE;
        }
        return api.begin(COMMIT, at(unit.upload()) + "commit/", Map.of("sha256", unit.sha256()), deadline);
    }
}
