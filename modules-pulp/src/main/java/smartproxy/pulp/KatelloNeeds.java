package smartproxy.pulp;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.Finding;

/** What Katello would do with what it is told, where that is not what an administrator means. */
final class KatelloNeeds {
    private static final int HTTP = 80;

    private KatelloNeeds() {}

    /** Of addresses that the file gives. */
    static List<Finding> of(PulpcoreSettings settings) {
        var findings = new ArrayList<Finding>();
        settings.pulpUrl().ifPresent(url -> port("pulp_url", url, findings));
        settings.contentAppUrl()
                .filter(url -> !url.getPath().startsWith("/pulp/content"))
                .ifPresent(url -> findings.add(Finding.warning(
                        "pulpcore: content_app_url",
                        "has the path '" + url.getPath()
                                + "', and Katello appends paths of repositories to it: hosts would look"
                                + " for them where Pulp has none",
                        "let it end in /pulp/content")));
        settings.rhsmUrl()
                .filter(url -> !"https".equals(url.getScheme()))
                .ifPresent(url -> findings.add(Finding.warning(
                        "pulpcore: rhsm_url",
                        "is not https: Katello refuses to make registration commands with it",
                        "such as https://" + url.getHost() + ":443/rhsm")));
        return findings;
    }

    /** Of the gateway. */
    static List<Finding> of(URI own, DaemonSettings daemon) {
        var findings = new ArrayList<Finding>();
        port("gateway", own, findings);
        if (daemon.listeners().stream()
                .noneMatch(listener ->
                        listener.port() == HTTP && listener.certificate().isEmpty())) {
            findings.add(Finding.warning(
                    "pulpcore: gateway",
                    "nothing serves content on port 80, where hosts that are installed look for kickstart media: Katello"
                            + " makes those URLs with plain http",
                    "add a listener of port 80 with routes: content to :listeners: in settings.yml, unless no host is"
                            + " installed from here"));
        }
        return findings;
    }

    private static void port(String what, URI url, List<Finding> findings) {
        var plain = "http".equals(url.getScheme());
        if (!OwnAddress.isOnHttpsPort(url) && !(plain && url.getPort() == HTTP)) {
            findings.add(Finding.warning(
                    "pulpcore: " + what,
                    "is at port " + url.getPort() + ", and Katello drops the port: it would call " + url.getHost() + ":"
                            + (plain ? HTTP : 443) + " for all but the status",
                    "serve it on 443; the daemon can by :https_port: or :listeners: in settings.yml"));
        }
        if (plain) {
            findings.add(Finding.warning(
                    "pulpcore: " + what,
                    "is plain http: Katello shows its client certificate to nobody then, and Pulp lets it do nothing",
                    "use https"));
        }
    }
}
