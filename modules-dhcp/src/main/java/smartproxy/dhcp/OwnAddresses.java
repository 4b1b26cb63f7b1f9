package smartproxy.dhcp;

import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The IPv4 addresses of this host, looked at now and then. */
final class OwnAddresses implements Supplier<Set<Ipv4>> {
    private static final Logger LOG = LoggerFactory.getLogger(OwnAddresses.class);
    private static final Duration KEPT = Duration.ofMinutes(1);

    private record Known(Set<Ipv4> addresses, long until) {}

    private final LongSupplier nanoTime;
    private volatile Known known;

    OwnAddresses(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        known = new Known(Set.of(), nanoTime.getAsLong());
    }

    @Override
    public Set<Ipv4> get() {
        var now = nanoTime.getAsLong();
        var last = known;
        if (last.until() - now > 0) {
            return last.addresses();
        }
        var current = new Known(look(last.addresses()), now + KEPT.toNanos());
        known = current;
        return current.addresses();
    }

    private static Set<Ipv4> look(Set<Ipv4> otherwise) {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(Inet4Address.class::isInstance)
                    .map(address ->
                            new Ipv4(ByteBuffer.wrap(address.getAddress()).getInt()))
                    .collect(Collectors.toUnmodifiableSet());
        } catch (SocketException e) {
            LOG.warn("The addresses of this host cannot be told: {}", e.toString());
            return otherwise;
        }
    }
}
