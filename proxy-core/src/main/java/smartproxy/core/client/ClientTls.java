package smartproxy.core.client;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.StartException;
import smartproxy.core.tls.Pem;

/**
 * What the files of an identity held when they were read.
 *
 * @param authorities empty: those of the Java runtime
 * @param chain of the client; empty: it shows no certificate
 */
record ClientTls(List<X509Certificate> authorities, List<X509Certificate> chain, Optional<PrivateKey> key) {
    static ClientTls read(HttpIdentity identity) throws StartException {
        List<X509Certificate> authorities = identity.caFile().isPresent()
                ? Pem.certificates(identity.caFile().get())
                : List.of();
        if (identity.certificate().isEmpty() || identity.privateKey().isEmpty()) {
            return new ClientTls(authorities, List.of(), Optional.empty());
        }
        var certificate = identity.certificate().get();
        var chain = Pem.certificates(certificate);
        var key = Pem.privateKey(identity.privateKey().get(), Optional.empty());
        if (!Pem.belongTogether(key, chain.get(0).getPublicKey())) {
            throw new StartException(certificate + ": the first certificate in it does not belong to the key in "
                    + identity.privateKey().get() + "; put the two that belong together into the settings");
        }
        return new ClientTls(authorities, chain, Optional.of(key));
    }

    /** Reads the runtime's authorities when there are no others: not for the way of a start. */
    SSLContext context() {
        try {
            var context = SSLContext.getInstance("TLS");
            context.init(keys(), trust(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    private KeyManager @Nullable [] keys() throws GeneralSecurityException, IOException {
        if (key.isEmpty()) {
            return null;
        }
        var password = new char[0];
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, password);
        store.setKeyEntry("client", key.get(), password, chain.toArray(Certificate[]::new));
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, password);
        return factory.getKeyManagers();
    }

    private TrustManager @Nullable [] trust() throws GeneralSecurityException {
        if (authorities.isEmpty()) {
            return null;
        }
        var anchors = authorities.stream()
                .map(authority -> new TrustAnchor(authority, null))
                .collect(Collectors.toSet());
        var parameters = new PKIXBuilderParameters(anchors, new X509CertSelector());
        parameters.setRevocationEnabled(false);
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(new CertPathTrustManagerParameters(parameters));
        return factory.getTrustManagers();
    }
}
