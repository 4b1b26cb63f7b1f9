package smartproxy.core.tls;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Path;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.EncryptionException;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import smartproxy.core.api.Secret;
import smartproxy.core.api.StartException;

/** Decrypts keys. The only class here that loads Bouncy Castle, which takes a quarter of a second. */
final class EncryptedKey {
    private EncryptedKey() {}

    /**
     * The first encrypted key of a PEM text.
     *
     * @param file named in errors
     * @param passphraseFile named in errors
     * @return PKCS#8
     */
    static byte[] decrypt(Path file, String pem, Secret passphrase, Path passphraseFile) throws StartException {
        var password = passphrase.reveal().toCharArray();
        var provider = new BouncyCastleProvider();
        try (var parser = new PEMParser(new StringReader(pem))) {
            for (var block = parser.readObject(); block != null; block = parser.readObject()) {
                if (block instanceof PEMEncryptedKeyPair pair) {
                    var decryptor = new JcePEMDecryptorProviderBuilder()
                            .setProvider(provider)
                            .build(password);
                    return pair.decryptKeyPair(decryptor).getPrivateKeyInfo().getEncoded();
                }
                if (block instanceof PKCS8EncryptedPrivateKeyInfo info) {
                    var decryptor = new JceOpenSSLPKCS8DecryptorProviderBuilder()
                            .setProvider(provider)
                            .build(password);
                    return info.decryptPrivateKeyInfo(decryptor).getEncoded();
                }
            }
        } catch (EncryptionException | PKCSException e) {
            throw wrong(file, passphraseFile, e);
        } catch (IOException | OperatorCreationException | RuntimeException e) {
            throw new StartException(
                    file + ": the encrypted private key cannot be read with the passphrase in " + passphraseFile
                            + ": it is damaged, or the passphrase is wrong",
                    e);
        }
        throw new StartException(file + ": the encrypted private key is damaged");
    }

    private static StartException wrong(Path file, Path passphraseFile, Exception cause) {
        return new StartException(
                file + ": the private key does not open with the passphrase in " + passphraseFile
                        + "; put the right one into its first line",
                cause);
    }
}
