package smartproxy.tftp.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A client that sends what it is told to, right or wrong. */
final class TftpPeer implements AutoCloseable {
    private static final int WATCHDOG_MILLIS = 10_000;
    private static final int LARGEST = 70_000;

    /**
     * What came.
     *
     * @param from the server's end
     */
    record Reply(InetSocketAddress from, byte[] bytes) {
        int opcode() {
            return bytes[1];
        }

        /** Of a block; the code of an error. */
        int number() {
            return (bytes[2] & 0xff) << 8 | (bytes[3] & 0xff);
        }

        byte[] data() {
            return Arrays.copyOfRange(bytes, 4, bytes.length);
        }

        /** What follows the opcode, with | for NUL. */
        String text() {
            return new String(bytes, 2, bytes.length - 2, StandardCharsets.UTF_8).replace('\0', '|');
        }
    }

    private final DatagramSocket socket;
    private final InetSocketAddress server;
    private @Nullable InetSocketAddress last;

    TftpPeer(InetSocketAddress server) throws IOException {
        this(server, server.getAddress());
    }

    /** @param own the client's address */
    TftpPeer(InetSocketAddress server, InetAddress own) throws IOException {
        this.server = server;
        socket = new DatagramSocket(0, own);
        socket.setSoTimeout(WATCHDOG_MILLIS);
        socket.setReceiveBufferSize(1 << 20);
    }

    /** @param text with | for NUL */
    static byte[] packet(int opcode, String text) {
        var out = new ByteArrayOutputStream();
        out.write(0);
        out.write(opcode);
        out.writeBytes(text.replace('|', '\0').getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    void send(byte[] packet, InetSocketAddress to) throws IOException {
        socket.send(new DatagramPacket(packet, packet.length, to));
    }

    void send(byte[] packet) throws IOException {
        send(packet, server);
    }

    /**
     * Asks for a file.
     *
     * @param options pairs, with | after each text
     */
    void ask(String file, String options) throws IOException {
        send(packet(Packets.READ, file + "|octet|" + options));
    }

    void ack(Reply reply) throws IOException {
        ack(reply.opcode() == Packets.OPTIONS_ACK ? 0 : reply.number(), reply.from());
    }

    void ack(int number, InetSocketAddress to) throws IOException {
        send(new byte[] {0, Packets.ACK, (byte) (number >> 8), (byte) number}, to);
    }

    /** Waits for a packet, at most 10 s. */
    Reply receive() throws IOException {
        var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
        socket.receive(packet);
        last = (InetSocketAddress) packet.getSocketAddress();
        return new Reply(last, Arrays.copyOf(packet.getData(), packet.getLength()));
    }

    /** Reads the rest of a file in lockstep, from a reply on that is not acknowledged yet. */
    byte[] rest(Reply first, int blockSize) throws IOException {
        var out = new ByteArrayOutputStream();
        var reply = first;
        var wanted = reply.opcode() == Packets.DATA ? reply.number() : 1;
        while (true) {
            if (reply.opcode() == Packets.ERROR) {
                throw new IOException("error " + reply.number() + " " + reply.text());
            }
            if (reply.opcode() == Packets.OPTIONS_ACK) {
                ack(reply);
            } else if (reply.number() == wanted) {
                out.writeBytes(reply.data());
                ack(reply);
                wanted = (wanted + 1) & 0xffff;
                if (reply.data().length < blockSize) {
                    return out.toByteArray();
                }
            }
            reply = receive();
        }
    }

    /** Reads a file of blocks of 512 bytes. */
    byte[] read(String file) throws IOException {
        ask(file, "");
        return rest(receive(), 512);
    }

    /** The error that is answered to a packet: its code and text. */
    String error(byte[] packet) throws IOException {
        send(packet);
        var reply = receive();
        return reply.opcode() == Packets.ERROR
                ? reply.number() + " " + new String(reply.data(), StandardCharsets.US_ASCII).replace("\0", "")
                : "no error but " + reply.text();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /** Breaks off what may still run, so that the server need not wait for it. */
    @Override
    public void close() throws IOException {
        if (last != null) {
            send(new byte[] {0, Packets.ERROR, 0, 0, 0}, last);
        }
        socket.close();
    }
}
