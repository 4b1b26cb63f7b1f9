package smartproxy.core.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLNumber;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CRLConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/**
 * A certificate authority for tests.
 *
 * <pre>{@code
 * var pki = TestPki.create();
 * var dir = pki.writeTo(tempDir);                 // ca.pem, server.pem, server.key
 * var foreman = pki.client("foreman.example.com");
 * SSLContext context = foreman.sslContext(pki.ca());
 * var expired = pki.issue("old.example.com").expired().sign();
 * var foreign = TestPki.create().client("foreman.example.com");
 * }</pre>
 *
 * <p>{@link #issue} has the defaults of a client certificate: P-256 key, extended key usage clientAuth, valid from an hour
 * ago for a day, signed by the authority.
 */
public final class TestPki {
    /** What a new certificate is for. */
    public enum Purpose {
        CLIENT,
        SERVER;

        private KeyPurposeId id() {
            return this == CLIENT ? KeyPurposeId.id_kp_clientAuth : KeyPurposeId.id_kp_serverAuth;
        }
    }

    /** The key of a new certificate. RSA-4096 takes seconds to make. */
    public enum KeyType {
        RSA_2048("RSA", 2048),
        RSA_4096("RSA", 4096),
        EC_P256("EC", 256),
        EC_P384("EC", 384),
        EC_P521("EC", 521),
        ED25519("Ed25519", 0);

        private final String algorithm;
        private final int bits;

        KeyType(String algorithm, int bits) {
            this.algorithm = algorithm;
            this.bits = bits;
        }

        /** A new key. */
        public KeyPair generate() {
            try {
                var generator = KeyPairGenerator.getInstance(algorithm);
                if (algorithm.equals("EC")) {
                    generator.initialize(new ECGenParameterSpec("secp" + bits + "r1"));
                } else if (bits > 0) {
                    generator.initialize(bits);
                }
                return generator.generateKeyPair();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final Issued ca;
    private @Nullable Issued server;

    private TestPki(Issued ca) {
        this.ca = ca;
    }

    /** A new authority with an RSA-2048 key. */
    public static TestPki create() {
        return create("Test CA", KeyType.RSA_2048);
    }

    /** A new authority. */
    public static TestPki create(String commonName, KeyType keyType) {
        return new TestPki(new Builder("CN=" + commonName, null)
                .authority()
                .key(keyType)
                .validFor(Duration.ofDays(3650))
                .sign());
    }

    /** The root. */
    public Issued ca() {
        return ca;
    }

    /** The server's certificate, made once: RSA-2048, CN and SAN proxy.example.com, and localhost, 127.0.0.1, ::1. */
    public synchronized Issued server() {
        if (server == null) {
            server = issueServer().sign();
        }
        return server;
    }

    /** Like {@link #server()}, to be changed before it is signed. */
    public Builder issueServer() {
        return issue("proxy.example.com")
                .purposes(Purpose.SERVER)
                .key(KeyType.RSA_2048)
                .validFor(Duration.ofDays(365))
                .dns("proxy.example.com", "localhost")
                .ip("127.0.0.1", "::1");
    }

    /** A good client certificate with this CN. */
    public Issued client(String commonName) {
        return issue(commonName).sign();
    }

    /** A certificate to be described; the defaults are those of a client. */
    public Builder issue(String commonName) {
        return issueSubject("CN=" + commonName);
    }

    /** @param subject a distinguished name such as {@code O="CN=a",CN=b}; empty for none */
    public Builder issueSubject(String subject) {
        return new Builder(subject, ca);
    }

    /** An authority below the root. */
    public Issued intermediate(String commonName) {
        return issue(commonName).authority().validFor(Duration.ofDays(365)).sign();
    }

    /** The root's revocation list, good for a day. */
    public String crlPem(Issued... revoked) {
        return crlPem(ca, Instant.now().plus(Duration.ofDays(1)), revoked);
    }

    /** A revocation list of any authority. */
    public static String crlPem(Issued authority, Instant nextUpdate, Issued... revoked) {
        return pem(crl(authority, nextUpdate, revoked));
    }

    /** A revocation list of any authority. */
    public static X509CRL crl(Issued authority, Instant nextUpdate, Issued... revoked) {
        var start = nextUpdate.minus(Duration.ofDays(2));
        var builder = list(authority, nextUpdate);
        for (var one : revoked) {
            builder.addCRLEntry(one.certificate().getSerialNumber(), Date.from(start), 0);
        }
        return sign(builder, authority);
    }

    /** A list of what was revoked since another list. */
    static String deltaCrlPem(Issued authority, Instant nextUpdate) {
        var builder = list(authority, nextUpdate);
        try {
            builder.addExtension(Extension.deltaCRLIndicator, true, new CRLNumber(BigInteger.ONE));
        } catch (CertIOException e) {
            throw new IllegalStateException(e);
        }
        return pem(sign(builder, authority));
    }

    private static JcaX509v2CRLBuilder list(Issued authority, Instant nextUpdate) {
        var builder = new JcaX509v2CRLBuilder(
                authority.certificate().getSubjectX500Principal(), Date.from(nextUpdate.minus(Duration.ofDays(2))));
        builder.setNextUpdate(Date.from(nextUpdate));
        return builder;
    }

    private static X509CRL sign(JcaX509v2CRLBuilder builder, Issued authority) {
        try {
            return new JcaX509CRLConverter().getCRL(builder.build(signer(authority.key())));
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Writes {@code ca.pem}, {@code server.pem} and {@code server.key} (0600).
     *
     * @return the directory
     */
    public Path writeTo(Path directory) {
        write(directory.resolve("ca.pem"), ca.pem());
        server().writeTo(directory, "server");
        return directory;
    }

    /** Writes a text, readable by the owner alone. */
    public static Path write(Path file, String text) {
        try {
            Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
            Files.writeString(file, text);
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A client's context that shows no certificate. */
    public static SSLContext anonymousContext(Issued... trusted) {
        return context(new KeyManager[0], trusted);
    }

    private static SSLContext context(KeyManager[] keys, Issued... trusted) {
        try {
            return context(SSLContext.getInstance("TLS"), keys, trusted);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(SSLContext context, KeyManager[] keys, Issued... trusted) {
        try {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (var i = 0; i < trusted.length; i++) {
                store.setCertificateEntry("ca" + i, trusted[i].certificate());
            }
            var trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            context.init(keys, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
        var algorithm = switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> "Ed25519";
        };
        return new JcaContentSignerBuilder(algorithm).build(key);
    }

    private static String pem(Object... objects) {
        var text = new StringWriter();
        try (var writer = new JcaPEMWriter(text)) {
            for (var object : objects) {
                writer.writeObject(object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    /** Describes a certificate. */
    public static final class Builder {
        private final String subject;
        private @Nullable Issued issuer;
        private KeyType keyType = KeyType.EC_P256;
        private @Nullable KeyPair keyPair;
        private Instant from = Instant.now().minus(Duration.ofHours(1));
        private Instant to = Instant.now().plus(Duration.ofDays(1));
        private List<Purpose> purposes = List.of(Purpose.CLIENT);
        private boolean authority;
        private final List<GeneralName> names = new ArrayList<>();
        private final Map<String, String> extensions = new LinkedHashMap<>();

        private Builder(String subject, @Nullable Issued issuer) {
            this.subject = subject;
            this.issuer = issuer;
        }

        /** Makes a new key of this type. */
        public Builder key(KeyType type) {
            keyType = type;
            return this;
        }

        /** Takes this key. */
        public Builder key(KeyPair pair) {
            keyPair = pair;
            return this;
        }

        /** SAN dNSName. */
        public Builder dns(String... values) {
            return names(GeneralName.dNSName, values);
        }

        /** SAN iPAddress. */
        public Builder ip(String... values) {
            return names(GeneralName.iPAddress, values);
        }

        /** SAN rfc822Name. */
        public Builder email(String... values) {
            return names(GeneralName.rfc822Name, values);
        }

        private Builder names(int kind, String... values) {
            Arrays.stream(values).map(value -> new GeneralName(kind, value)).forEach(names::add);
            return this;
        }

        /** An extension of this object identifier with a text, as entitlements of subscriptions have them. */
        public Builder extension(String id, String text) {
            extensions.put(id, text);
            return this;
        }

        /** Extended key usage; none given: no such extension. */
        public Builder purposes(Purpose... values) {
            purposes = List.of(values);
            return this;
        }

        /** From an hour ago. */
        public Builder validFor(Duration duration) {
            return valid(Instant.now().minus(Duration.ofHours(1)), Instant.now().plus(duration));
        }

        public Builder valid(Instant notBefore, Instant notAfter) {
            from = notBefore;
            to = notAfter;
            return this;
        }

        /** Ended an hour ago. */
        public Builder expired() {
            return valid(Instant.now().minus(Duration.ofDays(2)), Instant.now().minus(Duration.ofHours(1)));
        }

        public Builder signedBy(Issued other) {
            issuer = other;
            return this;
        }

        public Builder selfSigned() {
            issuer = null;
            return this;
        }

        /** May sign others. */
        public Builder authority() {
            authority = true;
            purposes = List.of();
            return this;
        }

        public Issued sign() {
            try {
                var pair = keyPair == null ? keyType.generate() : keyPair;
                var certificate = certificate(pair.getPublic(), issuer == null ? pair.getPrivate() : issuer.key());
                var chain = new ArrayList<>(List.of(certificate));
                if (issuer != null && !issuer.isRoot()) {
                    chain.addAll(issuer.chain());
                }
                return new Issued(pair.getPrivate(), List.copyOf(chain));
            } catch (GeneralSecurityException | IOException | OperatorCreationException e) {
                throw new IllegalStateException(e);
            }
        }

        private X509Certificate certificate(PublicKey key, PrivateKey signingKey)
                throws GeneralSecurityException, CertIOException, OperatorCreationException {
            var name = new X500Name(subject);
            var issuerName = issuer == null
                    ? name
                    : X500Name.getInstance(
                            issuer.certificate().getSubjectX500Principal().getEncoded());
            var builder = new JcaX509v3CertificateBuilder(
                    issuerName,
                    BigInteger.valueOf(SERIAL.incrementAndGet()),
                    Date.from(from),
                    Date.from(to),
                    name,
                    key);
            builder.addExtension(
                    Extension.subjectKeyIdentifier, false, new JcaX509ExtensionUtils().createSubjectKeyIdentifier(key));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            if (authority) {
                builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            }
            if (!purposes.isEmpty()) {
                var ids = purposes.stream().map(Purpose::id).toArray(KeyPurposeId[]::new);
                builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(ids));
            }
            if (!names.isEmpty()) {
                builder.addExtension(
                        Extension.subjectAlternativeName,
                        subject.isEmpty(),
                        new GeneralNames(names.toArray(GeneralName[]::new)));
            }
            for (var extension : extensions.entrySet()) {
                builder.addExtension(
                        new ASN1ObjectIdentifier(extension.getKey()), false, new DERUTF8String(extension.getValue()));
            }
            return new JcaX509CertificateConverter().getCertificate(builder.build(signer(signingKey)));
        }
    }

    /**
     * A certificate and its key.
     *
     * @param chain the certificate, then the authorities between it and the root, without the root
     */
    public record Issued(PrivateKey key, List<X509Certificate> chain) {
        public X509Certificate certificate() {
            return chain.get(0);
        }

        private boolean isRoot() {
            return certificate().getSubjectX500Principal().equals(certificate().getIssuerX500Principal());
        }

        /** The chain. */
        public String pem() {
            return TestPki.pem(chain.toArray());
        }

        /** The certificate alone. */
        public String certificatePem() {
            return TestPki.pem(certificate());
        }

        /** The key as OpenSSL's traditional form: PKCS#1 or SEC1. */
        public String traditionalKeyPem() {
            return TestPki.pem(new PemObject(key.getAlgorithm() + " PRIVATE KEY", traditionalKey()));
        }

        private byte[] traditionalKey() {
            try {
                var info = PrivateKeyInfo.getInstance(key.getEncoded());
                if (key instanceof java.security.interfaces.ECPrivateKey ec) {
                    var bits = ec.getParams().getOrder().bitLength();
                    var curve = info.getPrivateKeyAlgorithm().getParameters();
                    return new ECPrivateKey(bits, ec.getS(), curve).getEncoded();
                }
                return info.parsePrivateKey().toASN1Primitive().getEncoded();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The key as PKCS#8. */
        public String keyPem() {
            return TestPki.pem(new PemObject("PRIVATE KEY", key.getEncoded()));
        }

        /** The key as PKCS#8 encrypted with AES-256. */
        public String encryptedKeyPem(String passphrase) {
            try {
                var encryptor = new JceOpenSSLPKCS8EncryptorBuilder(
                                new ASN1ObjectIdentifier(PKCS8Generator.AES_256_CBC.getId()))
                        .setProvider(new BouncyCastleProvider())
                        .setPassword(passphrase.toCharArray())
                        .build();
                return TestPki.pem(new JcaPKCS8Generator(key, encryptor));
            } catch (IOException | OperatorCreationException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The key in the traditional form encrypted with AES-256. */
        public String encryptedTraditionalKeyPem(String passphrase) {
            try {
                var encryptor = new JcePEMEncryptorBuilder("AES-256-CBC")
                        .setProvider(new BouncyCastleProvider())
                        .build(passphrase.toCharArray());
                var headers = List.of(
                        new PemHeader("Proc-Type", "4,ENCRYPTED"),
                        new PemHeader(
                                "DEK-Info",
                                encryptor.getAlgorithm() + ","
                                        + HexFormat.of().withUpperCase().formatHex(encryptor.getIV())));
                return TestPki.pem(new PemObject(
                        key.getAlgorithm() + " PRIVATE KEY", headers, encryptor.encrypt(traditionalKey())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Writes {@code NAME.pem} with the chain and {@code NAME.key}, the key as PKCS#8. */
        public void writeTo(Path directory, String name) {
            write(directory.resolve(name + ".pem"), pem());
            write(directory.resolve(name + ".key"), keyPem());
        }

        /** A context, of a client or a server, that always shows this certificate, whatever authorities the other side names. */
        public SSLContext sslContext(Issued... trusted) {
            return context(new KeyManager[] {new Always(key, chain)}, trusted);
        }

        /** The same by the native library, for large bodies: Java's own is slow where tests run, without its best compiler. */
        public SSLContext nativeSslContext(Issued... trusted) {
            try {
                // of TLS 1.3 it tells Java's trust manager an algorithm that this one does not know
                var context = SSLContext.getInstance("TLSv1.2", Conscrypt.newProvider());
                return context(context, new KeyManager[] {new Always(key, chain)}, trusted);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final class Always extends X509ExtendedKeyManager {
        private final PrivateKey key;
        private final List<X509Certificate> chain;

        Always(PrivateKey key, List<X509Certificate> chain) {
            this.key = key;
            this.chain = chain;
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return Arrays.asList(keyTypes).contains(key.getAlgorithm()) ? "it" : null;
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return chooseClientAlias(keyTypes, issuers, null);
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.toArray(X509Certificate[]::new);
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {"it"};
        }

        @Override
        public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return null;
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return chooseClientAlias(new String[] {keyType}, issuers, socket);
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return chooseServerAlias(keyType, issuers, null);
        }
    }
}
