package smartproxy.dhcp.kea;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.ProviderContext;
import smartproxy.core.api.Schema;
import smartproxy.core.api.StartException;
import smartproxy.dhcp.DhcpAbility;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.DhcpProviderFactory;

/** Declares {@code dhcp_kea}. */
public final class KeaFactory implements DhcpProviderFactory<KeaSettings> {
    static final String NAME = "dhcp_kea";

    private static final Logger LOG = LoggerFactory.getLogger(KeaFactory.class);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Schema<KeaSettings> schema() {
        return KeaSettings.SCHEMA;
    }

    @Override
    public List<String> capabilities() {
        return List.of("dhcp_filename_hostname", "dhcp_filename_ipv4");
    }

    @Override
    public List<String> differences() {
        return List.of("certificates are always verified", "removing a reservation leaves its lease");
    }

    @Override
    public Set<DhcpAbility> abilities() {
        return Set.of(DhcpAbility.BOOT, DhcpAbility.FREE_CHECK, DhcpAbility.FRESH_READS);
    }

    @Override
    public DhcpProvider create(KeaSettings settings, ProviderContext context) throws StartException {
        WriterLock lock = context.store()::exclusively;
        var client = client(NAME, Family.V4, settings, context);
        var six = settings.dhcp6();
        if (six.isEmpty()) {
            return new CheckableKeaProvider(settings, client, lock, context, Optional.empty());
        }
        var backend = context.backend(Family.V6.service());
        var client6 = client(backend.name(), Family.V6, six.get(), context);
        return new CheckableKeaProvider(
                settings,
                client,
                lock,
                context,
                Optional.of(new Kea6Provider(six.get(), client6, lock, backend, context)));
    }

    private static KeaClient client(String owner, Family family, KeaSettings settings, ProviderContext context)
            throws StartException {
        return new KeaClient(owner, family, settings, transport(owner, family, settings, context));
    }

    private static KeaTransport transport(String owner, Family family, KeaSettings settings, ProviderContext context)
            throws StartException {
        if (settings.socket().isPresent()) {
            return new SocketTransport(owner, settings.socket().get());
        }
        var identity = HttpIdentity.of(settings.url(), KeaSettings.CA_FILE.key());
        if (settings.username().isPresent()) {
            if (settings.url().getScheme().equals("http")) {
                LOG.info(
                        "{}: the password goes to {} without encryption",
                        owner,
                        settings.url().getAuthority());
            }
            identity = identity.basic(
                    settings.username().get(), settings.password().orElseThrow());
        }
        if (settings.caFile().isPresent()) {
            identity = identity.trusting(settings.caFile().get());
        }
        if (settings.certificate().isPresent()) {
            identity = identity.presenting(
                    settings.certificate().get(), settings.privateKey().orElseThrow());
        }
        return new HttpTransport(owner, family, settings, context.http(identity));
    }
}
