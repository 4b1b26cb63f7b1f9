package smartproxy.dhcp.isc;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.isc.OmapiMessage.Values;

/**
 * dhcpd's hosts over one kept connection, one conversation at a time, in the order they came: dhcpd has one thread and takes one
 * connection after the other.
 */
final class OmapiClient implements AutoCloseable {
    /** A connection that nobody used for this long is closed. */
    static final Duration IDLE = Duration.ofSeconds(30);

    /**
     * A server not heard for longer is asked something before it is told to change anything: when it is away, nothing was changed
     * for certain.
     */
    static final Duration FRESH = Duration.ofSeconds(1);

    private static final int ETHERNET = 1;

    private final OmapiServer server;
    private final ReentrantLock turn = new ReentrantLock(true);
    private @Nullable OmapiConnection kept;
    private volatile boolean closed;

    OmapiClient(OmapiServer server) {
        this.server = server;
    }

    OmapiServer server() {
        return server;
    }

    /** A host as dhcpd tells of it; it keeps the statements to itself. */
    record Host(int handle, Optional<String> name, Optional<MacAddress> mac, Optional<Ipv4> ip) {
        private static Host of(OmapiMessage answer) {
            return new Host(
                    answer.handle(),
                    answer.text("name"),
                    Optional.ofNullable(answer.object().get("hardware-address"))
                            .filter(octets -> octets.length == 6 || octets.length == 8 || octets.length == 20)
                            .map(MacAddress::of),
                    Optional.ofNullable(answer.object().get("ip-address"))
                            .filter(octets -> octets.length == Integer.BYTES)
                            .map(octets -> new Ipv4(ByteBuffer.wrap(octets).getInt())));
        }
    }

    /** What is said on the connection in one turn. */
    @FunctionalInterface
    interface Work<T> {
        T run(Talk talk) throws IOException;
    }

    /**
     * Waits for the turn, connects where needed, and talks.
     *
     * @throws BackendException {@code TIMEOUT} when the turn did not come in time; {@code REJECTED} when dhcpd does not take the
     *     key
     * @throws IOException when dhcpd cannot be reached, or does not answer
     */
    <T> T talk(Deadline deadline, Work<T> work) throws IOException, InterruptedException {
        if (!turn.tryLock(deadline.left().toNanos(), TimeUnit.NANOSECONDS)) {
            throw new BackendException(
                    Kind.TIMEOUT,
                    Outcome.NOT_APPLIED,
                    "dhcpd at " + server
                            + " is still busy with earlier requests; this one did not get its turn in time",
                    null);
        }
        try {
            if (deadline.expired()) {
                throw new SocketTimeoutException("no time was left to ask dhcpd at " + server);
            }
            return work.run(new Talk(connection(deadline), deadline));
        } finally {
            if (kept != null && !kept.isUsable()) {
                kept = null;
            }
            turn.unlock();
            if (closed) {
                // whoever closed it did not get the turn
                close();
            }
        }
    }

    private OmapiConnection connection(Deadline deadline) throws IOException {
        if (closed) {
            throw new IOException("it is being closed");
        }
        var connection = kept;
        if (connection != null && !connection.heardWithin(FRESH) && connection.isClosedByServer()) {
            connection.close();
            connection = null;
        }
        if (connection == null) {
            kept = null;
            connection = OmapiConnection.open(server, deadline);
            kept = connection;
        }
        return connection;
    }

    /**
     * Called now and then.
     *
     * @param idle for how long nobody may have used a connection that is kept
     */
    void closeIdle(Duration idle) {
        if (turn.tryLock()) {
            try {
                if (kept != null && !kept.heardWithin(idle)) {
                    kept.close();
                    kept = null;
                }
            } finally {
                turn.unlock();
            }
        }
    }

    /** Ends the connection; who talks on it now is the last one. */
    @Override
    public void close() {
        closed = true;
        if (turn.tryLock()) {
            try {
                if (kept != null) {
                    kept.close();
                    kept = null;
                }
            } finally {
                turn.unlock();
            }
        }
    }

    /** What can be said to dhcpd. */
    static final class Talk {
        private final OmapiConnection connection;
        private final Deadline deadline;

        private Talk(OmapiConnection connection, Deadline deadline) {
            this.connection = connection;
            this.deadline = deadline;
        }

        /** Makes sure that dhcpd is there. */
        void warm() throws IOException {
            if (!connection.heardWithin(FRESH)) {
                var unused = find(new Values().with("name", "-"));
            }
        }

        Optional<Host> find(String name) throws IOException {
            return find(new Values().with("name", name));
        }

        Optional<Host> find(MacAddress mac) throws IOException {
            return find(new Values().with("hardware-address", mac.octets()).with("hardware-type", ETHERNET));
        }

        /** What dhcpd tells of the lease of an address. */
        Optional<OmapiMessage> leaseValues(Ipv4 ip) throws IOException {
            return find("lease", new Values().with("ip-address", ip.bits()));
        }

        private Optional<Host> find(Values host) throws IOException {
            return find("host", host).map(Host::of);
        }

        private Optional<OmapiMessage> find(String type, Values object) throws IOException {
            var answer = connection.ask(
                    OmapiMessage.ask(OmapiMessage.OPEN, 0, new Values().with("type", type), object), deadline);
            if (answer.op() == OmapiMessage.UPDATE) {
                return Optional.of(answer);
            }
            if (answer.op() == OmapiMessage.STATUS && answer.result() == OmapiResult.NOT_FOUND) {
                return Optional.empty();
            }
            throw refused("look for a " + type, answer);
        }

        /**
         * Sends the creation of a host.
         *
         * @return {@link OmapiResult#SUCCESS}, {@link OmapiResult#EXISTS} for the name, {@link OmapiResult#KEY_CONFLICT} for the MAC,
         *     {@link OmapiResult#PARSE_ERROR} for the statements
         */
        int create(String name, Ipv4 ip, MacAddress mac, String statements) throws IOException {
            var answer = connection.ask(
                    OmapiMessage.ask(
                            OmapiMessage.OPEN,
                            0,
                            new Values().with("create", 1).with("exclusive", 1).with("type", "host"),
                            new Values()
                                    .with("name", name)
                                    .with("ip-address", ip.bits())
                                    .with("hardware-address", mac.octets())
                                    .with("hardware-type", ETHERNET)
                                    .with("statements", statements)),
                    deadline);
            if (answer.op() == OmapiMessage.UPDATE) {
                connection.created(new Host(answer.handle(), Optional.of(name), Optional.of(mac), Optional.of(ip)));
                return OmapiResult.SUCCESS;
            }
            var result = answer.op() == OmapiMessage.STATUS ? answer.result() : -1;
            if (result == OmapiResult.EXISTS
                    || result == OmapiResult.KEY_CONFLICT
                    || result == OmapiResult.PARSE_ERROR) {
                return result;
            }
            throw refused("create host " + name, answer);
        }

        /**
         * A host that was created on this connection, without asking. It may be gone: {@link #delete} tells. dhcpd never gives its
         * handle to another, not even to one of the same name that is made after it.
         */
        Optional<Host> created(String name) {
            return connection.created(name);
        }

        /** @return false when it was not there any more */
        boolean delete(Host host) throws IOException {
            var answer = connection.ask(
                    OmapiMessage.ask(OmapiMessage.DELETE, host.handle(), new Values(), new Values()), deadline);
            if (answer.op() == OmapiMessage.STATUS && answer.result() == OmapiResult.SUCCESS) {
                return true;
            }
            if (answer.op() == OmapiMessage.STATUS && answer.result() == OmapiResult.NOT_FOUND) {
                return false;
            }
            throw refused("remove host " + host.name().orElse("?"), answer);
        }

        private BackendException refused(String what, OmapiMessage answer) {
            var advice = answer.op() == OmapiMessage.STATUS && OmapiResult.isOfKey(answer.result())
                    ? "; dhcpd wants the key of its omapi-key: set key_name and key_secret"
                    : "; dhcpd's log may tell why";
            return BackendException.rejected("dhcpd refuses to " + what + ": " + OmapiResult.text(answer) + advice);
        }
    }
}
