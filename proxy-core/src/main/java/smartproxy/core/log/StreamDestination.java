package smartproxy.core.log;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Standard output or standard error. */
final class StreamDestination implements Destination {
    private final OutputStream stream;
    private final Pattern pattern;
    private final Outage outage;

    /** @param name for complaints */
    StreamDestination(String name, OutputStream stream, Pattern pattern, PrintStream err) {
        this.stream = stream;
        this.pattern = pattern;
        this.outage = new Outage(name, err);
    }

    @Override
    public void write(LogRecord record) {
        try {
            stream.write(pattern.lines(record).getBytes(StandardCharsets.UTF_8));
            stream.flush();
            outage.written();
        } catch (IOException e) {
            outage.lost(e);
        }
    }

    @Override
    public String trouble() {
        return outage.reason();
    }
}
