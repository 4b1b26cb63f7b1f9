package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dns.LabBind;

/** A BIND that hangs, is away or says no, behind the daemon. */
@Timeout(300)
class FrozenBindIT {
    private static final int PERMITS = 16;
    private static final int REQUESTS = 200;
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private LabBind bind;
    private Site site;

    @BeforeEach
    void install() {
        bind = LabBind.start(directory.resolve("bind"));
        site = Site.in(directory).nsupdate(bind.port(), bind.key("sha256"), ":backend_permits: " + PERMITS);
    }

    @AfterEach
    void stop() {
        bind.close();
    }

    @Test
    void aFrozenServerTakesItsPermitsAndNothingElse() throws Exception {
        // the waiting ones must still wait when all others have been answered
        site.set("request_deadline", "50");
        try (var daemon = site.start()) {
            var foreman = site.foreman();
            bind.freeze();
            var answers = IntStream.range(0, REQUESTS)
                    .mapToObj(i -> foreman.createLater("f" + i + ".example.com", "192.0.2." + (i + 1), "A"))
                    .toList();

            await().atMost(WATCHDOG).until(() -> done(answers).size() == REQUESTS - PERMITS);
            for (var refused : done(answers)) {
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.body()).contains("dns_nsupdate: all 16 permits are taken", "nothing was changed");
                assertThat(refused.headers().firstValue("Retry-After")).contains("1");
            }
            assertThat(foreman.get("/features").body()).isEqualTo("[\"dns\",\"logs\"]");
            assertThat(foreman.get("/health/live").statusCode()).isEqualTo(200);
            assertThat(foreman.json("/health")
                            .path("backends")
                            .path("dns_nsupdate")
                            .path("detail")
                            .asText())
                    .isEqualTo("16 of 16 permits in use");
            assertThat(done(answers)).hasSize(REQUESTS - PERMITS);

            bind.thaw();
            await().atMost(WATCHDOG).until(() -> done(answers).size() == REQUESTS);
            for (var i = 0; i < REQUESTS; i++) {
                assertThat(bind.read("f" + i + ".example.com", "A"))
                        .isEqualTo(
                                answers.get(i).join().statusCode() == 200 ? List.of("192.0.2." + (i + 1)) : List.of());
            }
            assertThat(done(answers).stream().filter(answer -> answer.statusCode() == 200))
                    .hasSize(PERMITS);
            await().atMost(WATCHDOG).until(() -> foreman.unsettled().equals("none"));
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    @Test
    void aChangeSentToAServerThatFreezesIsSettledWhenItIsBack() throws Exception {
        site.set("request_deadline", "3");
        try (var daemon = site.start()) {
            var foreman = site.foreman();
            var number = leaveUnsettled(foreman);
            assertThat(foreman.unsettled()).startsWith("1 ");

            bind.thaw();
            await().atMost(WATCHDOG).until(() -> foreman.unsettled().equals("none"));
            var applied = bind.read("late" + number + ".example.com", "A").equals(List.of("192.0.2.2"));
            assertThat(site.log())
                    .contains("creation of late" + number + ".example.com A 192.0.2.2, whose outcome was unknown, was "
                            + (applied ? "applied" : "not applied"));
            assertThat(foreman.create("late" + number + ".example.com", "192.0.2.2", "A")
                            .statusCode())
                    .isEqualTo(200);
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    /** The next generation of the module knows what the one before was not answered, and waits for it. */
    @Test
    void anUnsettledChangeOutlivesAReloadOfTheDnsSettings() throws Exception {
        site.set("request_deadline", "3");
        try (var daemon = site.start()) {
            var foreman = site.foreman();
            var number = leaveUnsettled(foreman);

            site.nsupdate(bind.port(), bind.key("sha512"), ":backend_permits: 7");
            daemon.signal("HUP");
            await().atMost(WATCHDOG).until(() -> site.log().contains("Reloaded "));
            await().atMost(WATCHDOG)
                    .until(() -> foreman.json("/health")
                            .path("backends")
                            .path("dns_nsupdate")
                            .path("detail")
                            .asText()
                            .equals("0 of 7 permits in use"));
            assertThat(foreman.unsettled()).startsWith("1 ");

            bind.thaw();
            // Foreman takes back what it was told is unknown
            await().atMost(WATCHDOG)
                    .until(() -> foreman.delete("/dns/late" + number + ".example.com/A")
                                    .statusCode()
                            < 500);
            assertThat(site.log())
                    .containsPattern("creation of late" + number
                            + "\\.example\\.com A 192\\.0\\.2\\.2, whose outcome was unknown, was (not )?applied");
            assertThat(foreman.unsettled()).isEqualTo("none");
            assertThat(bind.read("late" + number + ".example.com", "A")).isEmpty();
            assertThat(site.log()).doesNotContain("stopped while the outcome");
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    /** @return N of lateN.example.com, whose creation is unsettled; the server is frozen */
    private int leaveUnsettled(ApiClient foreman) {
        // An update is only sent to a server that has just been heard of, else the question before it is what
        // waits.
        HttpResponse<String> unanswered = null;
        var number = 0;
        while (unanswered == null || !unanswered.body().contains("unknown whether")) {
            assertThat(number).as(() -> site.log()).isLessThan(10);
            bind.thaw();
            await().atMost(WATCHDOG).until(() -> foreman.unsettled().equals("none"));
            var heard = ++number;
            await().atMost(WATCHDOG)
                    .until(() -> foreman.create("heard" + heard + ".example.com", "192.0.2.1", "A")
                                    .statusCode()
                            == 200);
            bind.freeze();
            unanswered = foreman.create("late" + number + ".example.com", "192.0.2.2", "A");
            assertThat(unanswered.statusCode()).isEqualTo(504);
        }
        return number;
    }

    @Test
    void aServerThatIsAwayIs503() throws Exception {
        try (var daemon = site.start()) {
            bind.stop();

            var created = site.foreman().create("away.example.com", "192.0.2.1", "A");
            var removed = site.foreman().delete("/dns/away.example.com/A");

            for (var answer : List.of(created, removed)) {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
                assertThat(answer.body())
                        .contains("dns_nsupdate: ", "127.0.0.1", Integer.toString(bind.port()), "nothing was changed");
                assertThat(answer.headers().firstValue("Retry-After")).contains("5");
            }
            assertThat(site.foreman()
                            .json("/v2/features")
                            .path("dns")
                            .path("state")
                            .asText())
                    .isEqualTo("running");

            bind.restart();
            await().atMost(WATCHDOG)
                    .until(() -> site.foreman()
                                    .create("away.example.com", "192.0.2.1", "A")
                                    .statusCode()
                            == 200);
            assertThat(bind.read("away.example.com", "A")).containsExactly("192.0.2.1");
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    @Test
    void aRefusalIs502AndNamesZoneServerAndKey() throws Exception {
        var wrong = Files.writeString(
                directory.resolve("wrong.key"),
                Files.readString(bind.key("sha256"))
                        .replaceAll("secret \"[^\"]*\"", "secret \"d3Jvbmd3cm9uZ3dyb25nd3Jvbmc=\""));
        site.nsupdate(bind.port(), wrong);

        try (var daemon = site.start()) {
            var created = site.foreman().create("signed.example.com", "192.0.2.1", "A");
            assertThat(created.statusCode()).isEqualTo(502);
            assertThat(created.body()).contains("127.0.0.1:" + bind.port(), "sha256", "BADSIG");
            assertThat(created.body()).doesNotContain("d3Jvbmd3cm9uZ3dyb25nd3Jvbmc");
            assertThat(bind.read("signed.example.com", "A")).isEmpty();

            // with the right key again, by a reload
            site.nsupdate(bind.port(), bind.key("sha256"));
            daemon.signal("HUP");
            await().atMost(WATCHDOG)
                    .until(() -> site.foreman()
                                    .create("signed.example.com", "192.0.2.1", "A")
                                    .statusCode()
                            == 200);

            for (var answer : List.of(
                    site.foreman().create("www.unknown.example.org", "192.0.2.1", "A"),
                    site.foreman().delete("/dns/www.unknown.example.org/A"))) {
                assertThat(answer.statusCode()).isEqualTo(502);
                assertThat(answer.body()).contains("www.unknown.example.org", "127.0.0.1:" + bind.port(), "zone");
            }
            for (var answer : List.of(
                    site.foreman().create("new.locked.example.net", "192.0.2.1", "A"),
                    site.foreman().delete("/dns/there.locked.example.net/A"))) {
                assertThat(answer.statusCode()).isEqualTo(502);
                assertThat(answer.body())
                        .contains("zone locked.example.net", "127.0.0.1:" + bind.port(), "sha256", "REFUSED");
            }
            assertThat(bind.transfer("locked.example.net")).hasSize(2).anyMatch(line -> line.endsWith("192.0.2.99"));
        }
    }

    private static List<HttpResponse<String>> done(List<CompletableFuture<HttpResponse<String>>> answers) {
        return answers.stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
    }
}
