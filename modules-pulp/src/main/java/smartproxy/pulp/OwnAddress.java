package smartproxy.pulp;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import smartproxy.core.api.DaemonSettings;
import smartproxy.core.api.StartException;

/** The daemon's own URL, by the name that clients verify. */
final class OwnAddress {
    private static final int HTTPS = 443;

    private OwnAddress() {}

    /**
     * That of a further listener on 443, which Katello calls whatever port it is told; else that of {@code https_port}.
     *
     * @throws StartException when there is no https, or its certificate names no host
     */
    static URI of(DaemonSettings daemon) throws StartException {
        var further = daemon.listeners().stream()
                .filter(listener -> listener.port() == HTTPS && listener.all())
                .findFirst();
        if (further.isPresent()) {
            return url(further.get().certificate().orElseThrow(), HTTPS);
        }
        if (daemon.ports().https().isEmpty() || daemon.own().certificate().isEmpty()) {
            throw new StartException(
                    "pulpcore: the gateway needs https; set ssl_certificate, ssl_private_key and ssl_ca_file");
        }
        return url(daemon.own().certificate().get(), daemon.ports().https().get());
    }

    /** Whether Katello, which takes https to be on 443, comes here. */
    static boolean isOnHttpsPort(URI url) {
        return url.getPort() < 0 || url.getPort() == HTTPS;
    }

    private static URI url(Path file, int port) throws StartException {
        try (InputStream in = Files.newInputStream(file)) {
            var certificate =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
            var name = names(certificate).stream()
                    .filter(OwnAddress::isHost)
                    .findFirst()
                    .orElseThrow(() -> new StartException(
                            "pulpcore: " + file + " names no host; set :url: of the gateway in pulpcore.yml"));
            return URI.create("https://" + name + (port == HTTPS ? "" : ":" + port));
        } catch (IOException | CertificateException | InvalidNameException e) {
            throw new StartException(
                    "pulpcore: " + file + " does not tell the daemon's name; set :url: of the gateway in pulpcore.yml",
                    e);
        }
    }

    private static List<String> names(X509Certificate certificate) throws CertificateException, InvalidNameException {
        var names = new ArrayList<String>();
        var alternatives = certificate.getSubjectAlternativeNames();
        if (alternatives != null) {
            for (var alternative : alternatives) {
                if (Integer.valueOf(2).equals(alternative.get(0))) {
                    names.add(String.valueOf(alternative.get(1)));
                }
            }
        }
        new LdapName(certificate.getSubjectX500Principal().getName())
                .getRdns().stream()
                        .filter(part -> part.getType().equalsIgnoreCase("CN"))
                        .forEach(part -> names.add(String.valueOf(part.getValue())));
        return names;
    }

    /** Whether it can be one in a URL, which a wildcard cannot. */
    private static boolean isHost(String name) {
        try {
            return new URI("https", name, "/", null).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
