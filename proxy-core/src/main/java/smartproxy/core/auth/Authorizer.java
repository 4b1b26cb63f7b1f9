package smartproxy.core.auth;

import java.net.InetAddress;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Parameters;
import smartproxy.core.api.Role;

/** Decides whether a role lets a peer in. It sees the peer of the connection and no header, so none can be believed. */
public final class Authorizer {
    private static final Logger LOG = LoggerFactory.getLogger(Authorizer.class);
    private static final int MAX_NAME = 255;

    private final AuthSettings settings;
    private final HostResolver resolver;

    public Authorizer(AuthSettings settings, HostResolver resolver) {
        this.settings = settings;
        this.resolver = resolver;
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
            case MONITOR ->
                settings.monitorHosts().isPresent()
                        ? listed("monitor_hosts", settings.monitorHosts().get(), peer, pathInMount, deadline)
                        : foreman(peer, pathInMount, deadline);
        };
    }

    private Optional<String> foreman(Peer peer, String path, Deadline deadline) {
        if (settings.trustedHosts().isPresent()) {
            return listed("trusted_hosts", settings.trustedHosts().get(), peer, path, deadline);
        }
        if (!peer.secure() && settings.allowHttpWithoutTrustedHosts()) {
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

    private Optional<String> listed(String setting, List<String> entries, Peer peer, String path, Deadline deadline) {
        LOG.debug(
                "verifying remote client {} against {} {}",
                AddressText.of(peer.address()),
                setting,
                Parameters.inspect(entries));
        var hosts = new TrustedHosts(entries);
        return peer.secure()
                ? secure(setting, hosts, peer, path)
                : plain(setting, hosts, peer.address(), path, deadline);
    }

    private static Optional<String> secure(String setting, TrustedHosts hosts, Peer peer, String path) {
        if (peer.certificate().isEmpty()) {
            return Optional.of("could not read client cert from environment");
        }
        PeerNames names;
        try {
            names = PeerNames.of(peer.certificate().get());
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
                .map(name -> untrusted(setting, name, path));
    }

    private Optional<String> plain(
            String setting, TrustedHosts hosts, InetAddress address, String path, Deadline deadline) {
        var ip = AddressText.of(address);
        String name;
        try {
            name = ip.contains("%") ? ip : resolver.nameOf(address, deadline);
        } catch (HostResolver.LookupException e) {
            return Optional.of("unable to resolve hostname for ip address " + ip + "\n\n" + e.getMessage());
        }
        if (settings.forwardVerify() && !ip.contains("%")) {
            try {
                if (!resolver.addressesOf(name, address, deadline).contains(address)) {
                    return Optional.of(
                            "untrusted client has no matching forward DNS lookup - " + shown(name) + " (" + ip + ")");
                }
            } catch (HostResolver.LookupException e) {
                return Optional.of("could not forward verify the remote hostname - " + shown(name) + " (" + ip + ")\n\n"
                        + e.getMessage());
            }
        }
        return hosts.contains(name) ? Optional.empty() : Optional.of(untrusted(setting, name, path));
    }

    private static String untrusted(String setting, String name, String path) {
        return "Untrusted client " + shown(name) + " attempted to access " + path + ". Check :" + setting
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
