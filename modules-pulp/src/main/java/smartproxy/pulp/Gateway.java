package smartproxy.pulp;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Relay;
import smartproxy.core.api.Relay.Times;
import smartproxy.core.api.Role;
import smartproxy.core.api.StartException;

/** The routes to Pulp through the daemon, and what Katello is told of them. */
final class Gateway implements AutoCloseable {
    /** Katello waits 30 s. */
    private static final Times API = Times.all(Duration.ofSeconds(25));

    private static final Times CONTENT = new Times(Optional.empty(), Duration.ofMinutes(10), Duration.ofMinutes(1));
    /** Layers are large, and checked by Pulp before it answers. */
    private static final Times REGISTRY = new Times(Optional.empty(), Duration.ofMinutes(2), Duration.ofMinutes(1));

    private static final Times RHSM = Times.all(Duration.ofSeconds(50));
    private static final Times FREE = new Times(Optional.empty(), Duration.ofMinutes(1), Duration.ofMinutes(1));
    /** Where a Pulp 2 publishes. */
    private static final List<String> PULP2_CONTENT = List.of("repos", "isos", "deb", "puppet");

    /** Names of Pulp 2 that Katello still calls a Pulp 3 by, which has all at one place. */
    private static final List<String> AS_CONTENT = List.of("repos", "isos", "deb");

    private static final int CONTENT_PERMITS = 512;
    private static final int PERMITS = 64;

    private final GatewaySettings settings;
    private final ModuleContext context;
    private final URI own;
    private final List<Mount> mounts = new ArrayList<>();
    private Optional<RegistryGate> registry = Optional.empty();

    /** @throws StartException when its own URL is not known, or a file of an identity cannot be used */
    Gateway(GatewaySettings settings, Collection<PulpTarget> further, ModuleContext context) throws StartException {
        this.settings = settings;
        this.context = context;
        this.own = settings.url().isPresent() ? settings.url().get() : OwnAddress.of(context.daemon());
        addPulp(settings.pulp());
        for (var pulp : further) {
            addPulp(pulp);
        }
        var open = Relay.to(checked(settings.pulp().open()), context.backend("gateway open", PERMITS), Relay.READ, API);
        mounts.add(Mount.ofRelay("/pulp_ansible/galaxy", Role.ANONYMOUS, open));
        mounts.add(Mount.ofRelay("/pypi", Role.ANONYMOUS, open));
        if (settings.registry()) {
            registry = Optional.of(addRegistry());
        }
        if (settings.rhsm()) {
            mounts.add(rhsm());
        }
        for (var route : settings.routes()) {
            var relay = Relay.to(
                    checked(route.server()),
                    context.backend("gateway " + route.path(), PERMITS),
                    route.methods(),
                    FREE);
            mounts.add(Mount.ofRelay(route.path(), route.role(), relay));
        }
    }

    /** API and content of one Pulp. */
    private void addPulp(PulpTarget pulp) throws StartException {
        var part = "gateway " + (pulp.name().equals(PulpTarget.OWN) ? "" : pulp.name() + " ");
        var place = pulp.place();
        var root = pulp.root();
        var asForeman = Relay.to(checked(pulp.api()), context.backend(part + "api", PERMITS), Relay.ALL, API)
                .collecting(settings.spool())
                .rewriting(place, root);
        var content = Relay.to(
                        checked(pulp.content()),
                        context.backend(part + "content", CONTENT_PERMITS),
                        Relay.READ,
                        CONTENT)
                .ofContent();
        mounts.add(Mount.ofRelay(place + "api/v2", Role.FOREMAN, asForeman));
        if (pulp.provider().equals(PulpTarget.PULP2)) {
            for (var path : PULP2_CONTENT) {
                mounts.add(Mount.ofRelay(place + path, Role.ANONYMOUS, content.rewriting(place, root)));
            }
            return;
        }
        var ask = Relay.to(checked(pulp.open()), context.backend(part + "status", 16), Relay.READ, API)
                .rewriting(place, root);
        mounts.add(Mount.ofRelay(place + "api/v3/status", Role.ANONYMOUS, ask));
        mounts.add(Mount.ofRelay(place + "api/v3", Role.FOREMAN, asForeman));
        var guarded = content.telling("X-CLIENT-CERT");
        for (var path : List.of("content", "container")) {
            mounts.add(Mount.ofRelay(place + path, Role.ANONYMOUS, guarded.rewriting(place, root)));
        }
        for (var path : AS_CONTENT) {
            mounts.add(Mount.ofRelay(place + path, Role.ANONYMOUS, guarded.rewriting(place + path, root + "content")));
        }
    }

    /** Its users log in by themselves, with Pulp's tokens. */
    private RegistryGate addRegistry() throws StartException {
        var pulp = settings.pulp();
        var backend = context.backend("gateway registry", PERMITS);
        var gate = new RegistryGate(context.http(pulp.open()), context.backend("gateway registry gate", 2));
        context.health("registry", gate::health);
        var anybody = Relay.to(pulp.open(), backend, Relay.ALL, REGISTRY)
                .collecting(ofStrangers())
                .behind(gate);
        mounts.add(Mount.ofRelay("/v2", Role.ANONYMOUS, anybody.passing("bearer")));
        mounts.add(Mount.ofRelay("/extensions/v2", Role.ANONYMOUS, anybody.passing("bearer")));
        mounts.add(Mount.ofRelay("/token", Role.ANONYMOUS, anybody.passing("basic")));
        var asForeman = Relay.to(checked(pulp.api()), backend, Relay.ALL, REGISTRY)
                .collecting(settings.spool())
                .rewriting("/pulpcore_registry/", "/");
        mounts.add(Mount.ofRelay("/pulpcore_registry/v2", Role.FOREMAN_OR_DAEMON, asForeman));
        return gate;
    }

    /** Whom nothing is known of but what they say to Pulp, and hosts: what they send takes no room from Foreman. */
    private Relay.Spool ofStrangers() {
        var spool = settings.spool();
        return new Relay.Spool(spool.directory().resolve("strangers"), Math.max(1, spool.bytes() / 2));
    }

    /** Reads the files of an identity now, when it can still be said what is wrong with them. */
    private HttpIdentity checked(HttpIdentity identity) throws StartException {
        var unused = context.http(identity);
        return identity;
    }

    private Mount rhsm() throws StartException {
        var foreman = context.daemon().foremanUrl();
        if (foreman.isEmpty()) {
            throw new StartException("pulpcore: :rhsm: of the gateway needs :foreman_url: in settings.yml");
        }
        var files = context.daemon().foreman();
        var identity = HttpIdentity.of(
                URI.create(foreman.get().getScheme() + "://" + foreman.get().getRawAuthority()), "foreman_ssl_ca");
        if (files.authorities().isPresent()) {
            identity = identity.trusting(files.authorities().get());
        }
        if (files.certificate().isPresent() && files.privateKey().isPresent()) {
            identity = identity.presenting(
                    files.certificate().get(), files.privateKey().get());
        }
        var relay = Relay.to(checked(identity), context.backend("gateway rhsm", PERMITS), Relay.ALL, RHSM)
                .collecting(ofStrangers())
                .telling("X-RHSM-SSL-CLIENT-CERT");
        return Mount.ofRelay("/rhsm", Role.MANAGED_HOST, relay);
    }

    List<Mount> mounts() {
        return mounts;
    }

    void start() {
        registry.ifPresent(RegistryGate::start);
    }

    @Override
    public void close() {
        registry.ifPresent(RegistryGate::close);
    }

    /** Where large bodies wait. */
    Path spoolDirectory() {
        return settings.spool().directory();
    }

    /** Where Katello and hosts find it. */
    URI own() {
        return own;
    }

    /** What Katello is told in place of what the file says. */
    Map<String, @Nullable Object> shown() {
        var shown = new LinkedHashMap<String, @Nullable Object>();
        shown.put(PulpcoreSettings.PULP_URL.key(), own.toString());
        shown.put(PulpcoreSettings.CONTENT_APP_URL.key(), own + "/pulp/content");
        shown.put(PulpcoreSettings.USERNAME.key(), null);
        shown.put(PulpcoreSettings.PASSWORD.key(), null);
        shown.put(PulpcoreSettings.CLIENT_AUTHENTICATION.key(), List.of("client_certificate"));
        if (settings.rhsm()) {
            shown.put(PulpcoreSettings.RHSM_URL.key(), own + "/rhsm");
        }
        return shown;
    }
}
