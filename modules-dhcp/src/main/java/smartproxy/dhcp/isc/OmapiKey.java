package smartproxy.dhcp.isc;

import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import smartproxy.core.api.Secret;

/**
 * A key shared with dhcpd ({@code omapi-key}), which signs every message in both directions.
 *
 * @param name what dhcpd calls it
 */
record OmapiKey(String name, Algorithm algorithm, SecretKeySpec secret) {
    /** The algorithms that dhcpd 4.4 has for keys. */
    enum Algorithm {
        HMAC_MD5("HmacMD5", 16),
        HMAC_SHA1("HmacSHA1", 20),
        HMAC_SHA224("HmacSHA224", 28),
        HMAC_SHA256("HmacSHA256", 32),
        HMAC_SHA384("HmacSHA384", 48),
        HMAC_SHA512("HmacSHA512", 64);

        private final String mac;
        final int bytes;

        Algorithm(String mac, int bytes) {
            this.mac = mac;
            this.bytes = bytes;
        }

        /** As in dhcpd.conf: {@code hmac-sha256}. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /** As in the message that presents a key. */
        String wireName() {
            return this + ".SIG-ALG.REG.INT.";
        }

        static List<String> names() {
            return Arrays.stream(values()).map(Algorithm::toString).toList();
        }

        /** @throws IllegalArgumentException when it is none */
        static Algorithm of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /** @throws IllegalArgumentException when the secret is not Base64, or empty */
    static OmapiKey of(String name, Algorithm algorithm, Secret secret) {
        var text = secret.reveal().strip();
        return new OmapiKey(
                name, algorithm, new SecretKeySpec(Base64.getDecoder().decode(text), algorithm.mac));
    }

    /** For one connection: looking for the algorithm takes longer than signing. */
    Signer signer() {
        try {
            var mac = Mac.getInstance(algorithm.mac);
            mac.init(secret);
            return new Signer(this, mac);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("this Java has no " + algorithm.mac, e);
        }
    }

    /** Signs one message after the other. Not thread-safe. */
    static final class Signer {
        private final OmapiKey key;
        private final Mac mac;

        private Signer(OmapiKey key, Mac mac) {
            this.key = key;
            this.mac = mac;
        }

        OmapiKey key() {
            return key;
        }

        /**
         * The signature of a message.
         *
         * @param message without the signature; its first four bytes, the authenticator's id, are left out
         */
        byte[] sign(byte[] message) {
            mac.update(message, Integer.BYTES, message.length - Integer.BYTES);
            return mac.doFinal();
        }

        boolean verifies(byte[] message, byte[] signature) {
            return MessageDigest.isEqual(sign(message), signature);
        }
    }

    /** Name and algorithm; never the secret. */
    @Override
    public String toString() {
        return "key " + name + " (" + algorithm + ")";
    }
}
