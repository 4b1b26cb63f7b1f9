package smartproxy.core.daemon;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** An HTTP client that sends what it is told to, byte by byte, and sees what comes back. Each read has a watchdog of a minute. */
public final class Wire implements AutoCloseable {
    public static final int WATCHDOG_MILLIS = 60_000;

    private final Socket socket;
    private final InputStream in;

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /**
     * An answer.
     *
     * @param head status line and header as sent
     * @param headers by lower-case name, repeated ones joined by a comma
     */
    public record Reply(int status, String head, Map<String, String> headers, String body) {
        public String header(String name) {
            return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
        }
    }

    /** Plain TCP to 127.0.0.1. */
    public static Wire open(int port) throws IOException {
        return new Wire(connect(port));
    }

    /** TLS, its handshake done as far as the client can tell. */
    public static Wire open(int port, SSLContext context) throws IOException {
        return open(port, context, "127.0.0.1");
    }

    /**
     * The same from another address of this host.
     *
     * @param protocols versions of TLS; none: those of the context
     */
    public static Wire open(int port, SSLContext context, String from, String... protocols) throws IOException {
        var socket = (SSLSocket) context.getSocketFactory().createSocket(connect(port, from), "localhost", port, true);
        try {
            if (protocols.length > 0) {
                socket.setEnabledProtocols(protocols);
            }
            socket.startHandshake();
            return new Wire(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Plain TCP to 127.0.0.1 from another address of this host. */
    public static Wire open(int port, String from) throws IOException {
        return new Wire(connect(port, from));
    }

    private static Socket connect(int port) throws IOException {
        return connect(new Socket(), port);
    }

    private static Socket connect(int port, String from) throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getByName(from), 0));
        return connect(socket, port);
    }

    private static Socket connect(Socket socket, int port) throws IOException {
        socket.setSoTimeout(WATCHDOG_MILLIS);
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
        return socket;
    }

    public Socket socket() {
        return socket;
    }

    /** Sends this, each character as one octet. */
    public Wire send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    public Wire send(byte[] octets) throws IOException {
        socket.getOutputStream().write(octets);
        socket.getOutputStream().flush();
        return this;
    }

    /** @param headers whole lines */
    public Reply get(String path, String... headers) throws IOException {
        return request("GET", path, headers);
    }

    /** A form. */
    public Reply post(String path, String form, String... headers) throws IOException {
        return send(head("POST", path, headers) + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        + form.length() + "\r\n\r\n" + form)
                .read();
    }

    /** A request without a body. */
    public Reply request(String method, String path, String... headers) throws IOException {
        var empty = method.equals("POST") || method.equals("PUT") ? "Content-Length: 0\r\n" : "";
        send(head(method, path, headers) + empty + "\r\n");
        return method.equals("HEAD") ? readHead() : read();
    }

    /** The request line and header, without the blank line that ends them. */
    public static String head(String method, String path, String... headers) {
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: proxy.example.com\r\n");
        for (var header : headers) {
            head.append(header).append("\r\n");
        }
        return head.toString();
    }

    /** The next answer. */
    public Reply read() throws IOException {
        var head = readHead();
        var length = head.headers().get("content-length");
        String body = "";
        if (length != null) {
            var octets = in.readNBytes(Integer.parseInt(length));
            if (octets.length < Integer.parseInt(length)) {
                throw new EOFException("in the body after " + head.head());
            }
            body = new String(octets, StandardCharsets.UTF_8);
        } else if (head.headers().containsKey("transfer-encoding")) {
            body = readChunks();
        }
        return new Reply(head.status(), head.head(), head.headers(), body);
    }

    private String readChunks() throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            var size = Integer.parseInt(readLine(), 16);
            var chunk = in.readNBytes(size);
            if (chunk.length < size || !readLine().isEmpty()) {
                throw new EOFException("in a chunk, after " + body.size() + " bytes");
            }
            if (size == 0) {
                return body.toString(StandardCharsets.UTF_8);
            }
            body.writeBytes(chunk);
        }
    }

    private String readLine() throws IOException {
        var line = new ByteArrayOutputStream();
        for (var next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("in a line");
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.ISO_8859_1).strip();
    }

    /** The next head, and nothing behind it. */
    public Reply readHead() throws IOException {
        var octets = new ByteArrayOutputStream();
        while (true) {
            var next = in.read();
            if (next < 0) {
                throw new EOFException("in the head after '" + octets.toString(StandardCharsets.ISO_8859_1) + "'");
            }
            octets.write(next);
            var head = octets.toString(StandardCharsets.ISO_8859_1);
            if (next == '\n' && head.endsWith("\r\n\r\n")) {
                return new Reply(Integer.parseInt(head.substring(9, 12)), head, headers(head), "");
            }
        }
    }

    private static Map<String, String> headers(String head) {
        var headers = new HashMap<String, String>();
        head.lines().skip(1).filter(line -> !line.isEmpty()).forEach(line -> {
            var colon = line.indexOf(':');
            headers.merge(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip(),
                    (one, other) -> one + ", " + other);
        });
        return headers;
    }

    /** Waits until the other end has closed or reset the connection; what comes before is dropped. */
    public boolean isClosedByPeer() throws IOException {
        try {
            while (in.read() >= 0) {
                // an answer, perhaps
            }
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
