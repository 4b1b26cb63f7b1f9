package smartproxy.dns.nsupdate;

import java.util.Locale;
import java.util.Optional;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/**
 * A key shared with the name server.
 *
 * @param name what the server calls it
 * @param macBytes length of the signatures it makes; shorter than the digest when truncated (RFC 8945, section 5.2.2.1)
 */
record TsigKey(Name name, Algorithm algorithm, int macBytes, SecretKey secret) {
    /** The algorithms of RFC 8945, section 6, that BIND has. */
    enum Algorithm {
        HMAC_MD5(157, "HmacMD5", 16),
        HMAC_SHA1(161, "HmacSHA1", 20),
        HMAC_SHA224(162, "HmacSHA224", 28),
        HMAC_SHA256(163, "HmacSHA256", 32),
        HMAC_SHA384(164, "HmacSHA384", 48),
        HMAC_SHA512(165, "HmacSHA512", 64);

        private static final String MD5_ON_THE_WIRE = "hmac-md5.sig-alg.reg.int";

        /** Its number in files of dnssec-keygen. */
        final int number;

        final String mac;
        final int digestBytes;

        Algorithm(int number, String mac, int digestBytes) {
            this.number = number;
            this.mac = mac;
            this.digestBytes = digestBytes;
        }

        /** @param text as in named.conf, without truncation: {@code hmac-sha256} */
        static Optional<Algorithm> of(String text) {
            var word = text.toLowerCase(Locale.ROOT);
            var plain = word.endsWith(".") ? word.substring(0, word.length() - 1) : word;
            for (var algorithm : values()) {
                if (algorithm.toString().equals(plain)) {
                    return Optional.of(algorithm);
                }
            }
            return plain.equals(MD5_ON_THE_WIRE) ? Optional.of(HMAC_MD5) : Optional.empty();
        }

        static Optional<Algorithm> of(int number) {
            for (var algorithm : values()) {
                if (algorithm.number == number) {
                    return Optional.of(algorithm);
                }
            }
            return Optional.empty();
        }

        /** Its name in TSIG records (RFC 8945, section 6). */
        Name wireName() {
            return Name.fromConstantString((this == HMAC_MD5 ? MD5_ON_THE_WIRE : toString()) + ".");
        }

        /** Whether a signature may be cut to that many bits (RFC 8945, section 5.2.2.1). */
        boolean mayBeCutTo(int bits) {
            return bits % 8 == 0 && bits >= Math.max(80, digestBytes * 4) && bits <= digestBytes * 8;
        }

        /** As in named.conf. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** @param bits length of signatures, 0 for the whole digest */
    static TsigKey of(String name, Algorithm algorithm, int bits, byte[] secret) throws TextParseException {
        var absolute = Name.fromString(name, Name.root);
        var bytes = bits == 0 ? algorithm.digestBytes : bits / 8;
        return new TsigKey(absolute, algorithm, bytes, new SecretKeySpec(secret, algorithm.mac));
    }

    /** Name and algorithm; never the secret. */
    @Override
    public String toString() {
        var cut = macBytes == algorithm.digestBytes ? "" : "-" + macBytes * 8;
        return "key " + name.toString(true) + " (" + algorithm + cut + ")";
    }
}
