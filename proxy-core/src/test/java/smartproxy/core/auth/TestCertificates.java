package smartproxy.core.auth;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Certificates with the subject and names a test needs; who signed them does not matter here. */
final class TestCertificates {
    private static final KeyPair KEYS = keys();

    private TestCertificates() {}

    static X509Certificate certificate(X500Name subject, Extension... extensions) throws Exception {
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name("CN=test"),
                BigInteger.ONE,
                Date.from(Instant.now()),
                Date.from(Instant.now().plus(1, ChronoUnit.DAYS)),
                subject,
                KEYS.getPublic());
        for (var extension : extensions) {
            builder.addExtension(extension);
        }
        var der = builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(KEYS.getPrivate()))
                .getEncoded();
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    static X509Certificate certificate(X500Name subject, GeneralName... alternatives) throws Exception {
        var names = new GeneralNames(alternatives);
        return certificate(subject, Extension.create(Extension.subjectAlternativeName, false, names));
    }

    static X509Certificate certificate(String subject, String... dnsNames) throws Exception {
        return dnsNames.length == 0
                ? certificate(new X500Name(subject), new Extension[0])
                : certificate(
                        new X500Name(subject),
                        Arrays.stream(dnsNames)
                                .map(name -> new GeneralName(GeneralName.dNSName, name))
                                .toArray(GeneralName[]::new));
    }

    static X509Certificate certificate(X500Name subject) throws Exception {
        return certificate(subject, new Extension[0]);
    }

    private static KeyPair keys() {
        try {
            var generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
