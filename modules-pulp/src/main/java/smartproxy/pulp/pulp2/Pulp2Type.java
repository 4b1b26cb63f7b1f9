package smartproxy.pulp.pulp2;

import java.util.Arrays;
import java.util.Optional;
import smartproxy.pulp.content.ContentType;

/** What Pulp 2 has for a type of repository. */
enum Pulp2Type {
    RPM(ContentType.RPM, "rpm-repo", "yum_importer", "yum_distributor", "relative_url", true, true),
    FILE(ContentType.FILE, "iso-repo", "iso_importer", "iso_distributor", "relative_url", true, true),
    DEB(ContentType.DEB, "deb-repo", "deb_importer", "deb_distributor", "relative_url", false, true),
    CONTAINER(
            ContentType.CONTAINER,
            "docker-repo",
            "docker_importer",
            "docker_distributor_web",
            "repo-registry-id",
            false,
            false),
    OSTREE(
            ContentType.OSTREE,
            "OSTREE",
            "ostree_web_importer",
            "ostree_web_distributor",
            "relative_path",
            false,
            false);

    private final ContentType type;
    private final String note;
    private final String importer;
    private final String distributor;
    private final String path;
    private final boolean hasPolicy;
    private final boolean removesMissing;

    Pulp2Type(
            ContentType type,
            String note,
            String importer,
            String distributor,
            String path,
            boolean hasPolicy,
            boolean removesMissing) {
        this.type = type;
        this.note = note;
        this.importer = importer;
        this.distributor = distributor;
        this.path = path;
        this.hasPolicy = hasPolicy;
        this.removesMissing = removesMissing;
    }

    static Optional<Pulp2Type> of(ContentType type) {
        return Arrays.stream(values()).filter(one -> one.type == type).findFirst();
    }

    static Optional<Pulp2Type> ofNote(String note) {
        return Arrays.stream(values()).filter(one -> one.note.equals(note)).findFirst();
    }

    static Optional<Pulp2Type> ofImporter(String importer) {
        return Arrays.stream(values())
                .filter(one -> one.importer.equals(importer))
                .findFirst();
    }

    ContentType type() {
        return type;
    }

    /** In the note {@code _repo-type} of a repository, as Pulp's own client and Katello set it. */
    String note() {
        return note;
    }

    /** Type of its importer. */
    String importer() {
        return importer;
    }

    /** Type of the distributor that serves it, and the id of one that is made here. */
    String distributor() {
        return distributor;
    }

    /** Key of a distributor's configuration: where it is served. */
    String path() {
        return path;
    }

    /** Whether its importer knows when files are downloaded. */
    boolean hasPolicy() {
        return hasPolicy;
    }

    /** Whether its importer removes what upstream no longer has. */
    boolean removesMissing() {
        return removesMissing;
    }
}
