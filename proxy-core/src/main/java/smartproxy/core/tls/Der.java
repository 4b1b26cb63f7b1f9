package smartproxy.core.tls;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Wraps the traditional key forms into PKCS#8 (RFC 5208), the only one the Java runtime reads. A few lines here spare the
 * start of the daemon the loading of Bouncy Castle.
 */
final class Der {
    static final byte SEQUENCE = 0x30;
    private static final int INTEGER = 0x02;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int PARAMETERS = 0xA0;
    private static final byte[] VERSION_0 = HexFormat.of().parseHex("020100");
    private static final byte[] RSA_ENCRYPTION = HexFormat.of().parseHex("300d06092a864886f70d0101010500");
    private static final byte[] EC_PUBLIC_KEY = HexFormat.of().parseHex("06072a8648ce3d0201");

    private Der() {}

    /** @param key RSAPrivateKey, RFC 8017 A.1.2 */
    static byte[] pkcs8OfPkcs1(byte[] key) {
        return encode(SEQUENCE, VERSION_0, RSA_ENCRYPTION, encode(OCTET_STRING, key));
    }

    /**
     * @param key ECPrivateKey, RFC 5915
     * @param parameters ECParameters, for a key that does not name its curve
     * @throws IllegalArgumentException when the key is no such thing
     */
    static byte[] pkcs8OfSec1(byte[] key, Optional<byte[]> parameters) {
        var reader = new Reader(new Reader(key, 0, key.length).value(SEQUENCE));
        reader.value(INTEGER);
        reader.value(OCTET_STRING);
        var curve = reader.nextIs(PARAMETERS) ? Optional.of(reader.value(PARAMETERS)) : parameters;
        var named = curve.filter(bytes -> bytes.length > 0 && bytes[0] == OBJECT_IDENTIFIER)
                .orElseThrow(() -> new IllegalArgumentException("it does not name its curve"));
        return encode(SEQUENCE, VERSION_0, encode(SEQUENCE, EC_PUBLIC_KEY, named), encode(OCTET_STRING, key));
    }

    private static byte[] encode(int tag, byte[]... parts) {
        var length = 0;
        for (var part : parts) {
            length += part.length;
        }
        var out = new ByteArrayOutputStream(length + 6);
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            var bytes = (39 - Integer.numberOfLeadingZeros(length)) / 8;
            out.write(0x80 | bytes);
            for (var shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
                out.write(length >> shift);
            }
        }
        for (var part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** Reads one element after the other. */
    private static final class Reader {
        private final byte[] bytes;
        private int position;
        private final int end;

        Reader(byte[] bytes) {
            this(bytes, 0, bytes.length);
        }

        Reader(byte[] bytes, int position, int end) {
            this.bytes = bytes;
            this.position = position;
            this.end = end;
        }

        boolean nextIs(int tag) {
            return position < end && (bytes[position] & 0xFF) == tag;
        }

        byte[] value(int tag) {
            if (!nextIs(tag)) {
                throw new IllegalArgumentException("its structure is not that of a key");
            }
            position++;
            var length = next();
            if (length >= 0x80) {
                var count = length & 0x7F;
                if (count < 1 || count > 3) {
                    throw new IllegalArgumentException("its structure is not that of a key");
                }
                length = 0;
                for (var i = 0; i < count; i++) {
                    length = length << 8 | next();
                }
            }
            if (length > end - position) {
                throw new IllegalArgumentException("it is cut off");
            }
            var value = new byte[length];
            System.arraycopy(bytes, position, value, 0, length);
            position += length;
            return value;
        }

        private int next() {
            if (position >= end) {
                throw new IllegalArgumentException("it is cut off");
            }
            return bytes[position++] & 0xFF;
        }
    }
}
