package smartproxy.dhcp.kea;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.ProviderContext;
import smartproxy.dhcp.Subnet;

/** Can be looked at. */
final class CheckableKeaProvider extends KeaDhcpProvider implements LiveCheck {
    private final KeaSettings settings;
    private final KeaProbe probe;
    private final Optional<Kea6Provider> dhcp6;

    CheckableKeaProvider(
            KeaSettings settings,
            KeaClient client,
            WriterLock writerLock,
            ProviderContext context,
            Optional<Kea6Provider> dhcp6) {
        super(settings, client, writerLock, context, dhcp6);
        this.settings = settings;
        this.probe = new KeaProbe(settings, client, context.backend());
        this.dhcp6 = dhcp6;
    }

    @Override
    public List<Finding> probe(LiveCheck.Host host, Deadline deadline) {
        var managed = settings.managed().stream().map(Subnet::toString).toList();
        var findings = new ArrayList<>(probe.findings(managed, deadline));
        dhcp6.ifPresent(six -> findings.addAll(six.probe(deadline)));
        return findings;
    }
}
