package smartproxy.core.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import smartproxy.core.auth.Authorizer.Peer;
import smartproxy.core.tls.JdkCertificates;

/** The other end of a connection, as TCP and TLS know it; no header is believed. */
final class Peers {
    private static final String ATTRIBUTE = Peers.class.getName();

    private Peers() {}

    /** Read once per connection: neither end can take another certificate later. */
    static Peer of(Request request) {
        var connection = request.getConnectionMetaData();
        if (connection.getAttribute(ATTRIBUTE) instanceof Peer known) {
            return known;
        }
        var peer = read(request);
        connection.setAttribute(ATTRIBUTE, peer);
        return peer;
    }

    private static Peer read(Request request) {
        var endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        return new Peer(request.isSecure(), address(endPoint), certificate(request));
    }

    private static InetAddress address(EndPoint endPoint) {
        return endPoint.getRemoteSocketAddress() instanceof InetSocketAddress socket && socket.getAddress() != null
                ? socket.getAddress()
                : InetAddress.getLoopbackAddress();
    }

    private static Optional<X509Certificate> certificate(Request request) {
        var attribute = request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE);
        if (attribute instanceof EndPoint.SslSessionData data
                && data.peerCertificates() != null
                && data.peerCertificates().length > 0) {
            try {
                return Optional.of(JdkCertificates.of(data.peerCertificates()[0]));
            } catch (CertificateException e) {
                return Optional.empty(); // cannot be: it was read to be judged. If it is, it proves nothing
            }
        }
        return Optional.empty();
    }
}
