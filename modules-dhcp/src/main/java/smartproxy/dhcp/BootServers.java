package smartproxy.dhcp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.Deadline;

/** Finds the addresses of boot servers that are given by name, with the system's resolver. */
final class BootServers {
    private static final Logger LOG = LoggerFactory.getLogger(BootServers.class);
    private static final int MAX_LOOKUPS = 8;
    private static final Duration LONGEST_LOOKUP = Duration.ofSeconds(5);

    /** Looks a name up, for as long as it likes. */
    @FunctionalInterface
    interface Lookup {
        InetAddress[] addresses(String name) throws UnknownHostException;
    }

    private final Lookup lookup;
    private final Executor threads;

    BootServers(Lookup lookup) {
        this.lookup = lookup;
        threads = new ThreadPoolExecutor(0, MAX_LOOKUPS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            var thread = new Thread(task, "boot-server-lookup");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * The IPv4 address that a text is or, as a name, has.
     *
     * @return empty when it has none, or none was found in time
     * @throws BusyException when too many lookups are running
     */
    Optional<Ipv4> addressOf(String server, Deadline deadline) {
        var literal = Ipv4.parse(server);
        // the resolver would read 1.2.3 as 1.2.0.3, and a text with colons as an IPv6 address
        var name = server.indexOf(':') < 0 && server.chars().anyMatch(Character::isLetter);
        return literal.isPresent() || !name ? literal : resolve(server, deadline);
    }

    private Optional<Ipv4> resolve(String name, Deadline deadline) {
        var task = new FutureTask<>(() -> lookup.addresses(name));
        try {
            threads.execute(task);
            return Arrays.stream(task.get(deadline.within(LONGEST_LOOKUP).leftMillis(), TimeUnit.MILLISECONDS))
                    .filter(Inet4Address.class::isInstance)
                    .map(address ->
                            new Ipv4(ByteBuffer.wrap(address.getAddress()).getInt()))
                    .findFirst();
        } catch (RejectedExecutionException e) {
            throw new BusyException("Too many lookups of boot servers are running; nothing was changed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException("interrupted while looking up boot server " + name + "; nothing was changed");
        } catch (TimeoutException e) {
            LOG.warn("Boot server {}: no address was found in time; it is taken as a name", name);
            return Optional.empty();
        } catch (ExecutionException e) {
            LOG.warn("Boot server {} has no address; it is taken as a name: {}", name, String.valueOf(e.getCause()));
            return Optional.empty();
        }
    }
}
