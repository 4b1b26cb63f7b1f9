package smartproxy.core.tls;

import java.util.List;
import java.util.Optional;
import smartproxy.core.api.StartException;

/** Makes TLS contexts of settings. */
public final class TlsContexts {
    private TlsContexts() {}

    /**
     * Reads all files and checks that they fit together; opens nothing. What an administrator should know of them is
     * logged: suites the engine lacks, certificates that expire, stray certificates.
     *
     * @param settings with certificate, key and authority set ({@link TlsSettings#enabled()})
     * @throws StartException naming the file, what was found and what to do
     */
    public static TlsContext load(TlsSettings settings) throws StartException {
        return new TlsContext(settings);
    }

    /**
     * All that is wrong with the files, file by file.
     *
     * @param settings with certificate, key and authority set
     */
    public static List<TlsTrouble> troubles(TlsSettings settings) {
        return TlsMaterial.troubles(settings);
    }

    /** Why native crypto cannot be used in this JVM; empty when it can. */
    public static Optional<String> whyNotNative() {
        try {
            Crypto.ofPlatform();
            return Optional.empty();
        } catch (Crypto.UnfitException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}
