package smartproxy.pulp.pulp3;

import static smartproxy.pulp.pulp3.Pulp3Api.with;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Operation;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.NewUnit;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.UnitChoice;
import smartproxy.pulp.content.UnitCopy;
import smartproxy.pulp.content.UnitQuery;

/** What is in repositories. */
final class Units {
    private static final Operation VERSIONS = Operation.repeatable("read versions");
    private static final Operation LIST = Operation.repeatable("list units");
    private static final Operation COPY = Operation.once("copy units");
    private static final Operation REMOVE = Operation.once("remove units");
    private static final Operation IMPORT = Operation.once("import unit");

    /** Of units, which may have a hundred kilobytes of these each. */
    private static final String LONG_FIELDS =
            "changelogs,files,provides,requires,conflicts,obsoletes,suggests,enhances,recommends,supplements";

    /** Parameters that are no filters of units, or not for the caller to set. */
    private static final Set<String> NO_FILTERS = Set.of(
            "limit",
            "offset",
            "page_size",
            "fields",
            "exclude_fields",
            "minimal",
            "format",
            "ordering",
            "repository_version",
            "repository_version_added",
            "repository_version_removed");

    private static final Pattern FILTER = Pattern.compile("[A-Za-z]\\w{0,63}");
    private static final Pattern HREF = Pattern.compile("(/[\\w-]+){1,8}/content/[a-z_]+/[a-z_]+/[0-9a-f-]{36}/");

    /** Units of which Pulp takes the names, where it cannot copy a whole version itself. */
    static final int MOST_COPIED = 10_000;

    private static final int PAGE = 2_000;

    /** Types for which Pulp copies with dependencies, and where. */
    private static final Map<ContentType, String> COPIES =
            Map.of(ContentType.RPM, "rpm/copy/", ContentType.DEB, "deb/copy/");

    /** Where units are made of files. */
    private static final Map<ContentType, String> FILES = new EnumMap<>(Map.of(
            ContentType.RPM, "content/rpm/packages/",
            ContentType.FILE, "content/file/files/",
            ContentType.DEB, "content/deb/packages/",
            ContentType.ANSIBLE, "content/ansible/collection_versions/",
            ContentType.PYTHON, "content/python/packages/"));

    private final Pulp3Api api;
    private final Uploads uploads;

    Units(Pulp3Api api, Uploads uploads) {
        this.api = api;
        this.uploads = uploads;
    }

    Page<String> units(Repository repository, UnitQuery query, Page.Window window, Deadline deadline) {
        var number = query.version().orElse(repository.version());
        var version = api.find(VERSIONS, Repositories.version(repository, number), deadline)
                .orElseThrow(() -> Repositories.noVersion(repository, number));
        var address = version.path("content_summary")
                .path("present")
                .path(query.type())
                .path("href")
                .asText("");
        var end = address.indexOf('?');
        if (end < 0) {
            return new Page<>(List.of(), 0);
        }
        var parameters = new ArrayList<>(List.of(
                with("repository_version", version.path("pulp_href").asText()),
                with("exclude_fields", LONG_FIELDS),
                with("offset", window.offset()),
                with("limit", window.limit())));
        query.filters().forEach((name, value) -> {
            if (!FILTER.matcher(name).matches() || NO_FILTERS.contains(name)) {
                throw CallerException.badRequest("Units have no filter '" + name + "'");
            }
            parameters.add(with(name, value));
        });
        var found = api.get(LIST, address.substring(0, end), deadline, parameters.toArray(Pulp3Api.Parameter[]::new));
        var units = new ArrayList<String>();
        found.path("results").forEach(one -> units.add(one.toString()));
        return new Page<>(units, found.path("count").asLong());
    }

    Change copy(Repository from, Repository to, UnitCopy how, Deadline deadline) {
        var source = Repositories.version(from, how.version().orElse(from.version()));
        var ids = checked(how.units());
        var copies = COPIES.get(to.type());
        if (copies != null) {
            var one = new LinkedHashMap<String, Object>();
            one.put("source_repo_version", source);
            one.put("dest_repo", to.id());
            if (!how.units().isAll()) {
                one.put("content", ids);
            }
            // read for its check
            how.base()
                    .ifPresent(base -> one.put(
                            "dest_base_version", Integer.valueOf(Pulp3Api.lastPart(Repositories.version(to, base)))));
            return api.begin(
                    COPY, copies, Map.of("config", List.of(one), "dependency_solving", how.dependencies()), deadline);
        }
        if (how.dependencies()) {
            throw CallerException.badRequest("Units of type " + to.type() + " have no dependencies that Pulp knows");
        }
        var units = how.units().isAll() ? all(source, deadline) : ids;
        if (units.isEmpty()) {
            return Change.NONE;
        }
        if (to.type() == ContentType.CONTAINER) {
            if (how.base().isPresent()) {
                throw CallerException.badRequest("Units of type container are added to the current version alone");
            }
            return api.begin(COPY, to.id() + "add/", Map.of("content_units", units), deadline);
        }
        var body = new LinkedHashMap<String, Object>();
        body.put("add_content_units", units);
        how.base().ifPresent(base -> body.put("base_version", Repositories.version(to, base)));
        return api.begin(COPY, to.id() + "modify/", body, deadline);
    }

    private static List<String> checked(UnitChoice units) {
        units.ids().stream()
                .filter(id -> !HREF.matcher(id).matches())
                .findFirst()
                .ifPresent(id -> {
                    throw CallerException.badRequest(
                            "A unit is named by its pulp_href, as the list of units shows it, not '" + Pulp3Api.line(id)
                                    + "'");
                });
        return units.ids();
    }

    /** The addresses of all units of a version. */
    private List<String> all(String version, Deadline deadline) {
        var units = new ArrayList<String>();
        while (true) {
            var found = api.get(
                    LIST,
                    "content/",
                    deadline,
                    with("repository_version", version),
                    with("fields", "pulp_href"),
                    with("ordering", "pk"),
                    with("offset", units.size()),
                    with("limit", PAGE));
            var count = found.path("count").asLong();
            if (count > MOST_COPIED) {
                throw CallerException.badRequest(
                        "There are " + count + " units, more than the " + MOST_COPIED + " that can be copied at once");
            }
            found.path("results").forEach(one -> units.add(one.path("pulp_href").asText()));
            if (units.size() >= count || found.path("results").isEmpty()) {
                return units;
            }
        }
    }

    Change remove(Repository repository, UnitChoice units, Deadline deadline) {
        var ids = units.isAll() ? List.of("*") : checked(units);
        return repository.type() == ContentType.CONTAINER
                ? api.begin(REMOVE, repository.id() + "remove/", Map.of("content_units", ids), deadline)
                : api.begin(REMOVE, repository.id() + "modify/", Map.of("remove_content_units", ids), deadline);
    }

    /**
     * Where units of a repository are made of files.
     *
     * @throws CallerException 400 when they are not, or not with these options
     */
    static String filesOf(Repository repository, NewUnit unit) {
        var files = FILES.get(repository.type());
        if (files == null) {
            throw CallerException.badRequest("Repositories of type " + repository.type() + " take no files"
                    + (repository.type() == ContentType.CONTAINER ? "; push images to the registry" : ""));
        }
        var known = repository.type() == ContentType.DEB ? Set.of("distribution", "component") : Set.<String>of();
        var unknown = new TreeSet<>(unit.options().keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw CallerException.badRequest("A unit of type " + repository.type() + " does not know the option "
                    + unknown.first() + "; known are "
                    + (known.isEmpty() ? "none" : String.join(", ", new TreeSet<>(known))));
        }
        return files;
    }

    Change importUnit(Repository repository, NewUnit unit, Deadline deadline) {
        var files = filesOf(repository, unit);
        var body = new LinkedHashMap<String, Object>(unit.options());
        body.put(
                "artifact",
                uploads.artifact(unit.sha256(), deadline)
                        .orElseThrow(() -> CallerException.conflict(
                                "Pulp has no file with the SHA-256 checksum " + unit.sha256() + " any more")));
        body.put("relative_path", unit.path());
        body.put("repository", repository.id());
        return api.begin(IMPORT, files, body, deadline);
    }
}
