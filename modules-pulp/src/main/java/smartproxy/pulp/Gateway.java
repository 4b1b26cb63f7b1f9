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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.Mount;
import smartproxy.core.api.Relay;
import smartproxy.core.api.Relay.Times;
import smartproxy.core.api.Role;
import smartproxy.core.api.StartException;

/** The routes to Pulp through the daemon, and what Katello is told of them. */
final class Gateway implements AutoCloseable {
    /** Katello waits 30 s. */
    private static final Times API = Times.all(Duration.ofSeconds(25));

    private static final Times CONTENT = new Times(Optional.empty(), Duration.ofMinutes(10), Duration.ofMinutes(1));
    /** Layers are large, and checked by Pulp before it answers. */
    private static final Times REGISTRY = new Times(Optional.empty(), Duration.ofMinutes(2), Duration.ofMinutes(1));

    private static final Times RHSM = Times.all(Duration.ofSeconds(50));
    private static final int CONTENT_PERMITS = 512;
    private static final int PERMITS = 64;

    private final GatewaySettings settings;
    private final ModuleContext context;
    private final URI own;
    private final List<Mount> mounts = new ArrayList<>();
    private Optional<RegistryGate> registry = Optional.empty();

    /** @throws StartException when its own URL is not known, or a file of an identity cannot be used */
    Gateway(GatewaySettings settings, Collection<PulpTarget> further, ModuleContext context) throws StartException {
        this.settings = settings;
        this.context = context;
        this.own = settings.url().isPresent() ? settings.url().get() : own(context.daemon());
        addPulp(settings.pulp());
        for (var pulp : further) {
            addPulp(pulp);
        }
        var open = Relay.to(checked(settings.pulp().open()), context.backend("gateway open", PERMITS), Relay.READ, API);
        mounts.add(Mount.ofRelay("/pulp_ansible/galaxy", Role.ANONYMOUS, open));
        mounts.add(Mount.ofRelay("/pypi", Role.ANONYMOUS, open));
        if (settings.registry()) {
            registry = Optional.of(addRegistry());
        }
        if (settings.rhsm()) {
            mounts.add(rhsm());
        }
    }

    /** API and content of one Pulp. */
    private void addPulp(PulpTarget pulp) throws StartException {
        var part = "gateway " + (pulp.name().equals(PulpTarget.OWN) ? "" : pulp.name() + " ");
        var place = pulp.place();
        var ask = Relay.to(checked(pulp.open()), context.backend(part + "status", 16), Relay.READ, API)
                .rewriting(place, pulp.root());
        var asForeman = Relay.to(checked(pulp.api()), context.backend(part + "api", PERMITS), Relay.ALL, API)
                .collecting(settings.spool())
                .rewriting(place, pulp.root());
        var content = Relay.to(
                        checked(pulp.content()),
                        context.backend(part + "content", CONTENT_PERMITS),
                        Relay.READ,
                        CONTENT)
                .telling("X-CLIENT-CERT")
                .rewriting(place, pulp.root())
                .ofContent();
        mounts.add(Mount.ofRelay(place + "api/v3/status", Role.ANONYMOUS, ask));
        mounts.add(Mount.ofRelay(place + "api/v3", Role.FOREMAN, asForeman));
        mounts.add(Mount.ofRelay(place + "api/v2", Role.FOREMAN, asForeman));
        for (var path : List.of("content", "container", "repos", "isos", "deb")) {
            mounts.add(Mount.ofRelay(place + path, Role.ANONYMOUS, content));
        }
    }

    /** Its users log in by themselves, with Pulp's tokens. */
    private RegistryGate addRegistry() throws StartException {
        var pulp = settings.pulp();
        var backend = context.backend("gateway registry", PERMITS);
        var gate = new RegistryGate(context.http(pulp.open()), context.backend("gateway registry gate", 2));
        context.health("registry", gate::health);
        var anybody = Relay.to(pulp.open(), backend, Relay.ALL, REGISTRY)
                .collecting(settings.spool())
                .behind(gate);
        mounts.add(Mount.ofRelay("/v2", Role.ANONYMOUS, anybody.passing("bearer")));
        mounts.add(Mount.ofRelay("/extensions/v2", Role.ANONYMOUS, anybody.passing("bearer")));
        mounts.add(Mount.ofRelay("/token", Role.ANONYMOUS, anybody.passing("basic")));
        var asForeman = Relay.to(checked(pulp.api()), backend, Relay.ALL, REGISTRY)
                .collecting(settings.spool())
                .rewriting("/pulpcore_registry/", "/");
        mounts.add(Mount.ofRelay("/pulpcore_registry/v2", Role.FOREMAN_OR_DAEMON, asForeman));
        return gate;
    }

    /** Reads the files of an identity now, when it can still be said what is wrong with them. */
    private HttpIdentity checked(HttpIdentity identity) throws StartException {
        var unused = context.http(identity);
        return identity;
    }

    private Mount rhsm() throws StartException {
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
        var relay = Relay.to(checked(identity), context.backend("gateway rhsm", PERMITS), Relay.ALL, RHSM)
                .collecting(settings.spool())
                .telling("X-RHSM-SSL-CLIENT-CERT");
        return Mount.ofRelay("/rhsm", Role.MANAGED_HOST, relay);
    }

    List<Mount> mounts() {
        return mounts;
    }

    void start() {
        registry.ifPresent(RegistryGate::start);
    }

    @Override
    public void close() {
        registry.ifPresent(RegistryGate::close);
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
