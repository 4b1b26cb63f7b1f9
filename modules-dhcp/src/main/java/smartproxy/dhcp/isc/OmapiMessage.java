package smartproxy.dhcp.isc;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A message of OMAPI, version 100: a header of six numbers, two lists of named values, a signature.
 *
 * @param authId of the authenticator whose signature follows; 0 when none does
 * @param handle of the object it is about; 0 for none
 * @param id chosen by its sender
 * @param rid the id of the message that it answers; 0 in a question
 * @param message values of the message itself
 * @param object values of the object
 */
record OmapiMessage(
        int authId, int op, int handle, int id, int rid, Map<String, byte[]> message, Map<String, byte[]> object) {
    static final int OPEN = 1;
    static final int UPDATE = 3;
    static final int STATUS = 5;
    static final int DELETE = 6;

    /** In bytes, without the signature. What dhcpd tells of a host or a lease is far smaller. */
    static final int MOST = 64 << 10;

    static final int MOST_SIGNATURE = 64;
    private static final int MOST_VALUES = 64;

    /** What came, with the bytes that are signed. */
    record Received(OmapiMessage message, byte[] unsigned, byte[] signature) {}

    /** Puts values together, in their order. */
    static final class Values {
        private final Map<String, byte[]> values = new LinkedHashMap<>();

        Values with(String name, String text) {
            return with(name, text.getBytes(StandardCharsets.UTF_8));
        }

        Values with(String name, int number) {
            return with(name, ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
        }

        Values with(String name, byte[] bytes) {
            values.put(name, bytes);
            return this;
        }

        Map<String, byte[]> map() {
            return values;
        }
    }

    /** A question without a signature or an id yet. */
    static OmapiMessage ask(int op, int handle, Values message, Values object) {
        return new OmapiMessage(0, op, handle, 0, 0, message.map(), object.map());
    }

    OmapiMessage sentAs(int newId, int authenticator) {
        return new OmapiMessage(authenticator, op, handle, newId, rid, message, object);
    }

    /** @param signatureBytes length of the signature that will follow; it is signed itself */
    byte[] encode(int signatureBytes) {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(bytes)) {
            for (var number : List.of(authId, signatureBytes, op, handle, id, rid)) {
                out.writeInt(number);
            }
            for (var values : List.of(message, object)) {
                for (var value : values.entrySet()) {
                    var name = value.getKey().getBytes(StandardCharsets.UTF_8);
                    out.writeShort(name.length);
                    out.write(name);
                    out.writeInt(value.getValue().length);
                    out.write(value.getValue());
                }
                out.writeShort(0);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads one.
     *
     * @throws IOException also when it is none, or too large
     */
    static Received read(DataInputStream in) throws IOException {
        var copy = new ByteArrayOutputStream();
        var numbers = new ArrayList<Integer>();
        for (var i = 0; i < 6; i++) {
            var number = in.readInt();
            numbers.add(number);
            copy.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(number).array());
        }
        var signatureBytes = numbers.get(1);
        if (signatureBytes < 0 || signatureBytes > MOST_SIGNATURE) {
            throw new IOException("dhcpd sent a signature of " + Integer.toUnsignedString(signatureBytes) + " bytes");
        }
        var message = values(in, copy);
        var object = values(in, copy);
        var signature = new byte[signatureBytes];
        in.readFully(signature);
        return new Received(
                new OmapiMessage(
                        numbers.get(0),
                        numbers.get(2),
                        numbers.get(3),
                        numbers.get(4),
                        numbers.get(5),
                        message,
                        object),
                copy.toByteArray(),
                signature);
    }

    private static Map<String, byte[]> values(DataInputStream in, ByteArrayOutputStream copy) throws IOException {
        var values = new LinkedHashMap<String, byte[]>();
        for (var count = 0; ; count++) {
            var length = in.readUnsignedShort();
            copy.writeBytes(
                    ByteBuffer.allocate(Short.BYTES).putShort((short) length).array());
            if (length == 0) {
                return values;
            }
            if (count == MOST_VALUES) {
                throw new IOException("dhcpd sent more than " + MOST_VALUES + " values");
            }
            var name = new String(bytes(in, copy, length), StandardCharsets.UTF_8);
            var size = in.readInt();
            copy.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(size).array());
            values.put(name, bytes(in, copy, size));
        }
    }

    private static byte[] bytes(DataInputStream in, ByteArrayOutputStream copy, int length) throws IOException {
        if (length < 0 || length > MOST - copy.size()) {
            throw new IOException("dhcpd sent a message of more than " + MOST + " bytes");
        }
        var bytes = new byte[length];
        in.readFully(bytes);
        copy.writeBytes(bytes);
        return bytes;
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(object.get(name)).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
    }

    /** The result of a STATUS. */
    int result() {
        var bytes = message.get("result");
        return bytes != null && bytes.length == Integer.BYTES
                ? ByteBuffer.wrap(bytes).getInt()
                : -1;
    }

    /** What dhcpd says to it; empty when nothing. */
    String resultText() {
        var bytes = message.get("message");
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
    }
}
