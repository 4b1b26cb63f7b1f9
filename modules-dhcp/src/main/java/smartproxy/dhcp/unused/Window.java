package smartproxy.dhcp.unused;

import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;

/**
 * The addresses among which one is looked for.
 *
 * @param last included
 */
public record Window(Ipv4 first, Ipv4 last) {
    /**
     * The usable addresses of a subnet from one address to another; an end that is not given is that of the subnet. Network and
     * broadcast address are never in it.
     *
     * @throws CallerException 400 when both are given and do not lie in the subnet or are reversed, or nothing is left
     */
    public static Window of(Subnet subnet, Optional<Ipv4> from, Optional<Ipv4> to) {
        if (from.isPresent() && to.isPresent()) {
            if (!subnet.contains(from.get()) || !subnet.contains(to.get())) {
                throw CallerException.badRequest("Range does not belong to provided subnet");
            }
            if (from.get().compareTo(to.get()) > 0) {
                throw CallerException.badRequest(
                        from.get() + " can't be lower IP address than " + to.get() + " - change the order?");
            }
        }
        var first = Math.max(from.map(Ipv4::value).orElse(0L), subnet.network().value() + 1);
        var last = Math.min(
                to.map(Ipv4::value).orElse(Long.MAX_VALUE), subnet.broadcast().value() - 1);
        if (first > last) {
            throw CallerException.badRequest("Zero or negative number of indices");
        }
        return new Window(Ipv4.of(first), Ipv4.of(last));
    }

    /** Whether it names exactly one address. */
    boolean isSingle() {
        return first.equals(last);
    }

    boolean contains(Ipv4 ip) {
        return first.compareTo(ip) <= 0 && ip.compareTo(last) <= 0;
    }

    @Override
    public String toString() {
        return first + ".." + last;
    }
}
