package smartproxy.core.daemon;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** An authority and one certificate for both ends, good for an hour and for a rehearsal alone. */
final class RehearsalPki {
    private static final Duration LIFE = Duration.ofHours(1);
    private static final char[] NO_PASSWORD = {};

    private RehearsalPki() {}

    /**
     * Writes {@code ca.pem}, {@code server.pem} and {@code server.key}, of localhost.
     *
     * @return the client's side
     */
    static SSLContext writeTo(Path directory) throws GeneralSecurityException, IOException {
        var generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        var authorityKey = generator.generateKeyPair();
        var authority = certificate(1, "CN=Rehearsal", authorityKey, "CN=Rehearsal", authorityKey);
        var key = generator.generateKeyPair();
        var leaf = certificate(2, "CN=localhost", key, "CN=Rehearsal", authorityKey);
        write(directory.resolve("ca.pem"), "CERTIFICATE", authority.getEncoded());
        write(directory.resolve("server.pem"), "CERTIFICATE", leaf.getEncoded());
        write(directory.resolve("server.key"), "PRIVATE KEY", key.getPrivate().getEncoded());
        return client(authority, leaf, key);
    }

    private static X509Certificate certificate(
            int serial, String subject, KeyPair key, String issuer, KeyPair issuerKey)
            throws GeneralSecurityException, IOException {
        var now = Instant.now();
        var builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                BigInteger.valueOf(serial),
                Date.from(now.minus(LIFE)),
                Date.from(now.plus(LIFE)),
                new X500Name(subject),
                key.getPublic());
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(subject.equals(issuer)));
        try {
            var signer = new JcaContentSignerBuilder("SHA256withRSA").build(issuerKey.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer));
        } catch (OperatorCreationException e) {
            throw new GeneralSecurityException(e);
        }
    }

    private static void write(Path file, String kind, byte[] der) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        Files.createFile(file, mode);
        Files.writeString(
                file,
                "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + kind
                        + "-----\n");
    }

    private static SSLContext client(X509Certificate authority, X509Certificate leaf, KeyPair key)
            throws GeneralSecurityException, IOException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setKeyEntry("leaf", key.getPrivate(), NO_PASSWORD, new Certificate[] {leaf});
        store.setCertificateEntry("authority", authority);
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, NO_PASSWORD);
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        var context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return context;
    }
}
