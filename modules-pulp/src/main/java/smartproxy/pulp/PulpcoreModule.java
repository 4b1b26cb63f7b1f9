package smartproxy.pulp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.StartException;
import smartproxy.pulp.content.ContentApi;
import smartproxy.pulp.content.Pulps;
import smartproxy.pulp.pulp2.Pulp2Provider;
import smartproxy.pulp.pulp3.Pulp3Provider;

/** The feature {@code pulpcore}: where Katello finds a Pulp 3, and what that can do. */
public final class PulpcoreModule implements ProxyModule<PulpcoreSettings> {
    static final String NAME = "pulpcore";

    /** Requests of the content API at one Pulp at once, which serves them one by one. */
    private static final int CONTENT_PERMITS = 64;

    /** For a look at one Pulp. */
    private static final Duration LOOK = Duration.ofSeconds(6);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Schema<PulpcoreSettings> schema() {
        return PulpcoreSettings.SCHEMA;
    }

    @Override
    public boolean hasBackend() {
        return true;
    }

    @Override
    public List<String> differences() {
        return List.of(
                "a failing Pulp is answered 502, 503 or 504, not 200 with the error in the body",
                "the capabilities last known are kept while Pulp does not answer");
    }

    @Override
    public ModuleInstance create(PulpcoreSettings settings, ModuleContext context) throws StartException {
        var url = settings.statusUrl();
        var identity = HttpIdentity.of(url.resolve("/"), PulpcoreSettings.SSL_CA.key());
        var trusted = settings.authorities().or(context.daemon().foreman()::authorities);
        identity = settings.gateway().enabled()
                ? settings.gateway().pulp().open()
                : trusted.map(identity::trusting).orElse(identity);
        var peer = context.http(identity.header("Accept", new Secret("application/json")));
        var pulp = new Pulp3Status(url, peer, context.backend());
        var components = new Components(pulp, url, context.shared());
        context.health("capabilities", components::health);
        var mounts = new ArrayList<>(List.of(new Mount("/pulpcore", Role.ANONYMOUS, new PulpcoreResource(pulp))));
        var content = content(settings, context);
        content.ifPresent(api -> mounts.addAll(api.mounts()));
        var gateway = settings.gateway().enabled()
                ? Optional.of(new Gateway(settings.gateway(), settings.pulps().values(), context))
                : Optional.<Gateway>empty();
        gateway.ifPresent(present -> mounts.addAll(present.mounts()));
        var checks = new ArrayList<GatewayCheck>();
        for (var target : settings.targets().values()) {
            var main = target.name().equals(PulpTarget.OWN);
            checks.add(new GatewayCheck(
                    target,
                    gateway.map(Gateway::own),
                    main && settings.gateway().registry(),
                    context));
        }
        var findings = new ArrayList<>(
                gateway.isPresent()
                        ? KatelloNeeds.of(gateway.get().own(), context.daemon())
                        : KatelloNeeds.of(settings));
        findings.addAll(LoginNeeds.of(settings.targets().values()));
        return new Instance(mounts, components, gateway, content, findings, checks);
    }

    /** Empty when there is no Pulp that the daemon has a login for. */
    private static Optional<ContentApi> content(PulpcoreSettings settings, ModuleContext context)
            throws StartException {
        var pulps = new ArrayList<Pulps.Pulp>();
        for (var target : settings.targets().values()) {
            var peer = context.http(target.api().header("Accept", new Secret("application/json")));
            var backend = context.backend("content " + target.name(), CONTENT_PERMITS);
            var provider = target.provider().equals(PulpTarget.PULP2)
                    ? new Pulp2Provider(
                            target.name(), target.root() + "api/v2/", peer, backend, target.contentDirectory())
                    : new Pulp3Provider(target.name(), target.root() + "api/v3/", peer, backend);
            pulps.add(new Pulps.Pulp(target.name(), target.provider(), provider));
        }
        return pulps.isEmpty()
                ? Optional.empty()
                : Optional.of(new ContentApi(new Pulps(pulps), context.store(), context.shared()));
    }

    private record Instance(
            List<Mount> mounts,
            Components components,
            Optional<Gateway> gateway,
            Optional<ContentApi> content,
            List<Finding> findings,
            List<GatewayCheck> checks)
            implements ModuleInstance, LiveCheck {
        @Override
        public List<String> capabilities() {
            return components.now();
        }

        @Override
        public Map<String, @Nullable Object> settings() {
            return gateway.map(Gateway::shown).orElse(Map.of());
        }

        @Override
        public List<Finding> probe(Host host, Deadline deadline) throws InterruptedException {
            var found = new ArrayList<Finding>();
            gateway.map(Gateway::spoolDirectory).map(SpoolCheck::look).ifPresent(found::add);
            for (var check : checks) {
                found.addAll(check.look(deadline.within(LOOK)));
            }
            return found;
        }

        @Override
        public void start() throws StartException {
            components.start();
            gateway.ifPresent(Gateway::start);
            if (content.isPresent()) {
                content.get().start();
            }
        }

        @Override
        public void close() {
            components.close();
            gateway.ifPresent(Gateway::close);
            content.ifPresent(ContentApi::close);
        }
    }
}
