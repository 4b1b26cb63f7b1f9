package smartproxy.core.log;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;

/** Hands datagrams to syslog or the journal; a receiver that is behind holds up one record for a moment, not each. */
final class DatagramOutput {
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final UnixDatagram socket;
    private final Outage outage;

    /** @throws IOException when no Unix socket can be opened here; that nobody listens is no reason */
    DatagramOutput(String path, PrintStream err) throws IOException {
        this.socket = new UnixDatagram(path);
        this.outage = new Outage(path, err);
        socket.open();
    }

    void send(byte[] datagram) {
        try {
            socket.send(datagram, outage.lasts() ? Duration.ZERO : PATIENCE);
            outage.written();
        } catch (IOException e) {
            outage.lost(e);
        }
    }

    /** As {@link Destination#trouble}. */
    String trouble() {
        return outage.reason();
    }

    void close() {
        socket.close();
    }
}
