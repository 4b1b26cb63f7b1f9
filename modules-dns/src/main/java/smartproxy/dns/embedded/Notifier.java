package smartproxy.dns.embedded;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import smartproxy.core.api.Deadline;

/**
 * Tells the secondaries that a zone has changed (RFC 1996). Changes that come close together are told once. A secondary that does
 * not answer is asked again with growing pauses, then left to its own refresh; it does not delay the others.
 */
final class Notifier implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Notifier.class);
    private static final Duration GATHER = Duration.ofMillis(50);
    private static final List<Duration> WAITS = List.of(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(4),
            Duration.ofSeconds(8),
            Duration.ofSeconds(16));
    private static final int LARGEST_REPLY = 512;

    private final List<InetSocketAddress> listen;
    private final Function<Name, Optional<SOARecord>> soa;
    private final List<Secondary> secondaries;
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @param listen where this server is known; a secondary takes notifications from its primary's address only
     * @param soa the present one of a zone
     */
    Notifier(
            List<InetSocketAddress> secondaries,
            List<InetSocketAddress> listen,
            Function<Name, Optional<SOARecord>> soa) {
        this.listen = listen;
        this.soa = soa;
        this.secondaries = secondaries.stream().map(Secondary::new).toList();
        this.secondaries.forEach(Secondary::start);
    }

    /** A zone has changed. Returns at once. */
    void changed(Name zone) {
        secondaries.forEach(secondary -> secondary.tell(zone));
    }

    @Override
    public void close() {
        closed.countDown();
        secondaries.forEach(Secondary::end);
    }

    private final class Secondary implements Runnable {
        private final InetSocketAddress address;
        private final Set<Name> pending = new LinkedHashSet<>();
        private final Thread thread;
        private volatile @Nullable DatagramSocket asking;
        private boolean silent;

        Secondary(InetSocketAddress address) {
            this.address = address;
            this.thread = new Thread(this, "dns notify " + Endpoints.text(address));
            thread.setDaemon(true);
        }

        void start() {
            thread.start();
        }

        void end() {
            thread.interrupt();
            var socket = asking;
            if (socket != null) {
                socket.close();
            }
        }

        void tell(Name zone) {
            synchronized (pending) {
                pending.add(zone);
                pending.notifyAll();
            }
        }

        private Name next() throws InterruptedException {
            synchronized (pending) {
                while (pending.isEmpty()) {
                    pending.wait();
                }
                return pending.iterator().next();
            }
        }

        @Override
        public void run() {
            try {
                while (closed.getCount() > 0) {
                    var zone = next();
                    closed.await(GATHER.toMillis(), TimeUnit.MILLISECONDS);
                    synchronized (pending) {
                        pending.remove(zone);
                    }
                    notify(zone);
                }
            } catch (InterruptedException e) {
                LOG.debug("{}: no more notifications to {}", EmbeddedFactory.NAME, address);
            }
        }

        private void notify(Name zone) throws InterruptedException {
            var problem = "no answer";
            for (var wait : WAITS) {
                var deadline = Deadline.in(wait);
                try {
                    if (isAnswered(zone, deadline)) {
                        silent = false;
                        return;
                    }
                } catch (IOException | RuntimeException | OutOfMemoryError e) { // the thread has other zones to tell of
                    problem = e.toString();
                }
                if (closed.await(deadline.leftMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
            if (!silent) {
                LOG.warn(
                        "{}: secondary {} does not take notifications ({}); it will see changes of {} at its next refresh",
                        EmbeddedFactory.NAME,
                        Endpoints.text(address),
                        problem,
                        zone);
            }
            silent = true;
        }

        private boolean isAnswered(Name zone, Deadline deadline) throws IOException {
            var current = soa.apply(zone);
            if (current.isEmpty()) {
                return true; // not served any more
            }
            var message = message(current.get());
            try (var socket = new DatagramSocket(new InetSocketAddress(source(), 0))) {
                asking = socket;
                socket.connect(address);
                var wire = message.toWire();
                socket.send(new DatagramPacket(wire, wire.length));
                while (!deadline.expired()) {
                    socket.setSoTimeout((int) Math.max(1, deadline.leftMillis()));
                    var packet = new DatagramPacket(new byte[LARGEST_REPLY], LARGEST_REPLY);
                    socket.receive(packet);
                    if (isReply(packet, message)) {
                        return true;
                    }
                }
                return false;
            } catch (SocketTimeoutException e) {
                return false;
            } finally {
                asking = null;
            }
        }

        private boolean isReply(DatagramPacket packet, Message sent) throws IOException {
            var reply = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
            var header = reply.getHeader();
            if (header.getID() != sent.getHeader().getID()
                    || !header.getFlag(Flags.QR)
                    || header.getOpcode() != Opcode.NOTIFY) {
                return false;
            }
            if (header.getRcode() != Rcode.NOERROR) {
                LOG.warn(
                        "{}: secondary {} answered a notification with {}; is this server among its primaries for {}?",
                        EmbeddedFactory.NAME,
                        Endpoints.text(address),
                        Rcode.string(header.getRcode()),
                        sent.getQuestion().getName());
            }
            return true;
        }

        /** Of the addresses this server is known by the one that lies on the way to the secondary, or else the first. */
        private InetAddress source() throws SocketException {
            var target = address.getAddress();
            var own = listen.stream()
                    .map(InetSocketAddress::getAddress)
                    .filter(one -> one instanceof Inet6Address == target instanceof Inet6Address)
                    .filter(one -> one.isLoopbackAddress() == target.isLoopbackAddress())
                    .toList();
            if (own.isEmpty()) {
                return new InetSocketAddress(0).getAddress();
            }
            var nearest = nearest();
            return own.contains(nearest) ? nearest : own.get(0);
        }

        /** What the system would send from. */
        private InetAddress nearest() throws SocketException {
            try (var socket = new DatagramSocket()) {
                socket.connect(address);
                return socket.getLocalAddress();
            }
        }
    }

    private static Message message(SOARecord soa) {
        var message = Message.newQuery(Record.newRecord(soa.getName(), Type.SOA, soa.getDClass()));
        message.getHeader().setOpcode(Opcode.NOTIFY);
        message.getHeader().unsetFlag(Flags.RD);
        message.getHeader().setFlag(Flags.AA);
        message.addRecord(soa, Section.ANSWER);
        return message;
    }
}
