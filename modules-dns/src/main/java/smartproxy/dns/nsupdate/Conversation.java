package smartproxy.dns.nsupdate;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import smartproxy.core.api.Deadline;
import smartproxy.dns.nsupdate.DnsTransport.Protocol;
import smartproxy.dns.nsupdate.DnsTransport.Sent;

/**
 * Asks one thing until there is an answer: by UDP, after a while by TCP, again by UDP, each time as a new message. The first
 * answer to any of them counts. Used by one thread.
 */
final class Conversation implements AutoCloseable {
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(250);

    private final DnsTransport transport;
    private final Supplier<Duration> fudge;
    private final BlockingQueue<Exchange> inbox = new LinkedBlockingQueue<>();
    private final List<Sent> open = new ArrayList<>();
    private boolean lost;

    /** @param fudge of a message signed now */
    Conversation(DnsTransport transport, Supplier<Duration> fudge) {
        this.transport = transport;
        this.fudge = fudge;
    }

    /**
     * @param draft a new copy of the message
     * @throws SocketTimeoutException when there is no answer by the deadline
     * @throws IOException when the connection failed; {@link ConnectException} when nothing can have reached the server
     */
    Message ask(Supplier<Message> draft, Deadline deadline) throws IOException, InterruptedException {
        var protocol = Protocol.UDP;
        while (!deadline.expired()) {
            send(draft.get(), protocol, deadline);
            var answer = await(deadline.within(longestWait(deadline)));
            if (answer != null && !isTruncated(answer)) {
                return answer;
            }
            protocol = answer != null || protocol == Protocol.UDP ? Protocol.TCP : Protocol.UDP;
        }
        transport.checkAddress();
        throw new SocketTimeoutException("no answer from " + transport.server());
    }

    /** The answer to an update has no such flag, and its code says all (RFC 2136, section 2.2): the update is done or refused. */
    private static boolean isTruncated(Message answer) {
        return answer.getHeader().getOpcode() != Opcode.UPDATE
                && answer.getHeader().getFlag(Flags.TC);
    }

    /** Whether a message was sent that may have reached the server and has not been answered. */
    boolean hasUnanswered() {
        return lost || !open.isEmpty();
    }

    private static Duration longestWait(Deadline deadline) {
        var third = deadline.left().dividedBy(3);
        var wait = third.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : third;
        return wait.compareTo(SHORTEST_WAIT) < 0 ? SHORTEST_WAIT : wait;
    }

    private void send(Message message, Protocol protocol, Deadline deadline) throws IOException {
        try {
            open.add(transport.send(message, fudge.get(), protocol, inbox, deadline));
        } catch (IOException e) {
            // No TCP is no reason to give up what may still be answered by UDP.
            if (protocol == Protocol.UDP || open.isEmpty()) {
                throw e;
            }
        }
    }

    private @Nullable Message await(Deadline until) throws IOException, InterruptedException {
        while (true) {
            var ended = inbox.poll(until.left().toNanos(), TimeUnit.NANOSECONDS);
            if (ended == null) {
                return null;
            }
            open.removeIf(sent -> sent.exchange() == ended);
            var answer = ended.answer();
            if (answer != null) {
                return answer;
            }
            var failure = ended.failure();
            if (failure != null) {
                lost |= !(failure instanceof ConnectException);
                if (open.isEmpty()) {
                    throw failure;
                }
            }
        }
    }

    @Override
    public void close() {
        open.forEach(Sent::giveUp);
    }
}
