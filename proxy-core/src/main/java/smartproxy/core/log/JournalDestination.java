package smartproxy.core.log;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/**
 * systemd's journal, in its native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL): the message, and the diagnostic context in
 * fields of its own, {@code REQUEST}, {@code SESSION}, {@code REMOTE_IP}.
 */
final class JournalDestination implements Destination {
    private final Pattern pattern;
    private final DatagramOutput output;

    JournalDestination(Path socket, Pattern pattern, PrintStream err) throws IOException {
        this.pattern = pattern;
        this.output = new DatagramOutput(socket.toString(), err);
    }

    @Override
    public void write(LogRecord record) {
        var datagram = new ByteArrayOutputStream(512);
        var message = pattern.lines(record);
        field(datagram, "MESSAGE", LogText.bounded(message.substring(0, message.length() - 1), LogText.MAX_DATAGRAM));
        field(datagram, "PRIORITY", Integer.toString(record.severity().syslog()));
        field(datagram, "SYSLOG_IDENTIFIER", SyslogDestination.IDENT);
        field(datagram, "LOGGER", record.logger());
        record.context().forEach((key, value) -> field(datagram, fieldName(key), LogText.wellFormed(value)));
        output.send(datagram.toByteArray());
    }

    // names of fields are capital letters, digits and underscores, and begin with a letter
    private static String fieldName(String key) {
        var name = key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
        return name.isEmpty() || name.charAt(0) < 'A' ? "X" + name : name;
    }

    private static void field(ByteArrayOutputStream datagram, String name, String value) {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        datagram.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
        if (value.indexOf('\n') < 0) {
            datagram.write('=');
        } else {
            datagram.write('\n');
            datagram.writeBytes(ByteBuffer.allocate(Long.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(bytes.length)
                    .array());
        }
        datagram.writeBytes(bytes);
        datagram.write('\n');
    }

    @Override
    public String trouble() {
        return output.trouble();
    }

    @Override
    public void close() {
        output.close();
    }
}
