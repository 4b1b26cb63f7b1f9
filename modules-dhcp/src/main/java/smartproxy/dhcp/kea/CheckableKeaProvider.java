package smartproxy.dhcp.kea;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.Operation;
import smartproxy.core.api.ProviderContext;
import smartproxy.dhcp.Subnet;

/** Can be looked at: by {@code list-commands} and {@code config-get}, which change nothing. */
final class CheckableKeaProvider extends KeaDhcpProvider implements LiveCheck {
    private static final Operation CHECK = Operation.repeatable("check");

    private final KeaSettings settings;
    private final KeaClient client;
    private final Backend backend;

    CheckableKeaProvider(KeaSettings settings, KeaClient client, WriterLock writerLock, ProviderContext context) {
        super(settings, client, writerLock, context);
        this.settings = settings;
        this.client = client;
        this.backend = context.backend();
    }

    /** What Kea told. */
    private record Told(Set<String> commands, boolean database, List<Subnet> subnets) {}

    @Override
    public List<Finding> probe(LiveCheck.Host host, Deadline deadline) {
        var what = backend.name() + " " + settings.server();
        Told told;
        try {
            told = backend.call(CHECK, deadline, this::ask);
        } catch (BackendException e) {
            return List.of(Finding.error(
                    what, String.valueOf(e.getMessage()), "nothing can be changed there until this is mended"));
        }
        var findings = new ArrayList<Finding>();
        findings.add(Finding.ok(what, "answers; reservations are changed " + writing(told)));
        if (!told.commands.contains("lease4-get-page")) {
            findings.add(Finding.warning(what, "shows no leases", "let it load libdhcp_lease_cmds.so"));
        }
        if (!told.commands.contains("config-write") && !told.database) {
            findings.add(Finding.error(what, "cannot write its configuration", "use a Kea that has config-write"));
        }
        findings.add(
                told.subnets.isEmpty()
                        ? Finding.warning(what, "serves no IPv4 subnet", "add one to its configuration")
                        : Finding.ok(what, "serves " + told.subnets.size() + " subnets"));
        for (var subnet : settings.managed()) {
            if (told.subnets.stream().noneMatch(subnet::isSameAs)) {
                findings.add(Finding.error(
                        what, "does not serve " + subnet, "correct subnets of dhcp.yml, or Kea's configuration"));
            }
        }
        return findings;
    }

    private static Writing writing(Told told) {
        if (!told.commands.contains("reservation-add")) {
            return Writing.CONFIG;
        }
        return told.database ? Writing.DATABASE : Writing.MEMORY;
    }

    private Told ask(Deadline attempt) throws IOException, InterruptedException {
        try {
            var commands = new HashSet<String>();
            client.ask("list-commands", KeaClient.object(), attempt).forEach(name -> commands.add(name.asText("")));
            var config = KeaConfig.of(backend.name(), client.ask("config-get", KeaClient.object(), attempt));
            var subnets = new ArrayList<Subnet>();
            config.eachSubnet(served -> subnets.add(served.subnet()));
            return new Told(commands, config.hasHostsDatabase(), subnets);
        } catch (KeaRefusal e) {
            throw BackendException.rejected(backend.name() + ": " + e.getMessage());
        }
    }
}
