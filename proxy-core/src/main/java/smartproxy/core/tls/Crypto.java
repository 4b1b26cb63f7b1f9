package smartproxy.core.tls;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.conscrypt.Conscrypt;

/**
 * The library that does TLS and its cryptography: the native one, or the one of the Java runtime. The native one is not
 * registered with the runtime, so nothing else uses it.
 */
final class Crypto {
    /** This one cannot be used here, and why. */
    static final class UnfitException extends Exception {
        UnfitException(String reason) {
            super(reason);
        }

        UnfitException(String reason, Throwable cause) {
            super(reason, cause);
        }
    }

    private final String name;
    private final Optional<Provider> provider;

    private Crypto(String name, Optional<Provider> provider) {
        this.name = name;
        this.provider = provider;
    }

    /** That of the Java runtime. */
    static Crypto jdk() {
        return new Crypto("Java " + System.getProperty("java.version"), Optional.empty());
    }

    /**
     * Conscrypt, whose library is looked for in {@code java.library.path}.
     *
     * @throws UnfitException when it does not load on this platform
     */
    static Crypto ofPlatform() throws UnfitException {
        try {
            Conscrypt.checkAvailability();
            var version = Conscrypt.version();
            var name = "Conscrypt " + version.major() + "." + version.minor() + "." + version.patch() + " (native)";
            var provider =
                    Conscrypt.newProviderBuilder().provideTrustManager(false).build();
            return new Crypto(name, Optional.of(provider));
        } catch (LinkageError | RuntimeException e) {
            throw new UnfitException(
                    "its library does not load on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
                    e);
        }
    }

    /** For the log: {@code Conscrypt 2.9.0 (native)}. */
    String title() {
        return name;
    }

    boolean isNative() {
        return provider.isPresent();
    }

    SSLContext context() throws NoSuchAlgorithmException {
        return provider.isPresent() ? SSLContext.getInstance("TLS", provider.get()) : SSLContext.getInstance("TLS");
    }

    /**
     * The key as this library holds it: made once, as one that is not its own would be taken apart for each handshake.
     *
     * @throws UnfitException for a kind of key it cannot use
     */
    PrivateKey own(PrivateKey key) throws UnfitException {
        if (provider.isEmpty()) {
            return key;
        }
        try {
            return KeyFactory.getInstance(key.getAlgorithm(), provider.get())
                    .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new UnfitException("it cannot use the " + key.getAlgorithm() + " key of ssl_private_key", e);
        }
    }
}
