package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;
import static smartproxy.core.log.LogFixture.settings;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.MDC;

@Timeout(60)
class JournalIT {
    @TempDir
    private Path directory;

    /** Reads a datagram by the text of the protocol: a line {@code NAME=value}, or a name, a length of 8 bytes and the value. */
    private static Map<String, String> fields(byte[] datagram) {
        var fields = new LinkedHashMap<String, String>();
        var in = ByteBuffer.wrap(datagram).order(ByteOrder.LITTLE_ENDIAN);
        while (in.hasRemaining()) {
            var name = new ByteArrayOutputStream();
            byte next = in.get();
            while (next != '=' && next != '\n') {
                name.write(next);
                next = in.get();
            }
            var value = new ByteArrayOutputStream();
            if (next == '=') {
                for (byte b = in.get(); b != '\n'; b = in.get()) {
                    value.write(b);
                }
            } else {
                var bytes = new byte[Math.toIntExact(in.getLong())];
                in.get(bytes);
                value.writeBytes(bytes);
                assertThat(in.get()).isEqualTo((byte) '\n');
            }
            fields.put(name.toString(StandardCharsets.US_ASCII), value.toString(StandardCharsets.UTF_8));
        }
        return fields;
    }

    @Test
    void aRecordHasItsFields() throws IOException {
        try (var receiver = UnixReceiver.at(directory.resolve("journal"));
                var fixture = new LogFixture(directory, settings("JOURNALD"))) {
            try (var scope = new RequestIds("0123456789", "s1").enter("192.0.2.1")) {
                assertThat(scope).isNotNull();
                fixture.log.warn("größer = so\nPRIORITY=0");
            }

            assertThat(fields(receiver.bytes()))
                    .containsExactlyInAnyOrderEntriesOf(Map.of(
                            "MESSAGE", "größer = so\\nPRIORITY=0",
                            "PRIORITY", "4",
                            "SYSLOG_IDENTIFIER", "foreman-proxy",
                            "LOGGER", "smartproxy.Example",
                            "REQUEST", "0123456789",
                            "SESSION", "s1",
                            "REMOTE_IP", "192.0.2.1"));
            assertThat(fixture.out() + fixture.err()).isEmpty();
        }
    }

    @Test
    void valuesOfSeveralLinesCarryTheirLength() throws IOException {
        try (var receiver = UnixReceiver.at(directory.resolve("journal"));
                var fixture = new LogFixture(directory, settings("JOURNAL"))) {
            var failure = new IOException("broken");
            failure.setStackTrace(new StackTraceElement[] {new StackTraceElement("a.B", "c", "B.java", 1)});
            MDC.put("9 odd-key", "a\nPRIORITY=0\n");
            try {
                fixture.log.error("e", failure);
            } finally {
                MDC.remove("9 odd-key");
            }

            assertThat(fields(receiver.bytes()))
                    .containsEntry("MESSAGE", "e\n  java.io.IOException: broken\n    at a.B.c(B.java:1)")
                    .containsEntry("PRIORITY", "3")
                    .containsEntry("X9_ODD_KEY", "a\nPRIORITY=0\n");
        }
    }
}
