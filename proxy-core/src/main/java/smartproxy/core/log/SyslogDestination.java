package smartproxy.core.log;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The local syslog daemon, spoken to as syslog(3) does (RFC 3164): facility LOCAL5, one datagram per line. */
final class SyslogDestination implements Destination {
    static final String IDENT = "foreman-proxy";
    private static final int LOCAL5 = 21;

    private final Pattern pattern;
    private final DatagramOutput output;
    private final DateTimeFormatter date =
            DateTimeFormatter.ofPattern("MMM ppd HH:mm:ss", Locale.ENGLISH).withZone(ZoneId.systemDefault());
    private final String tag = IDENT + "[" + ProcessHandle.current().pid() + "]: ";

    SyslogDestination(Path socket, Pattern pattern, PrintStream err) throws IOException {
        this.pattern = pattern;
        this.output = new DatagramOutput(socket.toString(), err);
    }

    @Override
    public void write(LogRecord record) {
        var header = "<" + (LOCAL5 * 8 + record.severity().syslog()) + ">" + date.format(record.time()) + " " + tag;
        send(header, pattern.line(record));
        for (var line : record.stackLines()) {
            send(header, line);
        }
    }

    private void send(String header, String line) {
        output.send((header + LogText.bounded(line, LogText.MAX_DATAGRAM)).getBytes(StandardCharsets.UTF_8));
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
