package smartproxy.pulp.pulp3;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import smartproxy.pulp.content.ContentType;

/**
 * Where Pulp 3 keeps what belongs to a type of repository.
 *
 * @param repositories below {@code repositories/}
 * @param remotes below {@code remotes/}
 * @param publications below {@code publications/}; empty: versions are served as they are
 * @param distributions below {@code distributions/}
 * @param hasPolicy whether its remotes know when files are downloaded
 * @param options of its remotes besides those of all
 * @param knowsOptimize whether a sync may be told to look at everything anew
 */
record Pulp3Type(
        ContentType type,
        String repositories,
        String remotes,
        Optional<String> publications,
        String distributions,
        boolean hasPolicy,
        Set<String> options,
        boolean knowsOptimize) {
    private static final Map<ContentType, Pulp3Type> ALL = new EnumMap<>(ContentType.class);

    static {
        add(ContentType.RPM, "rpm/rpm", "rpm/rpm", "rpm/rpm", "rpm/rpm", true, true, "sles_auth_token");
        add(ContentType.FILE, "file/file", "file/file", "file/file", "file/file", true, true);
        // what upstream has signed stays as it is
        add(
                ContentType.DEB,
                "deb/apt",
                "deb/apt",
                "deb/verbatim",
                "deb/apt",
                true,
                true,
                "distributions",
                "components",
                "architectures",
                "gpgkey");
        add(
                ContentType.CONTAINER,
                "container/container",
                "container/container",
                null,
                "container/container",
                true,
                false,
                "upstream_name",
                "include_tags",
                "exclude_tags");
        add(
                ContentType.ANSIBLE,
                "ansible/ansible",
                "ansible/collection",
                null,
                "ansible/ansible",
                false,
                true,
                "requirements_file",
                "auth_url",
                "token",
                "sync_dependencies");
        add(
                ContentType.PYTHON,
                "python/python",
                "python/python",
                "python/pypi",
                "python/pypi",
                true,
                false,
                "includes",
                "excludes",
                "package_types",
                "keep_latest_packages");
        add(
                ContentType.OSTREE,
                "ostree/ostree",
                "ostree/ostree",
                null,
                "ostree/ostree",
                true,
                false,
                "include_refs",
                "exclude_refs",
                "depth");
    }

    private static void add(
            ContentType type,
            String repositories,
            String remotes,
            @org.jspecify.annotations.Nullable String publications,
            String distributions,
            boolean hasPolicy,
            boolean knowsOptimize,
            String... options) {
        ALL.put(
                type,
                new Pulp3Type(
                        type,
                        repositories,
                        remotes,
                        Optional.ofNullable(publications),
                        distributions,
                        hasPolicy,
                        Set.of(options),
                        knowsOptimize));
    }

    static Pulp3Type of(ContentType type) {
        var found = ALL.get(type);
        if (found == null) {
            throw new IllegalStateException("no such type: " + type);
        }
        return found;
    }

    /** The type of a repository's or distribution's address: {@code /pulp/api/v3/repositories/rpm/rpm/…/}. */
    static Optional<Pulp3Type> ofHref(String href) {
        return ALL.values().stream()
                .filter(one -> href.contains("/repositories/" + one.repositories + "/"))
                .findFirst();
    }
}
