package smartproxy.pulp;

import java.util.List;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.StartException;

/** The feature {@code pulpcore}: where Katello finds a Pulp 3, and what that can do. */
public final class PulpcoreModule implements ProxyModule<PulpcoreSettings> {
    static final String NAME = "pulpcore";

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
        var identity = HttpIdentity.of(settings.base(), PulpcoreSettings.SSL_CA.key())
                .header("Accept", new Secret("application/json"));
        var trusted = settings.authorities().or(context.daemon().foreman()::authorities);
        var peer = context.http(trusted.map(identity::trusting).orElse(identity));
        var pulp = new Pulp3Status(settings.pulpUrl(), peer, context.backend());
        var components = new Components(pulp);
        context.health("capabilities", components::health);
        return new Instance(List.of(new Mount("/pulpcore", Role.ANONYMOUS, new PulpcoreResource(pulp))), components);
    }

    private record Instance(List<Mount> mounts, Components components) implements ModuleInstance {
        @Override
        public List<String> capabilities() {
            return components.now();
        }

        @Override
        public void start() {
            components.start();
        }

        @Override
        public void close() {
            components.close();
        }
    }
}
