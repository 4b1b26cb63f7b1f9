package smartproxy.pulp.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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
            TimeUnit.MILLISECONDS.sleep(200);
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
        assertThat(read.visible()).isEqualTo(first.visible());
        assertThat(read.hasSecrets()).isTrue();
        assertThat(read.toString()).doesNotContain("sesame");
        assertThat(read.labels()).isEqualTo(LABELS);
        assertThat(provider().upstreams(ContentType.FILE, Page.Window.FIRST, soon()).items().stream()
                        .map(ContentProvider.Named::name))
                .contains(name);

        var second = upstream("https://up.example.com/b/PULP_MANIFEST", Upstream.Login.NONE);
        made(provider().setUpstream(repository, second, soon()));
        read = provider().upstream(repository, soon()).orElseThrow();
        assertThat(read.visible()).isEqualTo(second.visible());
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
