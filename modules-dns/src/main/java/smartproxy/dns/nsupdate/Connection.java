package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.TSIGRecord;

/**
 * One connection to the server, from its opening to its first failure, with many messages in flight. Answers find their message
 * by id; what belongs to none, late and duplicate answers among them, is dropped.
 */
abstract class Connection implements AutoCloseable {
    private final InetSocketAddress server;
    private final @Nullable TsigSigner signer;
    private final int mostInFlight;
    private final SecureRandom random = new SecureRandom();
    private final Map<Integer, Exchange> inFlight = new HashMap<>();
    private @Nullable IOException failure;
    private int givenUp;
    private @Nullable Long heardAt;

    Connection(InetSocketAddress server, @Nullable TsigSigner signer, int mostInFlight) {
        this.server = server;
        this.signer = signer;
        this.mostInFlight = mostInFlight;
    }

    /** Reads until the connection ends; hands messages to {@link #received}. */
    abstract void read() throws IOException;

    abstract void write(byte[] wire) throws IOException;

    abstract void closeChannel();

    final void startReader(String protocol) {
        var reader = new Thread(
                () -> {
                    try {
                        read();
                    } catch (IOException e) {
                        fail(e);
                    } finally {
                        fail(new IOException("the connection to " + peer() + " was closed"));
                    }
                },
                "dns_nsupdate " + protocol + " " + server);
        reader.setDaemon(true);
        reader.start();
    }

    final String peer() {
        return text(server);
    }

    /** The server as messages show it, without the slash of {@link InetSocketAddress#toString()}. */
    static String text(InetSocketAddress server) {
        var address = server.getAddress().getHostAddress();
        return (address.indexOf(':') >= 0 ? "[" + address + "]" : address) + ":" + server.getPort();
    }

    final InetSocketAddress server() {
        return server;
    }

    final synchronized boolean isUsable() {
        return failure == null;
    }

    /** Whether the server answered on this connection within that time. */
    final synchronized boolean heardWithin(Duration time) {
        return failure == null && heardAt != null && System.nanoTime() - heardAt <= time.toNanos();
    }

    private synchronized boolean isSilent() {
        return givenUp > 0 && inFlight.size() + givenUp >= mostInFlight;
    }

    final synchronized boolean heardEver() {
        return heardAt != null;
    }

    /**
     * Sends a message under an id of its own.
     *
     * @param fudge of the signature
     * @param inbox gets the exchange when it has ended
     * @throws IOException when it was not sent
     */
    final Exchange send(Message message, Duration fudge, BlockingQueue<Exchange> inbox) throws IOException {
        if (isSilent()) {
            // What was given up may still lie in buffers of the system, which are not to fill up.
            fail(new IOException(peer() + " answers none of " + mostInFlight + " messages"));
        }
        Exchange exchange;
        byte[] wire;
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
            if (inFlight.size() >= mostInFlight) {
                throw new IOException(mostInFlight + " messages to " + peer() + " wait for an answer already");
            }
            int id;
            do {
                id = random.nextInt(0x10000);
            } while (inFlight.containsKey(id));
            message.getHeader().setID(id);
            TSIGRecord signature = null;
            if (signer == null) {
                wire = message.toWire();
            } else {
                var signed = signer.sign(message, fudge);
                wire = signed.wire();
                signature = signed.signature();
            }
            exchange = new Exchange(message, signer, signature, inbox);
            inFlight.put(id, exchange);
        }
        try {
            write(wire);
        } catch (IOException e) {
            fail(e);
        }
        return exchange;
    }

    /** Waits no longer for an answer. */
    final synchronized void giveUp(Exchange exchange) {
        if (inFlight.values().remove(exchange)) {
            givenUp++;
        }
    }

    final void received(byte[] wire) {
        Message message;
        try {
            message = new Message(wire);
        } catch (IOException | RuntimeException e) {
            return; // no DNS message: anybody may send one
        }
        if (!message.getHeader().getFlag(Flags.QR)) {
            return;
        }
        Exchange exchange;
        synchronized (this) {
            exchange = inFlight.get(message.getHeader().getID());
        }
        if (exchange != null && exchange.offer(message, wire)) {
            synchronized (this) {
                inFlight.values().remove(exchange);
                givenUp = 0;
                heardAt = System.nanoTime();
            }
        }
    }

    final synchronized int inFlight() {
        return inFlight.size();
    }

    /** Ends the connection and all that is in flight. */
    final void fail(IOException reason) {
        List<Exchange> ended;
        synchronized (this) {
            if (failure == null) {
                failure = reason;
            }
            ended = new ArrayList<>(inFlight.values());
            inFlight.clear();
        }
        closeChannel();
        ended.forEach(exchange -> exchange.fail(reason));
    }

    @Override
    public final void close() {
        fail(new IOException("the provider was stopped"));
    }
}
