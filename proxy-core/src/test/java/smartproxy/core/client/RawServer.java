package smartproxy.core.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.net.ServerSocketFactory;

/** Reads what comes on a connection and answers with what it is given, or not at all. */
final class RawServer implements AutoCloseable {
    /** What it does with a connection whose request came. */
    @FunctionalInterface
    interface Act {
        void on(Socket socket) throws IOException;
    }

    private final ServerSocket listener;
    private final Act act;
    private final List<Socket> sockets = new ArrayList<>();

    private RawServer(ServerSocketFactory sockets, Act act) throws IOException {
        this.listener = sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.act = act;
    }

    static RawServer start(Act act) throws IOException {
        return start(ServerSocketFactory.getDefault(), act);
    }

    static RawServer start(ServerSocketFactory sockets, Act act) throws IOException {
        var server = new RawServer(sockets, act);
        var thread = new Thread(server::accept, "raw-server");
        thread.setDaemon(true);
        thread.start();
        return server;
    }

    /** Sends a text and ends the connection. */
    static Act answering(String text) {
        return socket -> {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.close();
        };
    }

    int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        try {
            while (true) {
                var socket = listener.accept();
                synchronized (sockets) {
                    sockets.add(socket);
                }
                var request = new byte[8192];
                if (socket.getInputStream().read(request) > 0) {
                    act.on(socket);
                }
            }
        } catch (SocketException e) {
            // closed: the end
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (sockets) {
            for (var socket : sockets) {
                socket.close();
            }
        }
    }
}
