package smartproxy.dns.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck.Host;
import smartproxy.core.api.Operation;
import smartproxy.dns.DnsName;

/**
 * Looks at the grid by GET alone: does it answer, does it take the user, is there the view, which zones does the user see. Whether
 * he may write is told by nothing but a change.
 */
final class GridCheck {
    private static final Operation CHECK = Operation.repeatable("check");

    private final InfobloxSettings settings;
    private final Wapi wapi;
    private final InfobloxRecords records;
    private final Backend backend;
    private final String what;
    private final String view;

    GridCheck(InfobloxSettings settings, Wapi wapi, InfobloxRecords records, Backend backend) {
        this.settings = settings;
        this.wapi = wapi;
        this.records = records;
        this.backend = backend;
        this.what = InfobloxFactory.NAME + " " + settings.server();
        this.view = "view " + settings.view();
    }

    /** A question to the grid. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(Deadline attempt) throws WapiRefusal, IOException, InterruptedException;
    }

    List<Finding> probe(Host host, Deadline deadline) {
        List<JsonNode> any;
        try {
            any = ask(deadline, records::anyZone);
        } catch (BackendException e) {
            return List.of(Finding.error(what, plain(e), "nothing can be changed there until this is mended"));
        }
        var findings = new ArrayList<Finding>();
        if (settings.server().getScheme().equals("http")) {
            findings.add(
                    Finding.warning(what, "the password goes there without encryption", "use https in dns_server"));
        }
        if (any.isEmpty()) {
            findings.add(Finding.error(
                    what,
                    "takes user '" + settings.username() + "', and shows it no zone in " + view,
                    "give it read and write permission for the zones, or correct dns_view"));
        } else {
            findings.add(Finding.ok(
                    what,
                    "takes user '" + settings.username() + "', and shows it zones in " + view
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
                var zones = ask(deadline, attempt -> records.zones(name.get(), attempt));
                if (zones.isEmpty() && asked) {
                    findings.add(Finding.error(
                            what,
                            "shows no zone for " + text + " in " + view,
                            "create it there, or let the user read it"));
                }
                seen.addAll(zones);
            } catch (BackendException e) {
                findings.add(Finding.error(what, plain(e), ""));
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
            var members = ask(deadline, wapi::members).size();
            return members == 0
                    ? Finding.warning(what, "shows no members whose DNS caches could be cleared", advice)
                    : Finding.ok(what, "the DNS caches of " + members + " members are cleared of what changes");
        } catch (BackendException e) {
            return Finding.warning(what, "does not tell its members: " + plain(e), advice);
        }
    }

    private <T> T ask(Deadline deadline, Question<T> question) {
        return backend.call(CHECK, deadline, attempt -> {
            try {
                return question.ask(attempt);
            } catch (WapiRefusal e) {
                throw BackendException.rejected(backend.name() + ": " + e.getMessage() + " (status " + e.status() + ")"
                        + (e.isNotFound() ? "; correct dns_view" : ""));
            }
        });
    }

    private String plain(BackendException e) {
        var message = String.valueOf(e.getMessage());
        var prefix = backend.name() + ": ";
        return message.startsWith(prefix) ? message.substring(prefix.length()) : message;
    }
}
