package smartproxy.packaging;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLSocket;
import smartproxy.core.daemon.Wire;

/** What a client may do that no client should. */
enum Hostile {
    SILENT(1100, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return Optional.of(Wire.open(target.port(), from));
        }
    },
    GARBAGE_BEFORE_TLS(200, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return over(
                    Wire.open(target.port(), from).send("GET /features HTTP/1.1\r\nHost: x\r\n\r\n\u0000\u00ff\u0016"));
        }
    },
    HALF_HANDSHAKE(300, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return Optional.of(Wire.open(target.port(), from).send(target.hello()));
        }
    },
    /** A ClientHello in records of one byte. */
    SPLIT_RECORDS(200, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return Optional.of(Wire.open(target.port(), from));
        }

        @Override
        void goOn(Target target, Wire wire, int round) throws IOException {
            var hello = target.hello();
            var piece = hello[TLS_HEADER + round % (hello.length - TLS_HEADER)];
            wire.send(new byte[] {22, 3, 1, 0, 1, piece});
        }
    },
    SILENT_AFTER_HANDSHAKE(200, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return Optional.of(target.stranger(from));
        }
    },
    KEPT_ALIVE(200, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            var wire = target.stranger(from);
            wire.get("/features");
            return Optional.of(wire);
        }
    },
    HEADERS_DRIP(100, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return Optional.of(target.stranger(from).send("GET /features HTTP/1.1\r\nHost: x\r\n"));
        }

        @Override
        void goOn(Target target, Wire wire, int round) throws IOException {
            wire.send("X-Slow-" + round + ": x\r\n");
        }
    },
    BODIES_DRIP(100, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return Optional.of(
                    target.foreman(from).send(Wire.head("POST", "/dns/", "Content-Length: 100000") + "\r\n"));
        }

        @Override
        void goOn(Target target, Wire wire, int round) throws IOException {
            wire.send("x");
        }
    },
    BODIES_NEVER(100, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return Optional.of(
                    target.foreman(from).send(Wire.head("POST", "/dns/", "Content-Length: 100000") + "\r\n"));
        }
    },
    LARGE_BODIES(1, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return over(large(target.foreman(from), "/dns/", "Content-Length: " + LARGE));
        }
    },
    LARGE_BODIES_OF_STRANGERS(1, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return over(large(target.stranger(from), "/dns/", "Content-Length: " + LARGE));
        }
    },
    LARGE_CHUNKS(1, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return over(large(target.foreman(from), "/dns/", CHUNKED));
        }
    },
    LARGE_CHUNKS_OF_STRANGERS(1, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return over(large(target.stranger(from), "/features", CHUNKED));
        }
    },
    /** As large as is taken. */
    LARGEST_FORMS(1, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return over(form(target.foreman(from), "/dns/", LARGEST));
        }
    },
    /** The same where anybody may send. */
    LARGEST_FORMS_OF_STRANGERS(1, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return over(form(target.stranger(from), "/features", LARGEST_OF_STRANGERS));
        }
    },
    MANY_HEADERS(1, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return over(target.stranger(from)
                    .send("GET /features HTTP/1.1\r\nHost: x\r\n" + "a: b\r\n".repeat(10_000) + "\r\n"));
        }
    },
    TOO_MANY_HEADERS(1, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return over(target.stranger(from)
                    .send("GET /features HTTP/1.1\r\nHost: x\r\n" + "X-Name: value\r\n".repeat(10_000) + "\r\n"));
        }
    },
    NONSENSE(8, 7) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            for (var text : new String[] {
                "GET /features HTTP/9.9\r\n\r\n",
                "\u0001\u0002\r\n\r\n",
                "GET /features HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "POST /features HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "POST /features HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            }) {
                over(target.stranger(from).send(text));
            }
            return Optional.empty();
        }
    },
    /** A whole request, each byte of it in a TLS record of its own. */
    RECORDS_OF_ONE_BYTE(1, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            var wire = target.stranger(from);
            for (var octet : (Wire.head("GET", "/features", "X: " + "x".repeat(2000)) + "\r\n").toCharArray()) {
                wire.send(String.valueOf(octet));
            }
            return over(wire);
        }
    },
    /** As many names and extensions in a ClientHello as its record takes. */
    FULL_HELLO(20, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            over(Wire.open(target.port(), from).send(filled(target.hello(), SERVER_NAME)));
            return Optional.of(Wire.open(target.port(), from).send(filled(target.hello(), UNKNOWN)));
        }
    },
    /** A ClientHello of 16 MiB, whose records come and come. */
    ENDLESS_HELLO(20, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return Optional.of(Wire.open(target.port(), from).send(handshake("\u0001\u00ff\u00ff\u00ff")));
        }

        @Override
        void goOn(Target target, Wire wire, int round) throws IOException {
            wire.send(handshake("x".repeat(TLS_RECORD)));
        }
    },
    /** New keys of TLS 1.3 again and again, asking for the daemon's own each time. */
    KEY_UPDATES(2, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return again(target.stranger(from));
        }
    },
    /** The same with TLS 1.2: whole handshakes. */
    RENEGOTIATIONS(2, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return again(Wire.open(target.port(), target.anonymous(), from, "TLSv1.2"));
        }
    },
    PIPELINED(1, 100_000) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            return Optional.of(target.stranger(from));
        }

        @Override
        void goOn(Target target, Wire wire, int round) throws IOException {
            wire.send((Wire.head("GET", "/features") + "\r\n").repeat(PIPELINE));
            wire.socket().setSoTimeout(Wire.WATCHDOG_MILLIS);
            for (var i = 0; i < PIPELINE; i++) {
                wire.read();
            }
        }
    },
    /** 4000 chunks of a byte, with a KiB of extensions each. */
    CHUNK_EXTENSIONS(1, 1) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            var wire = target.foreman(from).send(Wire.head("POST", "/dns/", FORM, CHUNKED) + "\r\n");
            var chunk = "1;" + "x".repeat(1 << 10) + "\r\n=\r\n";
            for (var i = 0; i < 4000; i++) {
                wire.send(chunk);
            }
            return over(wire.send("0\r\n\r\n"));
        }
    },
    /** Makes the log long, asks for it, and does not take it. */
    UNREAD_ANSWERS(100, 5) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            var wire = target.foreman(from);
            wire.socket().setReceiveBufferSize(1 << 12);
            for (var i = 0; i < 4; i++) {
                wire.get("/features?" + "x".repeat(2000));
            }
            return Optional.of(wire.send(Wire.head("GET", "/logs") + "\r\n"));
        }

        @Override
        boolean isOpen(Wire wire) {
            return true;
        }
    },
    /** New connections, as many and as fast as one client can. */
    FLOOD(20, 0) {
        @Override
        Optional<Wire> open(Target target, String from) throws IOException {
            target.stranger(from).close();
            Wire.open(target.port(), from).close();
            return Optional.empty();
        }
    };

    private static final int TLS_HEADER = 5;
    private static final int TLS_RECORD = 1 << 14;
    private static final int SERVER_NAME = 0;
    private static final int UNKNOWN = 0x3a3a;
    private static final int PIPELINE = 500;
    private static final int LARGE = 100 << 20;
    private static final int LARGEST = 4 << 20;
    private static final int LARGEST_OF_STRANGERS = 1 << 20;
    private static final int PIECE = 3 << 14;
    private static final int PATIENCE_MILLIS = 30_000;
    private static final String CHUNKED = "Transfer-Encoding: chunked";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

    /** How many such connections one attacker holds at once. */
    final int size;
    /** Most whole requests sent through one of them. */
    final int requests;

    Hostile(int size, int requests) {
        this.size = size;
        this.requests = requests;
    }

    /** Who is attacked, and with what: a context without and one with a certificate, and a ClientHello. */
    record Target(int port, SSLContext anonymous, SSLContext trusted, byte[] hello) {
        static Target of(Site site) throws IOException {
            var anonymous = site.anonymousContext();
            var engine = anonymous.createSSLEngine("localhost", site.port());
            engine.setUseClientMode(true);
            var record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
            if (engine.wrap(ByteBuffer.allocate(0), record).getStatus() != SSLEngineResult.Status.OK) {
                throw new IOException("no ClientHello");
            }
            return new Target(
                    site.port(), anonymous, site.foremanContext(), Arrays.copyOf(record.array(), record.position()));
        }

        Wire stranger(String from) throws IOException {
            return open(anonymous, from);
        }

        Wire foreman(String from) throws IOException {
            return open(trusted, from);
        }

        /** A whole handshake each time: a session that can be resumed would spare the daemon most of it. */
        private Wire open(SSLContext context, String from) throws IOException {
            var wire = Wire.open(port, context, from);
            ((SSLSocket) wire.socket()).getSession().invalidate();
            return wire;
        }
    }

    /**
     * Begins.
     *
     * @return empty when it is over already
     */
    abstract Optional<Wire> open(Target target, String from) throws IOException;

    /** Sends a little more. */
    void goOn(Target target, Wire wire, int round) throws IOException {
        // silent
    }

    /** Begins handshakes anew until the daemon has enough. */
    private static Optional<Wire> again(Wire wire) throws IOException {
        for (var i = 0; i < 1000; i++) {
            ((SSLSocket) wire.socket()).startHandshake();
        }
        return over(wire);
    }

    /** A record of a handshake. */
    private static String handshake(String content) {
        return "\u0016\u0003\u0001" + number(2, content.length()) + content;
    }

    /** A ClientHello with one extension more, as long as the record allows. */
    private static String filled(byte[] record, int type) {
        var hello = new String(record, StandardCharsets.ISO_8859_1).substring(TLS_HEADER);
        var session = 4 + 2 + 32; // behind type and length, version and random
        var suites = session + 1 + hello.charAt(session);
        var methods = suites + 2 + (hello.charAt(suites) << 8) + hello.charAt(suites + 1);
        var extensions = methods + 1 + hello.charAt(methods);
        var length = TLS_RECORD - hello.length() - 4;
        var more = hello.substring(extensions + 2)
                + number(2, type)
                + number(2, length)
                // a list of one name of a host, for who reads it as such
                + number(2, length - 2)
                + "\0"
                + number(2, length - 5)
                + "x".repeat(length - 5);
        var body = hello.substring(4, extensions) + number(2, more.length()) + more;
        return handshake("\u0001" + number(3, body.length()) + body);
    }

    private static String number(int octets, int value) {
        var text = new StringBuilder();
        for (var i = octets - 1; i >= 0; i--) {
            text.append((char) ((value >> (8 * i)) & 0xff));
        }
        return text.toString();
    }

    /** Whether the daemon has not closed it; what it sent is read. */
    boolean isOpen(Wire wire) throws IOException {
        wire.socket().setSoTimeout(1);
        try {
            while (wire.socket().getInputStream().read() >= 0) {
                // an answer, perhaps
            }
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    /** Waits until the daemon has closed the connection, whatever it said. */
    private static Optional<Wire> over(Wire wire) throws IOException {
        try (wire) {
            wire.socket().shutdownOutput();
            wire.socket().setSoTimeout(PATIENCE_MILLIS);
            wire.isClosedByPeer();
        }
        return Optional.empty();
    }

    private static Wire large(Wire wire, String path, String announce) throws IOException {
        var chunked = announce.equals(CHUNKED);
        wire.send(Wire.head("POST", path, announce) + "\r\n");
        return pieces(wire, LARGE, "x".repeat(PIECE), chunked);
    }

    private static Wire form(Wire wire, String path, int length) throws IOException {
        wire.send(Wire.head("POST", path, FORM, "Content-Length: " + length) + "\r\na=");
        return pieces(wire, length - 2, "x".repeat(PIECE), false);
    }

    private static Wire pieces(Wire wire, int length, String piece, boolean chunked) {
        var size = Integer.toHexString(PIECE);
        try {
            for (var sent = 0; sent < length; sent += PIECE) {
                var part = piece.substring(0, Math.min(PIECE, length - sent));
                wire.send(chunked ? size + "\r\n" + piece + "\r\n" : part);
            }
        } catch (IOException e) {
            // the daemon has heard enough
        }
        return wire;
    }
}
