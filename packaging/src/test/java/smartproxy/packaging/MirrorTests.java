package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.packaging.MirrorLab.Source;

/** One real Pulp becomes the mirror of another, by a daemon that is killed in the midst of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MirrorTests {
    private static final int AT_ONCE = 4;

    private final int count;
    private MirrorLab lab;
    private DaemonProcess daemon;

    /** @param count of repositories, of rpm, file and container by turns */
    MirrorTests(int count) {
        this.count = count;
    }

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        lab = MirrorLab.start(directory, count);
    }

    @AfterAll
    void stop() throws Exception {
        lab.close();
    }

    @BeforeEach
    void launch() {
        daemon = lab.site().start();
    }

    MirrorLab lab() {
        return lab;
    }

    DaemonProcess daemon() {
        return daemon;
    }

    @AfterEach
    void end() throws Exception {
        daemon.close();
    }

    private static String allNew(Source source) {
        return source.name() + " completed [\"create repository\",\"create remote\",\"sync\","
                + (source.type().equals("container") ? "" : "\"publish\",") + "\"distribute\"]";
    }

    private List<String> allNew() {
        return lab.sources().stream().map(MirrorTests::allNew).toList();
    }

    /** Nothing is there; and a mirror of all begins, until as many as there are at once wait for the first Pulp's content or for one another. */
    String begunAndHanging() throws Exception {
        lab.ended(lab.begin(lab.wanted(List.of())));
        assertThat(lab.count("repositories/")).isZero();
        lab.first().signal("content", "STOP");
        var job = lab.begin(lab.wanted(lab.sources()));
        lab.awaitTasks(AT_ONCE);
        return job;
    }

    /** All is there, once, and a second run finds nothing to do. */
    void assertWhole(String job) throws Exception {
        var ended = lab.ended(job);
        assertThat(MirrorLab.told(ended)).as(() -> lab.site().log()).isEqualTo(allNew());
        assertThat(ended.path("state").asText()).isEqualTo("completed");
        assertOnce();
        var again = lab.ended(lab.begin(lab.wanted(lab.sources())));
        assertThat(MirrorLab.told(again)).allMatch(item -> item.endsWith(" completed []"));
        assertOnce();
    }

    private void assertOnce() throws Exception {
        assertThat(lab.count("repositories/")).isEqualTo(count);
        assertThat(lab.count("remotes/")).isEqualTo(count);
        // Pulp itself has one more
        assertThat(lab.count("distributions/?pulp_label_select=smart_proxy_managed=mirror"))
                .isEqualTo(count);
        var published = lab.sources().stream().filter(one -> !one.type().equals("container"));
        assertThat((long) lab.count("publications/")).isEqualTo(published.count());
        // each has an empty one, too
        assertThat(lab.count("repository_versions/")).isEqualTo(count * 2);
    }

    @Test
    void aKilledDaemonGoesOn() throws Exception {
        var job = begunAndHanging();
        daemon.kill();
        lab.first().signal("content", "CONT");
        launch();
        assertWhole(job);
        assertServedAsAtTheSource();
    }

    /** The repositories of the first come from these files. */
    private void assertServedAsAtTheSource() throws Exception {
        var files = lab.first().imports().resolve("sources");
        for (var source : lab.sources()) {
            switch (source.type()) {
                case "rpm" -> {
                    for (var number = 1; number <= 3; number++) {
                        var name = "lab-p" + number + "-1." + number + "-1.noarch.rpm";
                        var served = lab.served("/pulp/content/" + source.name() + "/Packages/l/" + name);
                        assertThat(sha256(served)).isEqualTo(sha256(Files.readAllBytes(files.resolve("rpm/" + name))));
                    }
                }
                case "file" -> {
                    for (var name : List.of("1.txt", "2.txt", "3.txt")) {
                        var served = lab.served("/pulp/content/" + source.name() + "/" + name);
                        assertThat(sha256(served)).isEqualTo(sha256(Files.readAllBytes(files.resolve("file/" + name))));
                    }
                }
                default -> assertBlobs(source.name(), files.resolve("image/blobs/sha256"));
            }
        }
    }

    private void assertBlobs(String image, Path blobs) throws Exception {
        var token = MirrorLab.tree(new String(
                        lab.served("/token/?service=127.0.0.1:" + lab.site().port() + "&scope=repository:" + image
                                + ":pull"),
                        StandardCharsets.UTF_8))
                .path("token")
                .asText();
        var bearer =
                new String[] {"Authorization", "Bearer " + token, "Accept", "application/vnd.oci.image.manifest.v1+json"
                };
        var manifest = lab.served("/v2/" + image + "/manifests/latest", bearer);
        assertThat(blobs.resolve(sha256(manifest))).hasBinaryContent(manifest);
        var told = MirrorLab.tree(new String(manifest, StandardCharsets.UTF_8));
        for (var blob : List.of(told.path("config"), told.path("layers").path(0))) {
            var digest = blob.path("digest").asText();
            var served = lab.served("/v2/" + image + "/blobs/" + digest, bearer);
            assertThat("sha256:" + sha256(served)).isEqualTo(digest);
            assertThat(blobs.resolve(sha256(served))).hasBinaryContent(served);
        }
    }

    private static String sha256(byte[] octets) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(octets));
    }
}
