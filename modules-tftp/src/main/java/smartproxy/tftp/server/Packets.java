package smartproxy.tftp.server;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** The messages of RFC 1350 and 2347 as bytes. */
final class Packets {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int DATA = 3;
    static final int ACK = 4;
    static final int ERROR = 5;
    static final int OPTIONS_ACK = 6;

    /** Opcode and block number before the data. */
    static final int HEADER = 4;

    private static final int MOST_ERROR_TEXT = 200;

    private Packets() {}

    static byte[] error(int code, String text) {
        var packet = new ByteArrayOutputStream();
        number(packet, ERROR);
        number(packet, code);
        text(packet, text.substring(0, Math.min(text.length(), MOST_ERROR_TEXT)));
        return packet.toByteArray();
    }

    static byte[] optionsAck(Map<String, String> options) {
        var packet = new ByteArrayOutputStream();
        number(packet, OPTIONS_ACK);
        options.forEach((name, value) -> {
            text(packet, name);
            text(packet, value);
        });
        return packet.toByteArray();
    }

    /** The header of a block; numbers go on at 0 after 65535. */
    static void data(ByteBuffer into, long block) {
        into.putShort((short) DATA).putShort((short) block);
    }

    private static void number(ByteArrayOutputStream packet, int value) {
        packet.write(value >> 8);
        packet.write(value);
    }

    private static void text(ByteArrayOutputStream packet, String text) {
        packet.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        packet.write(0);
    }
}
