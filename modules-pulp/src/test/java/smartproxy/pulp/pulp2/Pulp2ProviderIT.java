package smartproxy.pulp.pulp2;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.delete;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.github.tomakehurst.wiremock.http.Fault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.Secret;
import smartproxy.core.client.LazyPeer;
import smartproxy.core.guard.Backends;
import smartproxy.pulp.content.Change;
import smartproxy.pulp.content.ContentAbility;
import smartproxy.pulp.content.ContentType;
import smartproxy.pulp.content.FileSystemLooks;
import smartproxy.pulp.content.JobState;
import smartproxy.pulp.content.Page;
import smartproxy.pulp.content.Repository;
import smartproxy.pulp.content.ServePoint;
import smartproxy.pulp.content.SyncMode;
import smartproxy.pulp.content.Task;
import smartproxy.pulp.content.Upstream;

/** The provider pulp2 against a Pulp 2 that answers as documented. */
class Pulp2ProviderIT {
    private static final String FEED = "https://primary.example.com/pulp/repos/r1/";
    private static final Map<String, String> LABELS =
            Map.of("smart_proxy_managed", "api", "katello_orphan_cleanup", "false");

    private final FakePulp2 pulp = new FakePulp2();
    private LazyPeer peer;
    private Pulp2Provider provider;

    @BeforeEach
    void start() throws Exception {
        peer = new LazyPeer(
                "pulp2",
                HttpIdentity.of(pulp.address(), "ca_file").basic(FakePulp2.USER, new Secret(FakePulp2.PASSWORD)));
        provider = new Pulp2Provider("old", "/pulp/api/v2/", peer, Backends.guarded("pulp old"), Optional.empty());
        pulp.upstream(FEED, Map.of("rpm", 3, "erratum", 1));
    }

    @AfterEach
    void stop() {
        peer.close();
        pulp.close();
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(20));
    }

    private Repository create(String name, ContentType type) {
        return provider.create(new Repository(name, type, "", "", "", LABELS), soon());
    }

    private Repository now(String name) {
        return provider.repository(name, soon()).orElseThrow();
    }

    private static Upstream upstream(String url) {
        return new Upstream(
                URI.create(url),
                Upstream.Policy.IMMEDIATE,
                Upstream.Tls.DEFAULT,
                Upstream.Login.NONE,
                Optional.empty(),
                Map.of(),
                Map.of(),
                LABELS);
    }

    private static Upstream with(Upstream one, Map<String, Double> limits, Map<String, Object> options) {
        return new Upstream(one.url(), one.policy(), one.tls(), one.login(), one.proxy(), limits, options, LABELS);
    }

    private static ServePoint at(Repository repository, String path, boolean protect, String target) {
        return new ServePoint(repository.name(), repository.type(), path, protect, target, Optional.empty(), LABELS);
    }

    private Task done(Change change) {
        return provider.task(change.task().orElseThrow(), soon()).orElseThrow();
    }

    private void completed(Change change) {
        assertThat(done(change).state()).isEqualTo(JobState.COMPLETED);
    }

    private void isAsDocumented() {
        assertThat(pulp.complaints()).isEmpty();
    }

    @Test
    void declaresWhatPulp2Can(@TempDir Path content) {
        assertThat(provider.abilities()).isEmpty();
        var local = new Pulp2Provider("old", "/pulp/api/v2/", peer, Backends.guarded("local"), Optional.of(content));
        assertThat(local.abilities()).containsExactly(ContentAbility.STORAGE);
        assertThat(local.storage(soon()).orElseThrow().total()).isPositive();
        assertThatThrownBy(() -> provider.versions(create("r1", ContentType.RPM), Page.Window.FIRST, soon()))
                .isInstanceOf(UnsupportedOperationException.class);
        var gone = new Pulp2Provider(
                "old", "/pulp/api/v2/", peer, Backends.guarded("gone"), Optional.of(content.resolve("no")));
        assertThatThrownBy(() -> gone.storage(soon()))
                .hasMessageContaining(content.resolve("no").toString());
    }

    @Test
    void aFileSystemThatIsAwayHoldsUpNobody(@TempDir Path content) {
        var mounted = new CountDownLatch(1);
        var looks = new FileSystemLooks("storage");
        var api = new Pulp2Api("old", "/pulp/api/v2/", peer, Backends.guarded("local"));
        var status = new Status("old", api, Optional.of(content), looks);
        try {
            assertThat(status.storage(soon())).isPresent();
            // as many as can hang
            for (var hanging = 0; hanging < 4; hanging++) {
                assertThatThrownBy(() -> looks.look(
                                () -> mounted.await(5, TimeUnit.MINUTES), Deadline.in(Duration.ofMillis(50))))
                        .isInstanceOf(BackendException.class);
            }

            assertThatThrownBy(() -> status.storage(soon())).hasMessage("storage: a file system does not answer");
        } finally {
            mounted.countDown();
        }
    }

    @Test
    void tellsItsStatus() {
        var status = provider.status(soon());
        assertThat(status.online()).isTrue();
        assertThat(status.workers()).isEqualTo(1);
        assertThat(status.contentApps()).isEmpty();
        assertThat(status.database()).contains(true);
        assertThat(status.broker()).contains(true);
        assertThat(status.versions()).isEqualTo(Map.of("platform", "2.21.5"));

        pulp.namesWorkersById();
        assertThat(provider.status(soon()).online()).isTrue();
        pulp.workers().remove(0);
        assertThat(provider.status(soon()).online()).as("without a scheduler").isFalse();
        isAsDocumented();
    }

    @Test
    void knowsItsTypes() {
        assertThat(provider.types(soon()))
                .isEqualTo(Set.of(
                        ContentType.RPM, ContentType.FILE, ContentType.DEB, ContentType.CONTAINER, ContentType.OSTREE));
        assertThatThrownBy(() -> create("p", ContentType.PYTHON))
                .isInstanceOf(CallerException.class)
                .hasMessage("Pulp 2 does not know repositories of type python");
    }

    @Test
    void createsReadsChangesAndRemovesARepository() {
        assertThat(provider.repository("r1", soon())).isEmpty();
        var made = create("r1", ContentType.RPM);
        assertThat(made).isEqualTo(new Repository("r1", ContentType.RPM, "r1", "", "0_0", LABELS));
        assertThat(catchThrowableOfType(CallerException.class, () -> create("r1", ContentType.FILE)))
                .hasMessageContaining("Duplicate resource: r1")
                .extracting(CallerException::status)
                .isEqualTo(409);

        assertThat(provider.update(made, "", LABELS, soon())).isEqualTo(Change.NONE);
        assertThat(provider.update(made, "for all", Map.of("smart_proxy_managed", "mirror"), soon()))
                .isEqualTo(Change.MADE);
        assertThat(now("r1").description()).isEqualTo("for all");
        assertThat(now("r1").labels()).isEqualTo(Map.of("smart_proxy_managed", "mirror"));
        assertThat(now("r1").type()).isEqualTo(ContentType.RPM);

        completed(provider.remove(made, soon()));
        assertThat(provider.repository("r1", soon())).isEmpty();
        assertThat(provider.remove(made, soon())).isEqualTo(Change.NONE);
        isAsDocumented();
    }

    @ParameterizedTest
    @CsvSource({"a/b", "a b", "..", "ä", "a%2Fb"})
    void aNameThatPulp2CannotHaveReachesItNever(String name) {
        assertThatThrownBy(() -> create(name, ContentType.RPM))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("letters, digits");
        assertThat(provider.repository(name, soon())).isEmpty();
        assertThat(pulp.calls()).isEmpty();
    }

    @Test
    void listsRepositoriesInParts() {
        for (var name : List.of("a", "b", "c")) {
            create(name, ContentType.RPM);
        }
        create("d", ContentType.FILE);
        pulp.add("puppets", "puppet-repo");

        var all = provider.repositories(Optional.empty(), List.of(), new Page.Window(1, 2), soon());
        assertThat(all.total()).isEqualTo(4);
        assertThat(all.items()).extracting(Repository::name).containsExactly("b", "c");
        assertThat(provider.repositories(Optional.of(ContentType.FILE), List.of(), Page.Window.FIRST, soon())
                        .items())
                .extracting(Repository::name)
                .containsExactly("d");
        assertThat(provider.repositories(Optional.empty(), List.of("a", "d", "puppets"), Page.Window.FIRST, soon())
                        .items())
                .extracting(Repository::name)
                .containsExactly("a", "d");
        assertThat(provider.repositories(Optional.empty(), List.of(), new Page.Window(4, 2), soon())
                        .items())
                .isEmpty();
        isAsDocumented();
    }

    @Test
    void certificatesOfManyImportersAreRead() {
        for (var number = 0; number < 30; number++) {
            pulp.add("r" + number, "rpm-repo")
                    .withArray("importers")
                    .addObject()
                    .put("id", "yum_importer")
                    .put("importer_type_id", "yum_importer")
                    .putObject("config")
                    .put("feed", FEED)
                    .put("ssl_client_cert", "C".repeat(40_000));
        }

        assertThat(provider.upstreams(ContentType.RPM, Page.Window.FIRST, soon())
                        .total())
                .isEqualTo(30);
        assertThat(provider.repositories(Optional.empty(), List.of(), Page.Window.FIRST, soon())
                        .items())
                .hasSize(30);
    }

    @Test
    void setsReadsAndClearsAnUpstream() {
        var made = create("r1", ContentType.RPM);
        assertThat(provider.upstream(made, soon())).isEmpty();
        completed(provider.setUpstream(made, upstream(FEED), soon()));
        assertThat(provider.upstream(made, soon())).contains(upstream(FEED));
        assertThat(provider.setUpstream(made, upstream(FEED), soon())).isEqualTo(Change.NONE);

        var other = new Upstream(
                URI.create(FEED),
                Upstream.Policy.ON_DEMAND,
                new Upstream.Tls(false, "CA", "CERT", new Secret("KEY")),
                new Upstream.Login(new Secret("joe"), new Secret("pa55")),
                Optional.of(new Upstream.Proxy(
                        URI.create("http://proxy.example.com:3128"),
                        new Upstream.Login(new Secret("p"), new Secret("q")))),
                Map.of(
                        "rate_limit",
                        1000.0,
                        "download_concurrency",
                        4.0,
                        "connect_timeout",
                        5.0,
                        "sock_read_timeout",
                        6.0),
                Map.of(),
                LABELS);
        completed(provider.setUpstream(made, other, soon()));
        var read = provider.upstream(made, soon()).orElseThrow();
        assertThat(read.shown()).isEqualTo(other.shown());
        assertThat(read.hasSecrets()).isTrue();
        assertThat(read.toString()).doesNotContain("KEY", "pa55");

        completed(provider.setUpstream(made, upstream(FEED), soon()));
        assertThat(provider.upstream(made, soon())).contains(upstream(FEED));
        completed(provider.clearUpstream(made, soon()));
        assertThat(provider.upstream(made, soon())).isEmpty();
        assertThat(provider.clearUpstream(made, soon())).isEqualTo(Change.NONE);
        isAsDocumented();
    }

    @Test
    void keysGoInARequestOfTheirOwnAndBothAreFollowed() {
        var made = create("r1", ContentType.RPM);
        completed(provider.setUpstream(made, upstream(FEED), soon()));
        var keyed = new Upstream(
                URI.create(FEED + "other/"),
                Upstream.Policy.IMMEDIATE,
                new Upstream.Tls(true, "CA", "CERT", new Secret("KEY")),
                Upstream.Login.NONE,
                Optional.empty(),
                Map.of(),
                Map.of(),
                LABELS);
        pulp.bodies().clear();
        pulp.hold();
        var change = provider.setUpstream(made, keyed, soon());
        assertThat(pulp.bodies())
                .containsExactly(
                        "{\"importer_config\":{\"feed\":\"" + FEED + "other/\"}}",
                        "{\"importer_config\":{\"ssl_ca_cert\":\"CA\",\"ssl_client_cert\":\"CERT\",\"ssl_client_key\":\"KEY\"}}");
        assertThat(done(change).state()).isEqualTo(JobState.WAITING);
        pulp.release();
        completed(change);
        assertThat(provider.setUpstream(made, keyed, soon()))
                .as("keys can be compared")
                .isEqualTo(Change.NONE);
        isAsDocumented();
    }

    @Test
    void aPasswordThatCannotBeComparedIsSetAgain() {
        var made = create("r1", ContentType.RPM);
        var wanted = new Upstream(
                URI.create(FEED),
                Upstream.Policy.IMMEDIATE,
                Upstream.Tls.DEFAULT,
                new Upstream.Login(new Secret("joe"), new Secret("pa55")),
                Optional.empty(),
                Map.of(),
                Map.of(),
                LABELS);
        completed(provider.setUpstream(made, wanted, soon()));
        completed(provider.setUpstream(made, wanted, soon()));
        assertThat(pulp.bodies().get(pulp.bodies().size() - 1))
                .isEqualTo("{\"importer_config\":{\"basic_auth_password\":\"pa55\"}}");
    }

    @ParameterizedTest
    @EnumSource(
            value = ContentType.class,
            names = {"RPM", "FILE", "DEB", "CONTAINER", "OSTREE"})
    void eachTypeKeepsItsUpstreamAndItsServePoint(ContentType type) {
        var made = create("r1", type);
        var url = type == ContentType.FILE ? FEED + "PULP_MANIFEST" : FEED;
        Map<String, Object> options = switch (type) {
            case DEB -> Map.of("distributions", "stable testing", "components", "main", "architectures", "amd64 all");
            case CONTAINER -> Map.of("upstream_name", "library/busybox", "include_tags", List.of("1", "2"));
            case OSTREE -> Map.of("include_refs", List.of("a"), "depth", 2);
            default -> Map.of();
        };
        var wanted = with(upstream(url), Map.of(), options);
        completed(provider.setUpstream(made, wanted, soon()));
        assertThat(provider.upstream(made, soon())).contains(wanted);
        assertThat(provider.setUpstream(made, wanted, soon())).isEqualTo(Change.NONE);
        completed(provider.sync(made, SyncMode.MIRROR, soon()));

        made = now("r1");
        var target = provider.servable(made, soon()).orElseThrow();
        completed(provider.serve(made, at(made, "a/b", false, target), soon()));
        assertThat(provider.servePoint(made, soon())).contains(at(made, "a/b", false, target));
        assertThat(provider.serve(made, at(made, "a/b", false, target), soon())).isEqualTo(Change.NONE);
        isAsDocumented();
    }

    @Test
    void aListOfSuitesIsWrittenAsPulpReadsIt() {
        var made = create("r1", ContentType.DEB);
        var listed =
                Map.<String, Object>of("distributions", List.of("stable", "testing"), "components", "main contrib");
        completed(provider.setUpstream(made, with(upstream(FEED), Map.of(), listed), soon()));

        var config = pulp.repository("r1").path("importers").path(0).path("config");
        assertThat(config.path("releases").asText()).isEqualTo("stable,testing");
        assertThat(config.path("components").asText()).isEqualTo("main,contrib");
    }

    @Test
    void theUpstreamOfSomebodyElseIsShownWhateverItIsButForItsLogin() {
        pulp.add("theirs", "rpm-repo")
                .withArray("importers")
                .addObject()
                .put("id", "yum_importer")
                .put("importer_type_id", "yum_importer")
                .putObject("config")
                .put("feed", "https://joe:pa55@up_stream.example.com/a b/$releasever/")
                .put("proxy_host", "http://joe:pa55@proxy.example.com")
                .put("proxy_port", 3128);

        var read = provider.upstream(now("theirs"), soon()).orElseThrow();
        assertThat(read.url()).hasToString("https://up_stream.example.com/a%20b/$releasever/");
        assertThat(read.proxy().orElseThrow().url()).hasToString("http://proxy.example.com:3128");
        assertThat(read.hasSecrets()).as("it has a login").isTrue();
        assertThat(provider.upstreams(ContentType.RPM, Page.Window.FIRST, soon())
                        .items())
                .singleElement()
                .asString()
                .doesNotContain("pa55");
    }

    @Test
    void whatPulp2DoesNotKnowOfAnUpstreamIsRefused() {
        var made = create("r1", ContentType.RPM);
        assertThatThrownBy(() -> provider.setUpstream(
                        made, with(upstream(FEED), Map.of(), Map.of("sles_auth_token", "x")), soon()))
                .hasMessageContaining("sles_auth_token")
                .isInstanceOf(CallerException.class);
        assertThatThrownBy(() -> provider.setUpstream(
                        made, with(upstream(FEED), Map.of("total_timeout", 3.0), Map.of()), soon()))
                .hasMessageContaining("total_timeout")
                .isInstanceOf(CallerException.class);
        assertThatThrownBy(() -> provider.setUpstream(
                        made, with(upstream(FEED), Map.of("connect_timeout", 0.5), Map.of()), soon()))
                .hasMessageContaining("whole numbers");
        assertThatThrownBy(() -> provider.setUpstream(create("f", ContentType.FILE), upstream(FEED), soon()))
                .hasMessageContaining("PULP_MANIFEST");
        assertThatThrownBy(() -> provider.sync(made, SyncMode.MIRROR, soon()))
                .hasMessage("Repository 'r1' has no upstream");
        isAsDocumented();
    }

    private Repository served(boolean autoPublish) {
        var made = create("r1", ContentType.RPM);
        completed(provider.setUpstream(made, upstream(FEED), soon()));
        completed(provider.sync(made, SyncMode.MIRROR, soon()));
        made = now("r1");
        completed(provider.serve(made, at(made, "r1", false, made.version()), soon()));
        ((com.fasterxml.jackson.databind.node.ObjectNode)
                        pulp.repository("r1").path("distributors").path(0))
                .put("auto_publish", autoPublish);
        return now("r1");
    }

    @Test
    void aSyncThatBringsNothingNewKeepsTheVersion() {
        var synced = served(false);
        assertThat(synced.version()).isNotEqualTo("0_0");
        assertThat(provider.counts(synced, Optional.empty(), soon()).counts())
                .isEqualTo(Map.of("rpm", 3L, "erratum", 1L));
        completed(provider.sync(synced, SyncMode.MIRROR, soon()));
        assertThat(now("r1").version()).isEqualTo(synced.version());

        pulp.upstream(FEED, Map.of("rpm", 4));
        completed(provider.sync(synced, SyncMode.MIRROR, soon()));
        assertThat(now("r1").version()).isNotEqualTo(synced.version());
        assertThatThrownBy(() -> provider.counts(now("r1"), Optional.of(synced.version()), soon()))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("the one of now alone");
        isAsDocumented();
    }

    @Test
    void syncsAsAsked() {
        var made = served(false);
        pulp.bodies().clear();
        completed(
                provider.sync(made, new SyncMode(SyncMode.Mode.ADDITIVE, false, List.of("srpm", "treeinfo")), soon()));
        assertThat(pulp.bodies())
                .containsExactly("{\"override_config\":{\"remove_missing\":false,\"force_full\":true,"
                        + "\"type_skip_list\":[\"srpm\",\"distribution\"]}}");
    }

    @Test
    void newContentIsServedWhenItIsPublished() {
        var made = served(false);
        assertThat(provider.publish(made, soon())).as("it is").isEqualTo(Change.NONE);
        pulp.upstream(FEED, Map.of("rpm", 9));
        completed(provider.sync(made, SyncMode.MIRROR, soon()));
        assertThat(provider.servePoint(made, soon()).orElseThrow().target()).isEmpty();
        assertThat(provider.servable(made, soon())).isEmpty();
        completed(provider.publish(made, soon()));
        assertThat(provider.servePoint(made, soon()).orElseThrow().target())
                .isEqualTo(now("r1").version());
    }

    @Test
    void aServePointThatMovesIsPublishedAgain() {
        var made = served(false);
        var target = made.version();
        completed(provider.serve(made, at(made, "elsewhere", true, target), soon()));
        assertThat(provider.servePoint(made, soon())).contains(at(made, "elsewhere", true, target));
        assertThat(pulp.repository("r1")
                        .path("distributors")
                        .path(0)
                        .path("config")
                        .path("http")
                        .asBoolean())
                .as("protected content over http")
                .isFalse();
        assertThat(provider.servePoints(ContentType.RPM, Page.Window.FIRST, soon())
                        .items())
                .hasSize(1);
        assertThat(provider.upstreams(ContentType.RPM, Page.Window.FIRST, soon())
                        .items())
                .containsExactly(new smartproxy.pulp.content.ContentProvider.Named<>("r1", upstream(FEED)));
        completed(provider.unserve(made, soon()));
        assertThat(provider.servePoint(made, soon())).isEmpty();
        assertThat(provider.unserve(made, soon())).isEqualTo(Change.NONE);
        isAsDocumented();
    }

    @Test
    void aPathThatIsTakenAndProtectionThatIsNotThereAreRefused() {
        served(false);
        var other = create("r2", ContentType.RPM);
        assertThatThrownBy(() -> provider.serve(other, at(other, "r1", false, "0_0"), soon()))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("already in use");
        var file = create("f", ContentType.FILE);
        assertThatThrownBy(() -> provider.serve(file, at(file, "f", true, "0_0"), soon()))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("cannot protect content of type file");
    }

    @Test
    void aTaskEndsWithThoseItBegan() {
        var made = served(true);
        pulp.upstream(FEED, Map.of("rpm", 5));
        var change = provider.sync(made, SyncMode.MIRROR, soon());
        var task = done(change);
        assertThat(task.state()).isEqualTo(JobState.COMPLETED);
        assertThat(task.name()).isEqualTo("sync");
        assertThat(task.done()).isEqualTo(3);
        assertThat(task.total()).isEqualTo(3);
        assertThat(task.started()).isPresent();
        assertThat(task.finished()).isPresent();

        pulp.lastTask().put("state", "running");
        assertThat(done(change).state()).isEqualTo(JobState.RUNNING);
        FakePulp2.fail(pulp.lastTask(), "PLP0000", "No space left on device");
        assertThat(done(change).state()).isEqualTo(JobState.FAILED);
        assertThat(done(change).error()).isEqualTo("No space left on device");
        isAsDocumented();
    }

    @Test
    void tasksThatNameEachOtherEnd() {
        var change = provider.removeOrphans(Duration.ZERO, soon());
        FakePulp2.refer((ArrayNode) pulp.lastTask().path("spawned_tasks"), pulp.lastTask());
        completed(change);
    }

    @ParameterizedTest
    @CsvSource({
        "waiting,WAITING",
        "running,RUNNING",
        "suspended,RUNNING",
        "finished,COMPLETED",
        "error,FAILED",
        "canceled,CANCELED",
        "skipped,SKIPPED",
        "unheard_of,RUNNING"
    })
    void statesAreTheOnesOfAllPulps(String state, JobState expected) {
        var change = provider.removeOrphans(Duration.ZERO, soon());
        pulp.lastTask().put("state", state);
        assertThat(done(change).state()).isEqualTo(expected);
        if (!state.equals("unheard_of")) {
            assertThat(provider.tasks(Optional.of(expected), Page.Window.FIRST, soon())
                            .items())
                    .extracting(Task::id)
                    .containsExactly(change.task().orElseThrow());
        }
    }

    @Test
    void aTaskThatDoesNotGoOnSaysWhy() {
        pulp.hold();
        var change = provider.removeOrphans(Duration.ZERO, soon());
        assertThat(done(change).trouble()).isEmpty();
        pulp.holdAs("running");
        assertThat(done(change).trouble()).isEmpty();
        pulp.workers().set(2, "reserved_resource_worker-1@pulp.example.com");
        assertThat(done(change).trouble()).isEqualTo("the worker of its task is missing");
        pulp.workers().remove(2);
        assertThat(done(change).trouble()).isEqualTo("no worker of Pulp is online");
        pulp.workers().set(1, FakePulp2.WORKER);
        assertThat(done(change).trouble()).isEqualTo("the resource_manager of Pulp is not online");
    }

    @Test
    void cancelsWhatHasNotEnded() {
        pulp.hold();
        var change = provider.removeOrphans(Duration.ZERO, soon());
        provider.cancel(change.task().orElseThrow(), soon());
        assertThat(done(change).state()).isEqualTo(JobState.CANCELED);
        provider.cancel(change.task().orElseThrow(), soon());
        provider.cancel("00000000-0000-4000-8000-000000000099", soon());
        assertThat(pulp.calls().stream().filter(call -> call.startsWith("DELETE /pulp/api/v2/tasks/")))
                .hasSize(1);
        assertThat(provider.task("../status", soon())).isEmpty();
        isAsDocumented();
    }

    @Test
    void listsAndForgetsTasks() {
        for (var i = 0; i < 3; i++) {
            provider.removeOrphans(Duration.ZERO, soon());
        }
        var page = provider.tasks(Optional.empty(), new Page.Window(0, 2), soon());
        assertThat(page.items()).hasSize(2);
        assertThat(page.total()).isEqualTo(3);
        assertThatThrownBy(() -> provider.purgeTasks(Instant.now().minus(Duration.ofDays(1)), soon()))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("however long ago");
        assertThat(provider.purgeTasks(Instant.now(), soon())).isEqualTo(Change.MADE);
        assertThat(provider.tasks(Optional.empty(), Page.Window.FIRST, soon()).items())
                .isEmpty();
        isAsDocumented();
    }

    @Test
    void verifiesAndRefusesAnAgeOfOrphans() {
        completed(provider.verify(served(false), soon()));
        assertThat(pulp.bodies().get(pulp.bodies().size() - 1)).isEqualTo("{\"verify_all_units\":true}");
        assertThatThrownBy(() -> provider.removeOrphans(Duration.ofDays(1), soon()))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("minimum age of 0");
        isAsDocumented();
    }

    @Test
    void aBrokenUpstreamFailsTheTask() {
        var made = create("r1", ContentType.RPM);
        completed(provider.setUpstream(made, upstream("https://broken.example.com/"), soon()));
        var task = done(provider.sync(made, SyncMode.MIRROR, soon()));
        assertThat(task.state()).isEqualTo(JobState.FAILED);
        assertThat(task.error()).isEqualTo("Error retrieving metadata: Not found");
    }

    @ParameterizedTest
    @CsvSource({"500,REJECTED", "401,REJECTED", "503,UNAVAILABLE", "504,TIMEOUT", "301,REJECTED"})
    void errorsOfTheServerSayWhat(int status, Kind kind) {
        pulp.instead(
                any(anyUrl()),
                aResponse()
                        .withStatus(status)
                        .withHeader("Location", "https://new.example.com/")
                        .withBody("<html>"));
        var failure = catchThrowableOfType(BackendException.class, () -> provider.status(soon()));
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.getMessage()).startsWith("Pulp 'old': status: status " + status);
        assertThat(failure.getMessage()).doesNotContain(FakePulp2.PASSWORD);
    }

    @ParameterizedTest
    @CsvSource({"<html>", "[", "{}"})
    void anAnswerThatIsNoJsonIsRejected(String body) {
        pulp.instead(any(anyUrl()), aResponse().withStatus(200).withBody(body));
        var failure = catchThrowableOfType(
                BackendException.class, () -> provider.tasks(Optional.empty(), Page.Window.FIRST, soon()));
        assertThat(failure.kind()).isEqualTo(Kind.REJECTED);
        assertThat(failure.getMessage()).contains("not the JSON expected");
    }

    @ParameterizedTest
    @CsvSource({
        "200, <html>, UNKNOWN",
        "202, {}, UNKNOWN",
        "500, <html>, UNKNOWN",
        "301, <html>, NOT_APPLIED",
        "404, <html>, NOT_APPLIED"
    })
    void whetherAChangeMayBeMadeIsToldOfEachAnswer(int status, String body, Outcome outcome) {
        var made = create("r1", ContentType.RPM);
        pulp.instead(delete(anyUrl()), aResponse().withStatus(status).withBody(body));
        var failure = catchThrowableOfType(BackendException.class, () -> provider.remove(made, soon()));
        assertThat(failure.outcome()).isEqualTo(outcome);
        assertThat(failure).hasMessageStartingWith("Pulp 'old': remove repository: status " + status);
        assertThat(String.valueOf(failure.getMessage()).endsWith("; whether the change was made is unknown"))
                .isEqualTo(outcome == Outcome.UNKNOWN);
    }

    @Test
    void a404OfAnotherServerIsNoAbsence() {
        pulp.instead(any(anyUrl()), aResponse().withStatus(404).withBody("<html>no such page"));
        assertThatThrownBy(() -> provider.repository("r1", soon()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("a page in place of JSON");
    }

    @Test
    void acceptedWithoutTasksIsNotDone() {
        pulp.instead(any(anyUrl()), aResponse().withStatus(202).withBody("{\"result\":null,\"spawned_tasks\":[]}"));
        assertThatThrownBy(() -> provider.removeOrphans(Duration.ZERO, soon()))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("without tasks");
    }

    @Test
    void aPulpThatBreaksOffIsUnavailable() {
        pulp.instead(any(anyUrl()), aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER));
        var failure = catchThrowableOfType(BackendException.class, () -> provider.status(soon()));
        assertThat(failure.kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void aPulpThatHangsIsTimeout() {
        pulp.instead(any(anyUrl()), aResponse().withFixedDelay(10_000));
        var failure = catchThrowableOfType(
                BackendException.class, () -> provider.status(Deadline.in(Duration.ofMillis(500))));
        assertThat(failure.kind()).isEqualTo(Kind.TIMEOUT);
    }
}
