package smartproxy.dhcp.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import smartproxy.core.api.Backend;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.infoblox.GridQuestions;
import smartproxy.infoblox.Wapi;

/**
 * Looks at the grid by GET alone: does it answer, does it take the user, are there the views, which subnets does the user see. Whether
 * he may write, or restart services, is told by nothing but a change.
 */
final class DhcpGridCheck {
    private static final String ONE = "1";

    private final InfobloxDhcpSettings settings;
    private final Wapi wapi;
    private final GridQuestions grid;
    private final GridRecords records;
    private final Networks networks;

    DhcpGridCheck(InfobloxDhcpSettings settings, Wapi wapi, Backend backend) {
        this.settings = settings;
        this.wapi = wapi;
        this.grid = new GridQuestions(settings.grid(), backend, settings.hosts() ? "dns_view" : "network_view");
        this.records = GridRecords.of(settings);
        this.networks = new Networks(settings.networkView(), settings.managed());
    }

    List<Finding> probe(Deadline deadline) {
        List<JsonNode> any;
        try {
            any = find(Networks.TYPE, Networks.FIELDS, Map.of("network_view", settings.networkView()), deadline);
        } catch (BackendException e) {
            return List.of(
                    Finding.error(grid.what(), grid.plain(e), "nothing can be changed there until this is mended"));
        }
        var findings = new ArrayList<Finding>();
        grid.clearPassword().ifPresent(findings::add);
        var view = "network view " + settings.networkView();
        if (any.isEmpty()) {
            findings.add(Finding.error(
                    grid.what(),
                    "takes user '" + settings.grid().username() + "', and shows it no network in " + view,
                    "give it read and write permission for the networks, or correct network_view"));
        } else {
            findings.add(Finding.ok(
                    grid.what(),
                    "takes user '" + settings.grid().username() + "', and shows it networks in " + view
                            + " (whether it may write, only a change tells)"));
            subnets(view, deadline, findings);
        }
        findings.add(records(deadline));
        findings.add(restarts(deadline));
        return findings;
    }

    private List<JsonNode> find(String type, String fields, Map<String, String> filter, Deadline deadline) {
        var one = new HashMap<>(filter);
        one.put("_max_results", ONE);
        return grid.ask(deadline, attempt -> wapi.find(type, fields, one, attempt));
    }

    private void subnets(String view, Deadline deadline, List<Finding> findings) {
        for (var subnet : settings.managed()) {
            try {
                var found = grid.ask(
                        deadline,
                        attempt -> wapi.find(Networks.TYPE, Networks.FIELDS, networks.at(subnet.network()), attempt));
                findings.add(
                        found.stream()
                                        .flatMap(network -> networks.subnet(network).stream())
                                        .anyMatch(subnet::isSameAs)
                                ? Finding.ok(grid.what() + " subnet " + subnet, "is in " + view)
                                : Finding.error(
                                        grid.what() + " subnet " + subnet,
                                        "is not in " + view,
                                        "correct subnets of dhcp.yml, or let the user read it"));
            } catch (BackendException e) {
                findings.add(Finding.error(grid.what() + " subnet " + subnet, grid.plain(e), ""));
            }
        }
    }

    private Finding records(Deadline deadline) {
        var type = records.type();
        try {
            var view = settings.hosts()
                    ? Map.of("view", settings.dnsView())
                    : Map.of("network_view", settings.networkView());
            var unused = find(type, records.fields(), view, deadline);
            return Finding.ok(grid.what(), "lets it read objects of type " + type);
        } catch (BackendException e) {
            return Finding.error(grid.what(), type + ": " + grid.plain(e), "give the user permission for them");
        }
    }

    private Finding restarts(Deadline deadline) {
        var advice = "give the user the permission to restart DHCP services, or no change is served";
        try {
            return grid.ask(deadline, attempt -> wapi.find("grid", "", Map.of(), attempt))
                            .isEmpty()
                    ? Finding.warning(grid.what(), "does not show itself, so its services cannot be restarted", advice)
                    : Finding.ok(grid.what(), "its services are restarted after changes, if the user may do that");
        } catch (BackendException e) {
            return Finding.warning(
                    grid.what(), "does not show itself, so its services cannot be restarted: " + grid.plain(e), advice);
        }
    }
}
