package smartproxy.tftp.server;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for (RFC 1350, section 5; RFC 2347).
 *
 * @param write a WRQ
 * @param file with {@code /} between names and none at the beginning; of backslashes, which Windows' loaders send, slashes are made
 * @param netascii whether lines end in CR LF on the way; else octet
 * @param options names in lower case, in the order asked; of one asked twice the first counts
 */
record Request(boolean write, String file, boolean netascii, Map<String, String> options) {
    Request {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /**
     * Reads one.
     *
     * @param opcode 1 or 2
     * @param rest what comes after the opcode; what is no whole pair of texts at its end does not count, as old ROMs pad
     */
    static Request parse(int opcode, ByteBuffer rest) throws TftpError {
        var file = text(rest);
        var mode = text(rest);
        if (file == null || file.isEmpty() || mode == null) {
            throw new TftpError(TftpError.ILLEGAL, "not a whole request");
        }
        var options = new LinkedHashMap<String, String>();
        for (var name = text(rest); name != null; name = text(rest)) {
            var value = name.isEmpty() ? "" : text(rest);
            if (value != null && !name.isEmpty()) {
                options.putIfAbsent(name.toLowerCase(Locale.ROOT), value);
            }
        }
        var netascii = switch (mode.toLowerCase(Locale.ROOT)) {
            case "octet" -> false;
            case "netascii" -> true;
            default -> throw new TftpError(TftpError.ILLEGAL, "the mode is neither octet nor netascii");
        };
        return new Request(opcode == Packets.WRITE, file.replace('\\', '/').replaceFirst("^/+", ""), netascii, options);
    }

    /** Up to the next NUL; null when there is none. What is no UTF-8 is taken byte by byte: no file is called so. */
    private static @Nullable String text(ByteBuffer from) {
        for (var end = from.position(); end < from.limit(); end++) {
            if (from.get(end) == 0) {
                var bytes = from.slice(from.position(), end - from.position());
                from.position(end + 1);
                try {
                    return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
                } catch (CharacterCodingException e) {
                    return StandardCharsets.ISO_8859_1.decode(bytes.rewind()).toString();
                }
            }
        }
        return null;
    }
}
