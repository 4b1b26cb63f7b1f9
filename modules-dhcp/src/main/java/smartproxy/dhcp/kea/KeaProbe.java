package smartproxy.dhcp.kea;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.Operation;

/** What there is to say of one of Kea's servers, by {@code list-commands} and {@code config-get}, which change nothing. */
final class KeaProbe {
    private static final Operation CHECK = Operation.repeatable("check");

    private final Family family;
    private final KeaReader reader;
    private final Backend backend;
    private final String what;

    KeaProbe(KeaSettings settings, KeaClient client, Backend backend) {
        this.family = client.family();
        this.reader = new KeaReader(backend.name(), client);
        this.backend = backend;
        this.what = backend.name() + " " + settings.server();
    }

    /** What Kea told. */
    private record Told(Set<String> commands, boolean database, List<String> subnets) {}

    /** @param managed subnets that are to be served, as {@link Family#subnet} makes them */
    List<Finding> findings(List<String> managed, Deadline deadline) {
        Told told;
        try {
            told = backend.call(CHECK, deadline, this::ask);
        } catch (BackendException e) {
            return List.of(Finding.error(
                    what, String.valueOf(e.getMessage()), "nothing can be changed there until this is mended"));
        }
        var findings = new ArrayList<Finding>();
        findings.add(Finding.ok(what, "answers; reservations are changed " + writing(told)));
        if (!told.commands.contains(family.leaseCommand("get-page"))) {
            findings.add(Finding.warning(what, "shows no leases", "let it load libdhcp_lease_cmds.so"));
        }
        if (!told.commands.contains("config-write") && !told.database) {
            findings.add(Finding.error(what, "cannot write its configuration", "use a Kea that has config-write"));
        }
        findings.add(
                told.subnets.isEmpty()
                        ? Finding.warning(
                                what,
                                "serves no IPv" + (family == Family.V4 ? 4 : 6) + " subnet",
                                "add one to its configuration")
                        : Finding.ok(what, "serves " + told.subnets.size() + " subnets"));
        for (var subnet : managed) {
            if (!told.subnets.contains(subnet)) {
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
            var config = reader.config(attempt);
            var commands = reader.commands(attempt);
            var subnets = new ArrayList<String>();
            config.eachSubnet(served -> subnets.add(served.name()));
            return new Told(commands, config.hasHostsDatabase(), subnets);
        } catch (KeaRefusal e) {
            throw BackendException.rejected(backend.name() + ": " + e.getMessage());
        }
    }
}
