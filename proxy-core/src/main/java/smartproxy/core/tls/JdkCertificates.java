package smartproxy.core.tls;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;

/**
 * Certificates as the Java runtime reads them, whichever library received them, so that a name means the same with each. The
 * runtime keeps those it has read for a while, so one that comes again costs next to nothing.
 */
public final class JdkCertificates {
    private JdkCertificates() {}

    /** @throws CertificateException when it cannot be read */
    public static X509Certificate of(X509Certificate certificate) throws CertificateException {
        var factory = CertificateFactory.getInstance("X.509");
        return (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(certificate.getEncoded()));
    }

    /** @throws CertificateException when one cannot be read */
    static X509Certificate[] of(X509Certificate[] chain) throws CertificateException {
        var read = new X509Certificate[chain.length];
        for (var i = 0; i < chain.length; i++) {
            read[i] = of(chain[i]);
        }
        return read;
    }
}
