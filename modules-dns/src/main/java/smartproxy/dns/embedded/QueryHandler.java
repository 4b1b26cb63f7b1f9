package smartproxy.dns.embedded;

import java.io.IOException;
import java.net.InetSocketAddress;

/** Answers DNS messages. Thread-safe. */
interface QueryHandler {
    /**
     * @param query a message as it came
     * @param reply takes the answer: none, one, or, over TCP, several messages
     * @throws IOException when the answer cannot be sent
     */
    void handle(byte[] query, Peer peer, Reply reply) throws IOException;

    /**
     * Who asks.
     *
     * @param stream whether over TCP
     */
    record Peer(InetSocketAddress address, boolean stream) {}

    /** The way back. */
    @FunctionalInterface
    interface Reply {
        void send(byte[] message) throws IOException;
    }
}
