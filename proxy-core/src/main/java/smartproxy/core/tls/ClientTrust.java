package smartproxy.core.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CRL;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Judges client certificates: path to an authority, validity and extended key usage by the runtime (RFC 5280), revocation
 * here. The runtime's own revocation check is not used because it refuses everybody once a list is out of date or when a list
 * of one authority is missing.
 */
final class ClientTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager path;
    private final List<X509Certificate> authorities;
    private final List<X509CRL> revocations;
    private final Crypto crypto;

    ClientTrust(TlsMaterial material, Crypto crypto) throws GeneralSecurityException {
        this.crypto = crypto;
        revocations = material.revocations();
        authorities = material.authorities().stream()
                .filter(authority -> !isRevoked(authority))
                .toList();
        var anchors = authorities.stream()
                .map(authority -> new TrustAnchor(authority, null))
                .collect(Collectors.toSet());
        var parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
        parameters.setRevocationEnabled(false);
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        path = (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        if (crypto.isNative()) {
            checkClientTrusted(JdkCertificates.of(chain), authType);
            return;
        }
        path.checkClientTrusted(chain, authType, engine);
        checkTimeAndRevocation(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        path.checkClientTrusted(chain, authType, socket);
        checkTimeAndRevocation(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        path.checkClientTrusted(chain, authType);
        checkTimeAndRevocation(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return path.getAcceptedIssuers();
    }

    private void checkTimeAndRevocation(X509Certificate[] chain) throws CertificateException {
        checkTime(chain);
        for (var certificate : chain) {
            if (isRevoked(certificate)) {
                throw new CertificateException("the certificate of " + TlsMaterial.name(certificate) + " is revoked");
            }
        }
    }

    /** The runtime does not look at the time of what is itself in the file of the authorities; OpenSSL does. */
    private void checkTime(X509Certificate[] chain) throws CertificateException {
        chain[0].checkValidity();
        for (var certificate : chain) {
            var above = authorities.stream()
                    .filter(authority ->
                            authority.getSubjectX500Principal().equals(certificate.getIssuerX500Principal()))
                    .toList();
            if (above.isEmpty()) {
                continue;
            }
            if (!above.stream().allMatch(ClientTrust::isValidNow)
                    && above.stream()
                            .filter(ClientTrust::isValidNow)
                            .noneMatch(authority -> isSigned(certificate, authority.getPublicKey()))) {
                throw new CertificateExpiredException(
                        "the authority " + TlsMaterial.name(above.get(0)) + " has expired or is not yet valid");
            }
            return;
        }
    }

    private static boolean isValidNow(X509Certificate certificate) {
        try {
            certificate.checkValidity();
            return true;
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return false;
        }
    }

    private static boolean isSigned(X509Certificate certificate, PublicKey key) {
        try {
            certificate.verify(key);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private boolean isRevoked(X509Certificate certificate) {
        return revocations.stream()
                .anyMatch(list -> list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())
                        && list.getRevokedCertificate(certificate.getSerialNumber()) != null);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("judges clients only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("judges clients only");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("judges clients only");
    }
}
