package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Secret;

/** What {@link ContentProvider} promises, for the test of each provider; needs a Pulp with the type {@code file} and a worker. */
public abstract class ContentContract {
    private static final Map<String, String> LABELS = Map.of("smart_proxy_managed", "kit", "another", "one");
    private static final long WATCHDOG_SECONDS = 120;

    /** Of one test: the instance of a class may serve all of them. */
    private String name = "";

    @BeforeEach
    void takeAnotherName() {
        name = "kit-" + UUID.randomUUID();
    }

    /** The provider, spoken to by all tests. */
    protected abstract ContentProvider provider();

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(60));
    }

    /** Waits until a change is made. */
    private void made(Change change) throws InterruptedException {
        if (change.task().isEmpty()) {
            return;
        }
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WATCHDOG_SECONDS);
        while (System.nanoTime() < end) {
            var task = provider().task(change.task().get(), soon()).orElseThrow();
            if (task.state().ended()) {
                assertThat(task.state()).as(task.toString()).isEqualTo(JobState.COMPLETED);
                return;
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
        throw new AssertionError("task " + change.task().get() + " does not end");
    }

    private Repository created() {
        return provider().create(new Repository(name, ContentType.FILE, "", "of the kit", "", LABELS), soon());
    }

    private static Upstream upstream(String url, Upstream.Login login) {
        return new Upstream(
                URI.create(url),
                Upstream.Policy.ON_DEMAND,
                Upstream.Tls.DEFAULT,
                login,
                Optional.empty(),
                Map.of("download_concurrency", 3.0),
                Map.of(),
                LABELS);
    }

    @Test
    void itTellsWhetherItIsWellAndWhatItKnows() {
        assertThat(provider().status(soon()).online()).isTrue();
        assertThat(provider().types(soon())).contains(ContentType.FILE);
        if (provider().abilities().contains(ContentAbility.STORAGE)) {
            assertThat(provider().storage(soon()))
                    .hasValueSatisfying(one -> assertThat(one.total()).isPositive());
        }
    }

    @Test
    void aRepositoryIsReadBackAsItWasMadeAndGoes() throws Exception {
        assertThat(provider().repository(name, soon())).isEmpty();
        var made = created();

        var read = provider().repository(name, soon()).orElseThrow();
        assertThat(read).isEqualTo(made);
        assertThat(read.type()).isEqualTo(ContentType.FILE);
        assertThat(read.description()).isEqualTo("of the kit");
        assertThat(read.labels()).isEqualTo(LABELS);
        assertThat(provider()
                        .repositories(Optional.of(ContentType.FILE), List.of(name), Page.Window.FIRST, soon())
                        .items())
                .containsExactly(read);
        assertThat(provider().counts(read, Optional.empty(), soon()).counts()).isEmpty();

        made(provider().update(read, "another", LABELS, soon()));
        assertThat(provider().repository(name, soon()).orElseThrow().description())
                .isEqualTo("another");
        made(provider().remove(read, soon()));
        assertThat(provider().repository(name, soon())).isEmpty();
        assertThat(provider().remove(read, soon())).isEqualTo(Change.NONE);
    }

    @Test
    void twoOfOneNameAreAConflict() throws Exception {
        var made = created();

        assertThatThrownBy(this::created)
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(409));
        made(provider().remove(made, soon()));
    }

    @Test
    void anUpstreamIsReadBackButForItsSecretsAndGoes() throws Exception {
        var repository = created();
        assertThat(provider().upstream(repository, soon())).isEmpty();
        var first = upstream(
                "https://up.example.com/a/PULP_MANIFEST", new Upstream.Login(new Secret("user"), new Secret("sesame")));
        made(provider().setUpstream(repository, first, soon()));

        var read = provider().upstream(repository, soon()).orElseThrow();
        assertThat(read.shown()).isEqualTo(first.shown());
        assertThat(read.hasSecrets()).isTrue();
        assertThat(read.toString()).doesNotContain("sesame");
        assertThat(read.labels()).isEqualTo(LABELS);
        assertThat(provider().upstreams(ContentType.FILE, Page.Window.FIRST, soon()).items().stream()
                        .map(ContentProvider.Named::name))
                .contains(name);

        var second = upstream("https://up.example.com/b/PULP_MANIFEST", Upstream.Login.NONE);
        made(provider().setUpstream(repository, second, soon()));
        read = provider().upstream(repository, soon()).orElseThrow();
        assertThat(read.shown()).isEqualTo(second.shown());
        assertThat(read.hasSecrets()).isFalse();

        made(provider().clearUpstream(repository, soon()));
        assertThat(provider().upstream(repository, soon())).isEmpty();
        assertThat(provider().clearUpstream(repository, soon())).isEqualTo(Change.NONE);
        made(provider().remove(repository, soon()));
    }

    @Test
    void whatItsTypeDoesNotKnowIsRefused() throws Exception {
        var repository = created();
        var one = upstream("https://up.example.com/PULP_MANIFEST", Upstream.Login.NONE);
        var strange = new Upstream(
                one.url(),
                one.policy(),
                one.tls(),
                one.login(),
                one.proxy(),
                one.limits(),
                Map.of("upstream_name", "a"),
                LABELS);

        assertThatThrownBy(() -> provider().setUpstream(repository, strange, soon()))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(400));
        assertThat(provider().upstream(repository, soon())).isEmpty();
        made(provider().remove(repository, soon()));
    }

    @Test
    void whatIsPublishedIsServedUntilThatEnds() throws Exception {
        var repository = created();
        if (provider().servable(repository, soon()).isEmpty()) {
            made(provider().publish(repository, soon()));
        }
        var target = provider().servable(repository, soon()).orElseThrow();
        var wanted = new ServePoint(name, ContentType.FILE, name, false, target, Optional.empty(), LABELS);
        made(provider().serve(repository, wanted, soon()));

        var read = provider().servePoint(repository, soon()).orElseThrow();
        assertThat(read.path()).isEqualTo(name);
        assertThat(read.target()).isEqualTo(target);
        assertThat(read.protect()).isFalse();
        assertThat(read.labels()).isEqualTo(LABELS);
        made(provider().unserve(repository, soon()));
        assertThat(provider().servePoint(repository, soon())).isEmpty();
        assertThat(provider().unserve(repository, soon())).isEqualTo(Change.NONE);
        made(provider().remove(repository, soon()));
    }

    /** What stands below each ability. */
    private Map<ContentAbility, List<ThrowingCallable>> calls() {
        var one = new Repository(name, ContentType.FILE, name, "", "0", LABELS);
        var query = new UnitQuery("a", Optional.empty(), Map.of());
        var copy = new UnitCopy(UnitChoice.ALL, Optional.empty(), false, Optional.empty());
        var unit = new NewUnit("a", "", "a", Map.of());
        var calls = new EnumMap<ContentAbility, List<ThrowingCallable>>(ContentAbility.class);
        calls.put(ContentAbility.STORAGE, List.of(() -> provider().storage(soon())));
        calls.put(
                ContentAbility.VERSIONS,
                List.of(
                        () -> provider().versions(one, Page.Window.FIRST, soon()),
                        () -> provider().removeVersion(one, "0", soon())));
        calls.put(ContentAbility.UNITS, List.of(() -> provider().units(one, query, Page.Window.FIRST, soon())));
        calls.put(ContentAbility.COPY_UNITS, List.of(() -> provider().copyUnits(one, one, copy, soon())));
        calls.put(ContentAbility.REMOVE_UNITS, List.of(() -> provider().removeUnits(one, UnitChoice.ALL, soon())));
        calls.put(
                ContentAbility.UPLOADS,
                List.of(
                        () -> provider().beginUpload(1, soon()),
                        () -> provider().upload("a", soon()),
                        () -> provider().addToUpload(new Upload("a", 1, 0), new byte[1], 0, soon()),
                        () -> provider().dropUpload("a", soon()),
                        () -> provider().checkImport(one, unit),
                        () -> provider().keepUpload(unit, soon()),
                        () -> provider().importUnit(one, unit, soon())));
        calls.put(
                ContentAbility.CHECKSUM_TYPE,
                List.of(
                        () -> provider().servable(one, ChecksumType.SHA256, soon()),
                        () -> provider().publish(one, ChecksumType.SHA256, soon())));
        calls.put(ContentAbility.PROTECTION_AUTHORITY, List.of(() -> provider().protect("", soon())));
        calls.put(ContentAbility.RECLAIM, List.of(() -> provider().reclaim(List.of(one), soon())));
        return calls;
    }

    @Test
    void whatIsNotDeclaredIsNotThere() {
        var calls = calls();
        assertThat(calls.keySet()).isEqualTo(EnumSet.allOf(ContentAbility.class));
        calls.keySet().removeAll(provider().abilities());
        calls.keySet().forEach(this::isNotThere);
    }

    private void isNotThere(ContentAbility ability) {
        assertThat(calls().get(ability))
                .allSatisfy(call ->
                        assertThatThrownBy(call).as(ability.name()).isInstanceOf(UnsupportedOperationException.class));
    }

    /** Whether all are declared; of those that are not it is seen that they are not there. */
    private boolean declares(ContentAbility... abilities) {
        var undeclared = new ArrayList<>(List.of(abilities));
        undeclared.removeAll(provider().abilities());
        undeclared.forEach(this::isNotThere);
        return undeclared.isEmpty();
    }

    @Test
    void whatIsDeclaredOfVersionsIsThere() throws Exception {
        if (!declares(ContentAbility.VERSIONS)) {
            return;
        }
        var repository = created();
        var versions = provider().versions(repository, Page.Window.FIRST, soon());
        assertThat(versions.total()).isEqualTo(1);
        assertThat(versions.items().get(0).number()).isEqualTo(repository.version());
        assertThatThrownBy(() -> provider().removeVersion(repository, "99", soon()))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(404));
        made(provider().remove(repository, soon()));
    }

    @Test
    void aFileComesInPartsAndBecomesAUnitThatIsCopiedAndRemoved() throws Exception {
        if (!declares(
                ContentAbility.UNITS, ContentAbility.COPY_UNITS, ContentAbility.REMOVE_UNITS, ContentAbility.UPLOADS)) {
            return;
        }
        var octets = (name + " has so many bytes").getBytes(StandardCharsets.UTF_8);
        var first = created();
        var unit = uploaded(octets);
        made(provider().importUnit(first, unit, soon()));

        var now = provider().repository(name, soon()).orElseThrow();
        assertThat(now.version()).isNotEqualTo(first.version());
        var counts = provider().counts(now, Optional.empty(), soon()).counts();
        assertThat(counts).containsValue(1L).hasSize(1);
        var type = counts.keySet().iterator().next();
        var found = provider().units(now, new UnitQuery(type, Optional.empty(), Map.of()), Page.Window.FIRST, soon());
        assertThat(found.total()).isEqualTo(1);
        assertThat(found.items().get(0)).contains(unit.path(), unit.sha256());

        // the same again is no change
        made(provider().keepUpload(uploaded(octets), soon()));
        made(provider().importUnit(now, unit, soon()));
        assertThat(provider().repository(name, soon()).orElseThrow().version()).isEqualTo(now.version());

        var copy = new UnitCopy(UnitChoice.ALL, Optional.empty(), false, Optional.empty());
        var second = provider().create(new Repository(name + "-copy", ContentType.FILE, "", "", "", LABELS), soon());
        made(provider().copyUnits(now, second, copy, soon()));
        var copied = provider().repository(second.name(), soon()).orElseThrow();
        assertThat(provider().counts(copied, Optional.empty(), soon()).counts()).isEqualTo(counts);
        made(provider().copyUnits(now, copied, copy, soon()));
        assertThat(provider().repository(second.name(), soon()).orElseThrow().version())
                .isEqualTo(copied.version());

        made(provider().removeUnits(copied, UnitChoice.ALL, soon()));
        var empty = provider().repository(second.name(), soon()).orElseThrow();
        assertThat(provider().counts(empty, Optional.empty(), soon()).counts()).isEmpty();
        made(provider().remove(second, soon()));
        made(provider().remove(first, soon()));
    }

    /** A file that came in two parts and is kept. */
    private NewUnit uploaded(byte[] octets) throws Exception {
        var begun = provider().beginUpload(octets.length, soon());
        assertThat(begun.received()).isZero();
        var half = provider().addToUpload(begun, Arrays.copyOf(octets, 10), 0, soon());
        assertThat(half.received()).isEqualTo(10);
        assertThat(provider().upload(begun.id(), soon())).contains(half);
        assertThat(half.isWhole()).isFalse();
        var whole = provider().addToUpload(half, octets, 10, soon());
        assertThat(provider().upload(begun.id(), soon())).contains(whole);
        assertThat(whole.isWhole()).isTrue();
        var unit = new NewUnit(begun.id(), TestPulp.sha256(octets), "of/" + name + ".txt", Map.of());
        made(provider().keepUpload(unit, soon()));
        assertThat(provider().upload(begun.id(), soon())).isEmpty();
        return unit;
    }

    @Test
    void anUploadThatIsDroppedIsGone() {
        if (!declares(ContentAbility.UPLOADS)) {
            return;
        }
        var begun = provider().beginUpload(10, soon());
        assertThat(provider().dropUpload(begun.id(), soon()).changes()).isTrue();
        assertThat(provider().upload(begun.id(), soon())).isEmpty();
        assertThat(provider().dropUpload(begun.id(), soon())).isEqualTo(Change.NONE);
        assertThatThrownBy(() -> provider().addToUpload(begun, new byte[10], 0, soon()))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(404));
    }

    @Test
    void aTaskThatIsNotKnownIsNone() {
        assertThat(provider().task("018f0000-0000-7000-8000-000000000000", soon()))
                .isEmpty();
        provider().cancel("018f0000-0000-7000-8000-000000000000", soon());
        assertThat(provider()
                        .tasks(Optional.of(JobState.COMPLETED), new Page.Window(0, 1), soon())
                        .items())
                .hasSizeLessThanOrEqualTo(1);
    }
}
