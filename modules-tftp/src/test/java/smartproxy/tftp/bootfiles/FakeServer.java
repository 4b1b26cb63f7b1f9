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
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/** Answers one request for each connection as it is told, rightly or wrongly. */
public final class FakeServer implements AutoCloseable {
    /** Thrown by an act: the connection is reset. */
    public static final class Reset extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /** Writes the answer, byte by byte; the connection is closed afterwards. */
    @FunctionalInterface
    public interface Act {
        void on(String request, OutputStream out) throws IOException, InterruptedException;
    }

    private final ServerSocket listener;
    private final String base;
    private final Map<String, Act> acts = new ConcurrentHashMap<>();
    private final List<String> requests = new ArrayList<>();
    private final List<Socket> sockets = new ArrayList<>();

    private FakeServer(ServerSocket listener, String scheme) {
        this.listener = listener;
        this.base = scheme + "://" + listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
    }

    public static FakeServer start() throws IOException {
        return start(InetAddress.getLoopbackAddress());
    }

    public static FakeServer start(InetAddress address) throws IOException {
        return start(new FakeServer(new ServerSocket(0, 50, address), "http"));
    }

    /** One that speaks TLS. */
    public static FakeServer start(SSLContext context) throws IOException {
        var sockets = context.getServerSocketFactory();
        return start(new FakeServer(sockets.createServerSocket(0, 50, InetAddress.getLoopbackAddress()), "https"));
    }

    private static FakeServer start(FakeServer server) {
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
        return base + path;
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
                answer(act, request, socket);
            }
        } catch (IOException | InterruptedException e) {
            // the client went away, or shall be hung up on
        }
    }

    private static void answer(Act act, String request, Socket socket) throws IOException, InterruptedException {
        try {
            act.on(request, socket.getOutputStream());
        } catch (Reset e) {
            socket.setSoLinger(true, 0);
            throw e;
        }
    }

    /**
     * Serves a file from where it is asked to go on, as long as the validator is the same: its ETag, or else its time.
     *
     * @param most bytes of one answer, then the connection ends; they are counted
     */
    public FakeServer resumable(String path, byte[] content, String validator, int most, AtomicLong served) {
        return on(path, (request, out) -> {
            var range = Pattern.compile("Range: bytes=(\\d+)-\r\n").matcher(request);
            var from = range.find() && request.contains("If-Range: " + validator + "\r\n")
                    ? Integer.parseInt(range.group(1))
                    : 0;
            head(
                    out,
                    from > 0 ? "206 Part" : "200 OK",
                    "Date: Wed, 01 Jan 2020 12:00:00 GMT",
                    (validator.contains("\"") ? "ETag: " : "Last-Modified: ") + validator,
                    "Content-Range: bytes " + from + "-" + (content.length - 1) + "/" + content.length,
                    "Content-Length: " + (content.length - from));
            var count = Math.min(most, content.length - from);
            out.write(content, from, count);
            out.flush();
            served.addAndGet(count);
        });
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
