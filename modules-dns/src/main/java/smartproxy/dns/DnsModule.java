package smartproxy.dns;

import java.util.List;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.api.StartException;

/** The feature {@code dns}: one provider, mounted at {@code /dns} for Foreman. */
public final class DnsModule implements ProxyModule<DnsSettings> {
    @Override
    public String name() {
        return "dns";
    }

    @Override
    public Schema<DnsSettings> schema() {
        return DnsSettings.SCHEMA;
    }

    @Override
    public List<String> defaultProviders() {
        return List.of("dns_nsupdate");
    }

    @Override
    public List<String> differences() {
        return List.of(
                "names are checked whole: at most 253 characters, no line break",
                "deleting in a zone that is not served is 502, where it was 200");
    }

    @Override
    public ModuleInstance create(DnsSettings settings, ModuleContext context) throws StartException {
        var providers = context.providers(DnsProvider.class);
        if (providers.size() != 1) {
            throw new StartException(
                    "Setting 'use_provider' of dns is expected to name one provider, not " + providers.size());
        }
        var active = providers.get(0);
        if (!(active.factory() instanceof DnsProviderFactory<?> factory)) {
            throw new StartException("Provider '" + active.factory().name() + "' is not a DNS provider");
        }
        var service = new DnsService(active.provider(), factory.abilities(), active.backend());
        var mounts = List.of(new Mount("/dns", Role.FOREMAN, new DnsResource(service, settings.ttl())));
        return () -> mounts;
    }
}
