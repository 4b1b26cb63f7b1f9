package smartproxy.core.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import smartproxy.core.api.Secret;
import smartproxy.core.api.StartException;

/**
 * Reads certificates, keys and revocation lists from PEM files (RFC 7468). Errors name the file, what was found in it and
 * what to do; never a byte of a key.
 */
public final class Pem {
    private static final int MAX_FILE_BYTES = 8 << 20;
    private static final String BEGIN = "-----BEGIN ";
    private static final String DASHES = "-----";

    private static final class Block {
        private final String label;
        private final byte[] der;
        /** Traditional encryption, announced by a header inside the block (RFC 1421). */
        private final boolean encrypted;

        Block(String label, byte[] der, boolean encrypted) {
            this.label = label;
            this.der = der;
            this.encrypted = encrypted;
        }
    }

    private Pem() {}

    /**
     * All certificates of a file, in its order.
     *
     * @return at least one
     */
    public static List<X509Certificate> certificates(Path file) throws StartException {
        var certificates = new ArrayList<X509Certificate>();
        var blocks = blocks(file, read(file));
        for (var block : blocks) {
            if (block.label.equals("CERTIFICATE") || block.label.equals("X509 CERTIFICATE")) {
                certificates.add(certificate(file, certificates.size() + 1, block.der));
            }
        }
        if (certificates.isEmpty()) {
            throw new StartException(
                    file + ": no certificate in it; " + found(blocks) + ", needed is a PEM block CERTIFICATE");
        }
        return List.copyOf(certificates);
    }

    /**
     * The first private key of a file: PKCS#8, PKCS#1 or SEC1, plain or encrypted.
     *
     * @param passphraseFile holds the passphrase in its first line; read only when the key is encrypted
     */
    public static PrivateKey privateKey(Path file, Optional<Path> passphraseFile) throws StartException {
        var bytes = read(file);
        var blocks = blocks(file, bytes);
        var block = blocks.stream()
                .filter(candidate -> candidate.label.endsWith("PRIVATE KEY"))
                .findFirst()
                .orElseThrow(() -> new StartException(
                        file + ": no private key in it; " + found(blocks) + ", needed is a PEM block PRIVATE KEY"));
        if (block.encrypted || block.label.equals("ENCRYPTED PRIVATE KEY")) {
            return decrypted(file, new String(bytes, StandardCharsets.ISO_8859_1), passphraseFile);
        }
        try {
            return switch (block.label) {
                case "PRIVATE KEY" -> pkcs8(file, block.der);
                case "RSA PRIVATE KEY" -> pkcs8(file, Der.pkcs8OfPkcs1(block.der));
                case "EC PRIVATE KEY" -> pkcs8(file, Der.pkcs8OfSec1(block.der, ecParameters(blocks)));
                default ->
                    throw new StartException(
                            file + ": keys of the form " + block.label + " are not supported; use an RSA or EC key");
            };
        } catch (IllegalArgumentException e) {
            throw damagedKey(file, block.label, e);
        }
    }

    /** All revocation lists of a file: PEM, several of them, or one in DER. */
    public static List<X509CRL> revocationLists(Path file) throws StartException {
        var bytes = read(file);
        var lists = new ArrayList<X509CRL>();
        if (bytes.length > 0 && bytes[0] == Der.SEQUENCE) {
            lists.add(revocationList(file, 1, bytes));
            return List.copyOf(lists);
        }
        var blocks = blocks(file, bytes);
        for (var block : blocks) {
            if (block.label.equals("X509 CRL")) {
                lists.add(revocationList(file, lists.size() + 1, block.der));
            }
        }
        if (lists.isEmpty()) {
            throw new StartException(
                    file + ": no revocation list in it; " + found(blocks) + ", needed is a PEM block X509 CRL, or DER");
        }
        return List.copyOf(lists);
    }

    /** Whether a certificate with that public key can be used with the private one. */
    public static boolean belongTogether(PrivateKey key, PublicKey certified) throws StartException {
        if (key instanceof RSAPrivateKey rsa) {
            return certified instanceof RSAPublicKey other && other.getModulus().equals(rsa.getModulus());
        }
        return certified instanceof ECPublicKey && signs(key, certified);
    }

    private static boolean signs(PrivateKey key, PublicKey certified) throws StartException {
        try {
            var probe = new byte[] {1};
            var signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(key);
            signature.update(probe);
            var signed = signature.sign();
            signature.initVerify(certified);
            signature.update(probe);
            return signature.verify(signed);
        } catch (InvalidKeyException e) {
            throw new StartException("The Java runtime cannot use this EC key; use one on P-256, P-384 or P-521", e);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static X509Certificate certificate(Path file, int number, byte[] der) throws StartException {
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        } catch (CertificateException e) {
            throw new StartException(file + ": certificate number " + number + " is damaged: " + e.getMessage(), e);
        }
    }

    private static X509CRL revocationList(Path file, int number, byte[] der) throws StartException {
        try {
            return (X509CRL) CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(der));
        } catch (GeneralSecurityException e) {
            throw new StartException(file + ": revocation list number " + number + " is damaged: " + e.getMessage(), e);
        }
    }

    private static PrivateKey pkcs8(Path file, byte[] der) throws StartException {
        var spec = new PKCS8EncodedKeySpec(der);
        for (var algorithm : List.of("RSA", "EC", "RSASSA-PSS")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                // The factory's way to say that the key is of another kind; the next one tries.
            } catch (GeneralSecurityException e) {
                throw new StartException(file + ": the Java runtime has no " + algorithm + " keys", e);
            }
        }
        throw new StartException(file + ": the private key is damaged or of a kind that TLS here cannot use;"
                + " use an RSA key, or an EC key on P-256, P-384 or P-521");
    }

    private static PrivateKey decrypted(Path file, String pem, Optional<Path> passphraseFile) throws StartException {
        var passphrase = passphraseFile.orElseThrow(() -> new StartException(file
                + ": the private key is encrypted; set ssl_private_key_passphrase_file to a file with its passphrase"));
        return pkcs8(file, EncryptedKey.decrypt(file, pem, firstLine(passphrase), passphrase));
    }

    private static Secret firstLine(Path file) throws StartException {
        var text = new String(read(file), StandardCharsets.UTF_8);
        var line = text.lines().findFirst().orElse("");
        if (line.isEmpty()) {
            throw new StartException(
                    file + ": the first line is empty; it must hold the passphrase of ssl_private_key");
        }
        return new Secret(line);
    }

    private static Optional<byte[]> ecParameters(List<Block> blocks) {
        return blocks.stream()
                .filter(block -> block.label.equals("EC PARAMETERS"))
                .map(block -> block.der)
                .findFirst();
    }

    private static StartException damagedKey(Path file, String label, Exception cause) {
        return new StartException(file + ": the " + label + " in it is damaged: " + cause.getMessage(), cause);
    }

    private static List<Block> blocks(Path file, byte[] bytes) throws StartException {
        var blocks = new ArrayList<Block>();
        var lines = new String(bytes, StandardCharsets.ISO_8859_1)
                .lines()
                .map(String::strip)
                .toList();
        for (var i = 0; i < lines.size(); i++) {
            var line = lines.get(i);
            if (line.startsWith(BEGIN) && line.endsWith(DASHES) && line.length() > BEGIN.length() + DASHES.length()) {
                var label = line.substring(BEGIN.length(), line.length() - DASHES.length());
                var end = lines.subList(i, lines.size()).indexOf("-----END " + label + DASHES);
                if (end < 0) {
                    throw new StartException(file + ": the " + label + " beginning in line " + (i + 1)
                            + " has no end; the file is cut off");
                }
                blocks.add(block(file, label, i + 1, lines.subList(i + 1, i + end)));
                i += end;
            }
        }
        return blocks;
    }

    private static Block block(Path file, String label, int number, List<String> lines) throws StartException {
        var encrypted = lines.stream().anyMatch(line -> line.startsWith("Proc-Type:") && line.endsWith("ENCRYPTED"));
        if (encrypted) {
            return new Block(label, new byte[0], true);
        }
        try {
            return new Block(label, Base64.getDecoder().decode(String.join("", lines)), false);
        } catch (IllegalArgumentException e) {
            // Its message may quote what it could not decode.
            throw new StartException(file + ": the " + label + " beginning in line " + number + " is not base64");
        }
    }

    private static String found(List<Block> blocks) {
        return blocks.isEmpty()
                ? "found no PEM block at all (a DER file is converted by openssl)"
                : "found "
                        + blocks.stream().map(block -> block.label).distinct().collect(Collectors.joining(", "));
    }

    private static byte[] read(Path file) throws StartException {
        try (InputStream in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(MAX_FILE_BYTES + 1);
            if (bytes.length > MAX_FILE_BYTES) {
                throw new StartException(
                        file + ": larger than " + (MAX_FILE_BYTES >> 20) + " MiB, this is not a PEM file");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new StartException(file + ": no such file; put it there, or correct the path in settings.yml", e);
        } catch (AccessDeniedException e) {
            throw new StartException(
                    file + ": permission denied for user " + System.getProperty("user.name", "(unknown)")
                            + "; let the group foreman-proxy read it, and enter the directories above it",
                    e);
        } catch (IOException e) {
            throw new StartException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }
}
