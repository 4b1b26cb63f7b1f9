package smartproxy.tftp;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import smartproxy.core.api.Deadline;

/** Asks a TFTP server for a file that it has not (RFC 1350): an error is an answer too. */
final class TftpProbe {
    static final int PORT = 69;

    private static final byte[] REQUEST =
            "\0\1.smart-proxy-looks-whether-you-answer\0octet\0".getBytes(StandardCharsets.US_ASCII);
    private static final int TRIES = 3;
    private static final int WAIT_MILLIS = 700;
    private static final int DATA = 3;
    private static final int ERROR = 5;

    private TftpProbe() {}

    /** Whether anything that speaks TFTP answers within three tries of less than a second. */
    static boolean answers(InetSocketAddress server, Deadline deadline) throws InterruptedException {
        try (var socket = new DatagramSocket()) {
            for (var i = 0; i < TRIES && !deadline.expired(); i++) {
                socket.send(new DatagramPacket(REQUEST, REQUEST.length, server));
                socket.setSoTimeout((int) Math.max(1, Math.min(WAIT_MILLIS, deadline.leftMillis())));
                var answer = new DatagramPacket(new byte[600], 600);
                try {
                    socket.receive(answer);
                    var opcode = answer.getData()[1];
                    if (answer.getLength() >= 4 && (opcode == DATA || opcode == ERROR)) {
                        return true;
                    }
                } catch (SocketTimeoutException e) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                }
            }
        } catch (IOException e) {
            return false;
        }
        return false;
    }
}
