package smartproxy.core.auth;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Parameters;
import smartproxy.core.api.Role;
import smartproxy.core.tls.CertificateMemo;

/** Decides whether a role lets a peer in. It sees the peer of the connection and no header, so none can be believed. */
public final class Authorizer {
    private static final Logger LOG = LoggerFactory.getLogger(Authorizer.class);
    private static final int MAX_NAME = 255;

    private final Optional<TrustedHosts> trustedHosts;
    private final Optional<TrustedHosts> monitorHosts;
    private final boolean forwardVerify;
    private final boolean allowHttp;
    private final HostResolver resolver;
    private final CertificateMemo<Optional<PeerNames>> names = new CertificateMemo<>(Authorizer::read);
    private final Supplier<Optional<X509Certificate>> own;

    public Authorizer(AuthSettings settings, HostResolver resolver) {
        this(settings, resolver, Optional::empty);
    }

    /** @param own the daemon's certificate that is in use */
    public Authorizer(AuthSettings settings, HostResolver resolver, Supplier<Optional<X509Certificate>> own) {
        this.trustedHosts = settings.trustedHosts().map(entries -> new TrustedHosts("trusted_hosts", entries));
        this.monitorHosts = settings.monitorHosts().map(entries -> new TrustedHosts("monitor_hosts", entries));
        this.forwardVerify = settings.forwardVerify();
        this.allowHttp = settings.allowHttpWithoutTrustedHosts();
        this.resolver = resolver;
        this.own = own;
    }

    /**
     * Who is at the other end of the connection.
     *
     * @param secure whether it is https
     * @param certificate verified during the handshake against {@code ssl_ca_file}
     */
    public record Peer(boolean secure, InetAddress address, Optional<X509Certificate> certificate) {}

    /**
     * Whether the role refuses the peer.
     *
     * @param pathInMount named in the refusal
     * @param deadline of the request; a plain http peer is looked up in DNS within it
     * @return the text of a 403, or empty to let in
     * @throws smartproxy.core.api.BusyException when too many lookups are running
     */
    public Optional<String> refusal(Role role, Peer peer, String pathInMount, Deadline deadline) {
        return switch (role) {
            case ANONYMOUS -> Optional.empty();
            case MANAGED_HOST -> withoutCertificate(peer, "Plain http shows no client certificate, use https");
            case FOREMAN -> foreman(peer, pathInMount, deadline);
            case FOREMAN_OR_DAEMON ->
                isDaemon(peer, pathInMount) ? Optional.empty() : foreman(peer, pathInMount, deadline);
            case MONITOR ->
                monitorHosts.isPresent()
                        ? listed(monitorHosts.get(), peer, pathInMount, deadline)
                        : foreman(peer, pathInMount, deadline);
        };
    }

    /** Names that lie in no domain, such as localhost, are nobody's. */
    private boolean isDaemon(Peer peer, String path) {
        if (peer.certificate().isEmpty() || own.get().isEmpty()) {
            return false;
        }
        try {
            var names = PeerNames.of(own.get().get());
            var listed = Stream.concat(names.dnsNames().stream(), names.commonNames().stream())
                    .filter(name -> name.contains("."))
                    .toList();
            return secure(new TrustedHosts("ssl_certificate", listed), peer, path)
                    .isEmpty();
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private Optional<String> foreman(Peer peer, String path, Deadline deadline) {
        if (trustedHosts.isPresent()) {
            return listed(trustedHosts.get(), peer, path, deadline);
        }
        if (!peer.secure() && allowHttp) {
            return Optional.empty();
        }
        return withoutCertificate(
                peer,
                "Plain http is refused while :trusted_hosts: is unset. Set :trusted_hosts: (or"
                        + " :allow_http_without_trusted_hosts: true) in settings.yml");
    }

    private static Optional<String> withoutCertificate(Peer peer, String onHttp) {
        if (!peer.secure()) {
            return Optional.of(onHttp);
        }
        return peer.certificate().isPresent() ? Optional.empty() : Optional.of("No client SSL certificate supplied");
    }

    private Optional<String> listed(TrustedHosts hosts, Peer peer, String path, Deadline deadline) {
        if (LOG.isDebugEnabled()) {
            LOG.debug(
                    "verifying remote client {} against {} {}",
                    AddressText.of(peer.address()),
                    hosts.setting(),
                    Parameters.inspect(hosts.entries()));
        }
        return peer.secure() ? secure(hosts, peer, path) : plain(hosts, peer.address(), path, deadline);
    }

    private PeerNames names(X509Certificate certificate) throws CertificateParsingException {
        var known = names.of(certificate);
        return known.isPresent() ? known.get() : PeerNames.of(certificate); // throws again, with its reason
    }

    private static Optional<PeerNames> read(X509Certificate certificate) {
        try {
            return Optional.of(PeerNames.of(certificate));
        } catch (CertificateParsingException e) {
            return Optional.empty();
        }
    }

    private Optional<String> secure(TrustedHosts hosts, Peer peer, String path) {
        if (peer.certificate().isEmpty()) {
            return Optional.of("could not read client cert from environment");
        }
        PeerNames names;
        try {
            names = names(peer.certificate().get());
        } catch (CertificateParsingException e) {
            return Optional.of("could not parse the client certificate\n\n" + e.getMessage());
        }
        if (names.dnsNames().stream().anyMatch(hosts::contains)) {
            return Optional.empty();
        }
        if (names.commonNames().isEmpty()) {
            return Optional.of("could not read CN from the client certificate");
        }
        // an authority vouches for one of several CNs, and which one is not known here, so each must be listed
        return names.commonNames().stream()
                .filter(name -> !hosts.contains(name))
                .findFirst()
                .map(name -> untrusted(hosts, name, path));
    }

    private Optional<String> plain(TrustedHosts hosts, InetAddress address, String path, Deadline deadline) {
        var ip = AddressText.of(address);
        if (ip.contains("%")) { // a link-local address has no name in DNS, so it is listed itself
            return listedName(hosts, ip, path);
        }
        String name;
        try {
            name = resolver.nameOf(address, deadline);
        } catch (HostResolver.LookupException e) {
            return Optional.of("unable to resolve hostname for ip address " + ip + "\n\n" + e.getMessage());
        }
        if (forwardVerify) {
            var who = shown(name) + " (" + ip + ")";
            try {
                if (!resolver.addressesOf(name, address, deadline).contains(address)) {
                    return Optional.of("untrusted client has no matching forward DNS lookup - " + who);
                }
            } catch (HostResolver.LookupException e) {
                return Optional.of("could not forward verify the remote hostname - " + who + "\n\n" + e.getMessage());
            }
        }
        return listedName(hosts, name, path);
    }

    private static Optional<String> listedName(TrustedHosts hosts, String name, String path) {
        return hosts.contains(name) ? Optional.empty() : Optional.of(untrusted(hosts, name, path));
    }

    private static String untrusted(TrustedHosts hosts, String name, String path) {
        return "Untrusted client " + shown(name) + " attempted to access " + path + ". Check :" + hosts.setting()
                + ": in settings.yml";
    }

    /** A name that goes into a log and a page: lower case, without what could be read as markup or a line of its own. */
    private static String shown(String name) {
        var shown = new StringBuilder();
        for (int i = 0; i < Math.min(name.length(), MAX_NAME); i++) {
            char c = name.charAt(i);
            shown.append(c < ' ' || c > '~' || "<>&\"'".indexOf(c) >= 0 ? '?' : c);
        }
        return TrustedHosts.lowerCase(shown.toString());
    }
}
