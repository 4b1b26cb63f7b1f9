package smartproxy.pulp;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Backend;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Relay;
import smartproxy.core.api.Role;
import smartproxy.core.api.StartException;

/** The routes to Pulp through the daemon, and what Katello is told of them. */
final class Gateway {
    /** Katello waits 30 s. */
    private static final Duration API_TIME = Duration.ofSeconds(25);

    private static final Duration CONTENT_FIRST_BYTE = Duration.ofMinutes(10);
    private static final Duration CONTENT_IDLE = Duration.ofMinutes(1);
    private static final int CONTENT_PERMITS = 512;
    private static final Set<String> READ = Set.of("GET", "HEAD");
    private static final Set<String> ALL = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
    private static final Set<String> NO_SCHEMES = Set.of();
    private static final Optional<String> CLIENT = Optional.of("X-CLIENT-CERT");

    private final GatewaySettings settings;
    private final URI own;
    private final List<Mount> mounts = new ArrayList<>();

    /** @throws StartException when its own URL is not known, or a file of an identity cannot be used */
    Gateway(GatewaySettings settings, ModuleContext context) throws StartException {
        this.settings = settings;
        this.own = settings.url().isPresent() ? settings.url().get() : own(context.daemon());
        var login = settings.login();
        var api = login.to(settings.apiUrl());
        var content = login.at(settings.contentUrl());
        // reads the files of the identities now, when it can still be said
        var unused = List.of(context.http(api), context.http(content));
        var ask = api(login.at(settings.apiUrl()), context.backend("gateway status", 16), READ);
        var asForeman = api(api, context.backend("gateway api", 64), ALL);
        var open = api(login.at(settings.apiUrl()), context.backend("gateway open", 64), READ);
        var serve = content(content, context.backend("gateway content", CONTENT_PERMITS), CLIENT, READ);
        mounts.add(Mount.ofRelay("/pulp/api/v3/status", Role.ANONYMOUS, ask));
        mounts.add(Mount.ofRelay("/pulp/api/v3", Role.FOREMAN, asForeman));
        mounts.add(Mount.ofRelay("/pulp/api/v2", Role.FOREMAN, asForeman));
        for (var path : List.of("/pulp/content", "/pulp/container", "/pulp/repos", "/pulp/isos", "/pulp/deb")) {
            mounts.add(Mount.ofRelay(path, Role.ANONYMOUS, serve));
        }
        mounts.add(Mount.ofRelay("/pulp_ansible/galaxy", Role.ANONYMOUS, open));
        mounts.add(Mount.ofRelay("/pypi", Role.ANONYMOUS, open));
        if (settings.rhsm()) {
            mounts.add(rhsm(context));
        }
    }

    private Relay api(HttpIdentity identity, Backend backend, Set<String> methods) {
        return new Relay(
                identity,
                backend,
                methods,
                Optional.of(settings.spool()),
                Optional.empty(),
                NO_SCHEMES,
                Optional.of(API_TIME),
                API_TIME,
                API_TIME);
    }

    private static Relay content(
            HttpIdentity identity, Backend backend, Optional<String> certificateHeader, Set<String> methods) {
        return new Relay(
                identity,
                backend,
                methods,
                Optional.empty(),
                certificateHeader,
                NO_SCHEMES,
                Optional.empty(),
                CONTENT_FIRST_BYTE,
                CONTENT_IDLE);
    }

    private Mount rhsm(ModuleContext context) throws StartException {
        var foreman = context.daemon().foremanUrl();
        if (foreman.isEmpty()) {
            throw new StartException("pulpcore: :rhsm: of the gateway needs :foreman_url: in settings.yml");
        }
        var files = context.daemon().foreman();
        var identity = HttpIdentity.of(
                URI.create(foreman.get().getScheme() + "://" + foreman.get().getRawAuthority()), "foreman_ssl_ca");
        if (files.authorities().isPresent()) {
            identity = identity.trusting(files.authorities().get());
        }
        if (files.certificate().isPresent() && files.privateKey().isPresent()) {
            identity = identity.presenting(
                    files.certificate().get(), files.privateKey().get());
        }
        var unused = context.http(identity);
        var relay = new Relay(
                identity,
                context.backend("gateway rhsm", 64),
                ALL,
                Optional.of(settings.spool()),
                Optional.of("X-RHSM-SSL-CLIENT-CERT"),
                NO_SCHEMES,
                Optional.of(API_TIME.multipliedBy(2)),
                API_TIME.multipliedBy(2),
                API_TIME.multipliedBy(2));
        return Mount.ofRelay("/rhsm", Role.MANAGED_HOST, relay);
    }

    List<Mount> mounts() {
        return mounts;
    }

    /** What Katello is told in place of what the file says. */
    Map<String, @Nullable Object> shown() {
        var shown = new LinkedHashMap<String, @Nullable Object>();
        shown.put(PulpcoreSettings.PULP_URL.key(), own.toString());
        shown.put(PulpcoreSettings.CONTENT_APP_URL.key(), own + "/pulp/content");
        shown.put(PulpcoreSettings.USERNAME.key(), null);
        shown.put(PulpcoreSettings.PASSWORD.key(), null);
        shown.put(PulpcoreSettings.CLIENT_AUTHENTICATION.key(), List.of("client_certificate"));
        if (settings.rhsm()) {
            shown.put(PulpcoreSettings.RHSM_URL.key(), own + "/rhsm");
        }
        return shown;
    }

    /** By the name that clients verify. */
    private static URI own(DaemonSettings daemon) throws StartException {
        if (daemon.ports().https().isEmpty() || daemon.own().certificate().isEmpty()) {
            throw new StartException(
                    "pulpcore: the gateway needs https; set ssl_certificate, ssl_private_key and ssl_ca_file");
        }
        var file = daemon.own().certificate().get();
        try (InputStream in = Files.newInputStream(file)) {
            var certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            var name = name(certificate)
                    .orElseThrow(() -> new StartException(
                            "pulpcore: " + file + " names no host; set :url: of the gateway in pulpcore.yml"));
            return URI.create("https://" + name + ":" + daemon.ports().https().get());
        } catch (IOException | CertificateException | InvalidNameException | IllegalArgumentException e) {
            throw new StartException(
                    "pulpcore: " + file + " does not tell the daemon's name; set :url: of the gateway in pulpcore.yml",
                    e);
        }
    }

    private static Optional<String> name(X509Certificate certificate)
            throws CertificateException, InvalidNameException {
        var alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (var alternative : alternatives) {
                if (Integer.valueOf(2).equals(alternative.get(0))
                        && !String.valueOf(alternative.get(1)).startsWith("*")) {
                    return Optional.of(String.valueOf(alternative.get(1)));
                }
            }
        }
        return new LdapName(certificate.getSubjectX500Principal().getName())
                .getRdns().stream()
                        .filter(part -> part.getType().equalsIgnoreCase("CN"))
                        .map(part -> String.valueOf(part.getValue()))
                        .findFirst();
    }
}
