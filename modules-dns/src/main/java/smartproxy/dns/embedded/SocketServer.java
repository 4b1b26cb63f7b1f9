package smartproxy.dns.embedded;

import java.io.Closeable;
import java.io.IOException;

/** One bound socket that serves until it breaks or is closed. */
interface SocketServer extends Closeable {
    /** Serves; ends with an error only: that of the socket, or that it was closed. */
    void serve() throws IOException;

    @Override
    void close() throws IOException;

    /** Binds a socket. */
    @FunctionalInterface
    interface Binder {
        SocketServer bind() throws IOException;
    }
}
