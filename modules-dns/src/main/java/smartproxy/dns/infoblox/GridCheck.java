package smartproxy.dns.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck.Host;
import smartproxy.dns.DnsName;
import smartproxy.infoblox.GridQuestions;

/**
 * Looks at the grid by GET alone: does it answer, does it take the user, is there the view, which zones does the user see. Whether
 * he may write is told by nothing but a change.
 */
final class GridCheck {
    private final InfobloxSettings settings;
    private final InfobloxRecords records;
    private final GridQuestions grid;
    private final String what;
    private final String view;

    GridCheck(InfobloxSettings settings, InfobloxRecords records, Backend backend) {
        this.settings = settings;
        this.records = records;
        this.grid = new GridQuestions(settings.grid(), backend, InfobloxSettings.VIEW.key());
        this.what = grid.what();
        this.view = "view " + settings.view();
    }

    List<Finding> probe(Host host, Deadline deadline) {
        List<JsonNode> any;
        try {
            any = grid.ask(deadline, records::anyZone);
        } catch (BackendException e) {
            return List.of(Finding.error(what, grid.plain(e), "nothing can be changed there until this is mended"));
        }
        var findings = new ArrayList<Finding>();
        grid.clearPassword().ifPresent(findings::add);
        if (any.isEmpty()) {
            findings.add(Finding.error(
                    what,
                    "takes user '" + settings.grid().username() + "', and shows it no zone in " + view,
                    "give it read and write permission for the zones, or correct dns_view"));
        } else {
            findings.add(Finding.ok(
                    what,
                    "takes user '" + settings.grid().username() + "', and shows it zones in " + view
                            + " (whether it may write, only a change tells)"));
            zones(host, deadline, findings);
        }
        if (settings.clearsCaches()) {
            findings.add(members(deadline));
        }
        return findings;
    }

    private void zones(Host host, Deadline deadline, List<Finding> findings) {
        var seen = new LinkedHashSet<String>();
        var asked = !host.asked().isEmpty();
        for (var text : asked ? host.asked() : host.likely()) {
            var name = DnsName.service(text);
            if (name.isEmpty()) {
                if (asked) {
                    findings.add(Finding.error(what, "'" + text + "' is no DNS name", "correct it"));
                }
                continue;
            }
            try {
                var zones = grid.ask(deadline, attempt -> records.zones(name.get(), attempt));
                if (zones.isEmpty() && asked) {
                    findings.add(Finding.error(
                            what,
                            "shows no zone for " + text + " in " + view,
                            "create it there, or let the user read it"));
                }
                seen.addAll(zones);
            } catch (BackendException e) {
                findings.add(Finding.error(what, grid.plain(e), ""));
            }
        }
        seen.forEach(zone -> findings.add(Finding.ok(what + " zone " + zone, "is in " + view)));
        if (!asked && seen.isEmpty()) {
            findings.add(Finding.warning(
                    what,
                    "shows no zone of this host's or Foreman's name in " + view,
                    "name a zone that Foreman manages: --zone example.com"));
        }
    }

    private Finding members(Deadline deadline) {
        var advice = "give the user the permission Grid DNS Properties, or old answers live until they expire";
        try {
            var members = grid.ask(deadline, records::members).size();
            return members == 0
                    ? Finding.warning(what, "shows no members whose DNS caches could be cleared", advice)
                    : Finding.ok(what, "the DNS caches of " + members + " members are cleared of what changes");
        } catch (BackendException e) {
            return Finding.warning(what, "does not tell its members: " + grid.plain(e), advice);
        }
    }
}
