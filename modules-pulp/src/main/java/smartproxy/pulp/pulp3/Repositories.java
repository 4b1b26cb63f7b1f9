package smartproxy.pulp.pulp3;

import static smartproxy.pulp.pulp3.Pulp3Api.with;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.Version;

/** Repositories and their versions. */
final class Repositories {
    private static final Operation LIST = Operation.repeatable("list repositories");
    private static final Operation FIND = Operation.repeatable("find repository");
    private static final Operation CREATE = Operation.once("create repository");
    private static final Operation UPDATE = Operation.once("update repository");
    private static final Operation REMOVE = Operation.once("remove repository");
    private static final Operation VERSIONS = Operation.repeatable("read versions");
    private static final Operation REMOVE_VERSION = Operation.once("remove version");

    private final Pulp3Api api;
    private final Status status;

    Repositories(Pulp3Api api, Status status) {
        this.api = api;
        this.status = status;
    }

    Page<Repository> repositories(
            Optional<ContentType> type, List<String> names, Page.Window window, Deadline deadline) {
        type.ifPresent(one -> requireType(one, deadline));
        var parameters = new ArrayList<>(
                List.of(with("ordering", "name"), with("offset", window.offset()), with("limit", window.limit())));
        if (names.size() > 1 && names.stream().anyMatch(name -> name.contains(","))) {
            throw CallerException.badRequest("A name with a comma can be asked for alone, not among others");
        }
        if (!names.isEmpty()) {
            parameters.add(names.size() == 1 ? with("name", names.get(0)) : with("name__in", String.join(",", names)));
        }
        var address = "repositories/"
                + type.map(one -> Pulp3Type.of(one).repositories() + "/").orElse("");
        var found = api.get(LIST, address, deadline, parameters.toArray(Pulp3Api.Parameter[]::new));
        var repositories = new ArrayList<Repository>();
        found.path("results").forEach(one -> repository(one).ifPresent(repositories::add));
        return new Page<>(repositories, found.path("count").asLong());
    }

    Optional<Repository> repository(String name, Deadline deadline) {
        return api.first(FIND, "repositories/", deadline, with("name", name)).flatMap(Repositories::repository);
    }

    /** Empty for a type that is not ours to know. */
    private static Optional<Repository> repository(JsonNode one) {
        var href = one.path("pulp_href").asText();
        return Pulp3Type.ofHref(href)
                .map(type -> new Repository(
                        one.path("name").asText(),
                        type.type(),
                        href,
                        one.path("description").isTextual()
                                ? one.path("description").asText()
                                : "",
                        Pulp3Api.lastPart(one.path("latest_version_href").asText("/0/")),
                        Remotes.labels(one)));
    }

    Repository create(Repository wanted, Deadline deadline) {
        var type = Pulp3Type.of(wanted.type());
        requireType(wanted.type(), deadline);
        var body = described(wanted.description(), wanted.labels());
        body.put("name", wanted.name());
        var made = api.post(CREATE, "repositories/" + type.repositories() + "/", body, deadline);
        return repository(made).orElseThrow(() -> new IllegalStateException("a repository of another type"));
    }

    Change update(Repository present, String description, Map<String, String> labels, Deadline deadline) {
        return api.patch(UPDATE, present.id(), described(description, labels), deadline);
    }

    private void requireType(ContentType type, Deadline deadline) {
        if (!status.types(deadline).contains(type)) {
            throw CallerException.badRequest("This Pulp does not know repositories of type " + type);
        }
    }

    private static Map<String, @Nullable Object> described(String description, Map<String, String> labels) {
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("description", description.isEmpty() ? null : description);
        body.put("pulp_labels", labels);
        return body;
    }

    Change remove(Repository present, Deadline deadline) {
        return api.delete(REMOVE, present.id(), deadline);
    }

    /** The address of a version. */
    static String version(Repository repository, String number) {
        if (!number.matches("[0-9]{1,9}")) {
            throw CallerException.badRequest("A version is a number, not '" + number + "'");
        }
        return repository.id() + "versions/" + number + "/";
    }

    Version counts(Repository repository, Optional<String> version, Deadline deadline) {
        var number = version.orElse(repository.version());
        return api.find(VERSIONS, version(repository, number), deadline)
                .map(Repositories::version)
                .orElseThrow(() -> noVersion(repository, number));
    }

    static CallerException noVersion(Repository repository, String number) {
        return CallerException.notFound("Repository '" + repository.name() + "' has no version " + number);
    }

    private static Version version(JsonNode one) {
        var counts = new TreeMap<String, Long>();
        one.path("content_summary")
                .path("present")
                .properties()
                .forEach(type ->
                        counts.put(type.getKey(), type.getValue().path("count").asLong()));
        return new Version(one.path("number").asText(), Tasks.time(one, "pulp_created"), counts);
    }

    Page<Version> versions(Repository repository, Page.Window window, Deadline deadline) {
        var found = api.get(
                VERSIONS,
                repository.id() + "versions/",
                deadline,
                with("ordering", "-number"),
                with("offset", window.offset()),
                with("limit", window.limit()));
        var versions = new ArrayList<Version>();
        found.path("results").forEach(one -> versions.add(version(one)));
        return new Page<>(versions, found.path("count").asLong());
    }

    Change removeVersion(Repository repository, String number, Deadline deadline) {
        var address = version(repository, number);
        if (api.find(VERSIONS, address, deadline).isEmpty()) {
            throw noVersion(repository, number);
        }
        try {
            return api.delete(REMOVE_VERSION, address, deadline);
        } catch (CallerException e) {
            throw CallerException.conflict(String.valueOf(e.getMessage()));
        }
    }
}
