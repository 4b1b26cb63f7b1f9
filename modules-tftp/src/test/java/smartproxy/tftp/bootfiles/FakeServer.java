package smartproxy.tftp.bootfiles;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Answers one request for each connection as it is told, rightly or wrongly. */
public final class FakeServer implements AutoCloseable {
    /** Writes the answer, byte by byte; the connection is closed afterwards. */
    @FunctionalInterface
    public interface Act {
        void on(String request, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket listener;
    private final Map<String, Act> acts = new ConcurrentHashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();

    private FakeServer() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    public static FakeServer start() throws IOException {
        var server = new FakeServer();
        server.thread(server::accept);
        return server;
    }

    private void thread(Runnable work) {
        var thread = new Thread(work, "fake-server");
        thread.setDaemon(true);
        thread.start();
    }

    public FakeServer on(String path, Act act) {
        acts.put(path, act);
        return this;
    }

    /** Serves a file rightly, with its validators. */
    public FakeServer file(String path, byte[] content, String etag) {
        return on(path, (request, out) -> {
            if (request.contains("If-None-Match: " + etag)) {
                head(out, "304 Not Modified", "ETag: " + etag);
                return;
            }
            head(
                    out,
                    "200 OK",
                    "ETag: " + etag,
                    "Last-Modified: Wed, 01 Jan 2020 10:00:00 GMT",
                    "Content-Length: " + content.length);
            out.write(content);
        });
    }

    public FakeServer redirect(String path, String location) {
        return on(path, (request, out) -> head(out, "302 Found", "Location: " + location, "Content-Length: 0"));
    }

    public static void head(OutputStream out, String status, String... headers) throws IOException {
        var text = new StringBuilder("HTTP/1.1 " + status + "\r\nConnection: close\r\n");
        for (var header : headers) {
            text.append(header).append("\r\n");
        }
        out.write(text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    public String url(String path) {
        return "http://127.0.0.1:" + listener.getLocalPort() + path;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** The heads of all requests so far. */
    public List<String> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    private void accept() {
        try {
            while (true) {
                var socket = listener.accept();
                synchronized (sockets) {
                    sockets.add(socket);
                }
                thread(() -> serve(socket));
            }
        } catch (IOException e) {
            // closed: the end
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            var head = new StringBuilder();
            var in = socket.getInputStream();
            while (head.indexOf("\r\n\r\n") < 0) {
                var next = in.read();
                if (next < 0) {
                    return;
                }
                head.append((char) next);
            }
            var request = head.toString();
            synchronized (requests) {
                requests.add(request);
            }
            var path = request.split(" ", 3)[1];
            var act = acts.get(path);
            if (act == null) {
                head(socket.getOutputStream(), "404 Not Found", "Content-Length: 0");
            } else {
                act.on(request, socket.getOutputStream());
            }
        } catch (IOException | InterruptedException e) {
            // the client went away, or shall be hung up on
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
