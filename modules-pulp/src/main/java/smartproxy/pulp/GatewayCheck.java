package smartproxy.pulp;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.HttpReply;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ProxyException;
import smartproxy.core.api.Secret;
import smartproxy.core.api.StartException;

/**
 * Looks at a Pulp: whether it answers, lets the daemon in, and, behind the gateway, serves content and names the daemon in what it
 * answers, not itself.
 */
final class GatewayCheck {
    /** One that hangs leaves time to ask for the content. */
    private static final Duration API = Duration.ofSeconds(4);

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern REALM = Pattern.compile("realm=\"([^\"]*)\"");

    private final PulpTarget pulp;
    private final Optional<URI> own;
    private final boolean registry;
    private final String what;
    private final HttpPeer asNobody;
    private final HttpPeer loggedIn;
    private final HttpPeer content;

    /**
     * @param own the daemon's URL; empty: the gateway is off
     * @param registry whether its registry is served
     */
    GatewayCheck(PulpTarget pulp, Optional<URI> own, boolean registry, ModuleContext context) throws StartException {
        this.pulp = pulp;
        this.own = own;
        this.registry = registry;
        this.what = "pulpcore: Pulp " + pulp.name() + " at " + pulp.apiUrl();
        this.asNobody = context.http(asTheGateway(pulp.open()));
        this.loggedIn = context.http(asTheGateway(pulp.api()));
        this.content = context.http(asTheGateway(pulp.content()));
    }

    private HttpIdentity asTheGateway(HttpIdentity identity) {
        var asking = identity.header("Accept", new Secret("application/json"));
        return own.isEmpty()
                ? asking
                : asking.header("Host", new Secret(own.get().getRawAuthority()))
                        .header("X-Forwarded-Proto", new Secret("https"));
    }

    /** What was found; ends at once where there is no Pulp. */
    List<Finding> look(Deadline deadline) throws InterruptedException {
        var findings = new ArrayList<Finding>();
        try {
            askApi(deadline.within(API), findings);
        } catch (IOException | ProxyException e) {
            findings.add(Finding.error(
                    what,
                    "does not answer: " + e.getMessage(),
                    "look whether it runs, and at api_url in pulpcore.yml"));
        }
        if (own.isPresent()) {
            askContent(deadline, findings);
        }
        return findings;
    }

    private void askApi(Deadline deadline, List<Finding> findings) throws IOException, InterruptedException {
        if (pulp.provider().equals(PulpTarget.PULP2)) {
            types(loggedIn.send(HttpCall.get(pulp.path("api/v2/plugins/types/")), deadline), findings);
            return;
        }
        var status = asNobody.send(HttpCall.get(pulp.path("api/v3/status/")), deadline);
        if (status.status() != 200) {
            findings.add(Finding.error(what, "answers its status with " + status.status(), "is it a Pulp 3?"));
            return;
        }
        status(JSON.readTree(status.body()), findings);
        // to the root Pulp lets everybody in
        var tasks = HttpCall.get(pulp.path("api/v3/tasks/")).with("limit", "1");
        login(loggedIn.send(tasks, deadline), findings);
        if (own.isPresent()) {
            links(asNobody.send(HttpCall.get(pulp.path("api/v3/")), deadline), own.get(), findings);
        }
        if (registry && own.isPresent()) {
            realm(asNobody.send(HttpCall.get("v2/"), deadline), own.get(), findings);
        }
    }

    /** Any answer will do: there may be nothing to be served yet. */
    private void askContent(Deadline deadline, List<Finding> findings) throws InterruptedException {
        try {
            var unused = content.send(HttpCall.get(pulp.path("content/")), deadline);
        } catch (IOException | ProxyException e) {
            findings.add(Finding.error(
                    "pulpcore: content of Pulp " + pulp.name() + " at " + pulp.contentUrl(),
                    "does not answer: " + e.getMessage(),
                    "look whether it runs, and at content_url in pulpcore.yml"));
        }
    }

    /** A Pulp 2 names nobody in what it answers; this is asked as the content API does first. */
    private void types(HttpReply types, List<Finding> findings) {
        findings.add(
                types.status() == 200
                        ? Finding.ok(what, "answers and lets the daemon in")
                        : types.status() == 401 || types.status() == 403
                                ? refused(types)
                                : Finding.error(what, "answers with " + types.status(), "is it a Pulp 2?"));
    }

    private Finding refused(HttpReply reply) {
        return Finding.error(
                what,
                "does not let the daemon in: " + reply.status() + (pulp.login().isNobody() ? ", it has no login" : ""),
                "look at username and password_file, client_cert or remote_user in pulpcore.yml");
    }

    private void status(JsonNode status, List<Finding> findings) {
        var workers = status.path("online_workers").size();
        var apps = status.path("online_content_apps").size();
        if (workers == 0 || apps == 0) {
            findings.add(Finding.warning(
                    what,
                    "has " + workers + " workers and " + apps + " content apps: Katello takes it for broken",
                    "start pulpcore-worker and pulpcore-content"));
        } else {
            findings.add(Finding.ok(what, "answers, with " + workers + " workers and " + apps + " content apps"));
        }
        own.ifPresent(url -> origin(status, url, findings));
    }

    private void origin(JsonNode status, URI own, List<Finding> findings) {
        var origin = status.path("content_settings").path("content_origin").asText("");
        if (origin.isEmpty()) {
            findings.add(Finding.warning(
                    what,
                    "does not tell its CONTENT_ORIGIN",
                    "look that it is set to " + own
                            + " in Pulp's settings: base_url of its distributions begins with it"));
        } else if (!origin.equals("null") && !isAt(own, origin)) {
            findings.add(Finding.warning(
                    what,
                    "has CONTENT_ORIGIN " + origin + ", so base_url of its distributions leads past the gateway",
                    "set it to " + own));
        }
    }

    private void login(HttpReply tasks, List<Finding> findings) {
        if (tasks.status() == 401 || tasks.status() == 403) {
            findings.add(refused(tasks));
        } else if (tasks.status() != 200) {
            findings.add(Finding.error(what, "answers its tasks with " + tasks.status(), "look at Pulp's log"));
        }
    }

    private void links(HttpReply root, URI own, List<Finding> findings) throws IOException {
        if (root.status() != 200) {
            return;
        }
        var links = JSON.readTree(root.body()).elements();
        while (links.hasNext()) {
            var link = links.next();
            if (link.isTextual() && link.asText().startsWith("http")) {
                if (!isAt(own, link.asText())) {
                    findings.add(Finding.warning(
                            what,
                            "answers with links to " + link.asText()
                                    + ": it does not take Host and X-Forwarded-Proto as they"
                                    + " come, so next pages lead past the gateway",
                            "let what stands before Pulp pass both headers on"));
                }
                return;
            }
        }
    }

    private void realm(HttpReply reply, URI own, List<Finding> findings) {
        var challenge = reply.header("www-authenticate").orElse("");
        var realm = REALM.matcher(challenge);
        if (reply.status() != 401 || !RegistryGate.isOfTokens(challenge) || !realm.find()) {
            findings.add(Finding.error(
                    what,
                    "answers /v2/ with " + reply.status() + " and asks for no token: the registry stays shut",
                    "set TOKEN_AUTH_DISABLED = False and TOKEN_SERVER = " + own + "/token/ in Pulp's settings"));
        } else if (!isAt(own, realm.group(1))) {
            findings.add(Finding.warning(
                    what,
                    "sends clients of the registry to " + realm.group(1) + " for tokens, past the gateway",
                    "set TOKEN_SERVER = " + own + "/token/ in Pulp's settings"));
        }
    }

    private static boolean isAt(URI own, String link) {
        try {
            var url = URI.create(link);
            return "https".equals(url.getScheme())
                    && own.getHost().equalsIgnoreCase(url.getHost())
                    && (url.getPort() == own.getPort()
                            || (OwnAddress.isOnHttpsPort(url) && OwnAddress.isOnHttpsPort(own)));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
