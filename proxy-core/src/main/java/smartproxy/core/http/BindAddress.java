package smartproxy.core.http;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.StartException;

/**
 * One socket that the settings ask for.
 *
 * @param address empty: all of IPv4 and IPv6
 * @param port 0: any free one
 * @param nth of the listeners, 0 the main ones; tells apart those that have any free port
 */
record BindAddress(boolean https, Optional<InetAddress> address, int port, int nth) {
    private static final int BACKLOG = 1024;

    /**
     * All sockets of a daemon: first those of its main listeners, then those of each further one.
     *
     * @throws StartException when there is none, or two of them cannot be had together
     */
    static List<Set<BindAddress>> wanted(HttpSettings settings, boolean https, List<ListenerSettings> further)
            throws StartException {
        var all = new ArrayList<Set<BindAddress>>();
        all.add(wanted(settings, https));
        for (var listener : further) {
            var own = wanted(listener, all.size());
            for (var address : own) {
                if (all.stream().flatMap(Set::stream).anyMatch(address::meets)) {
                    throw new StartException("listeners: port " + address.port
                            + " is wanted by two listeners; change one of them, or its address");
                }
            }
            all.add(own);
        }
        return all;
    }

    /** All sockets of the settings, each once. */
    static Set<BindAddress> wanted(HttpSettings settings, boolean https) throws StartException {
        var wanted = new LinkedHashSet<BindAddress>();
        for (var address : addresses("bind_host", settings.bindHosts())) {
            settings.httpPort().ifPresent(port -> wanted.add(new BindAddress(false, address, port, 0)));
            if (https) {
                wanted.add(new BindAddress(true, address, settings.httpsPort(), 0));
            }
        }
        if (wanted.isEmpty()) {
            throw new StartException("Both http and https are disabled, unable to start.");
        }
        if (https && settings.httpsPort() != 0 && settings.httpPort().equals(Optional.of(settings.httpsPort()))) {
            throw new StartException(
                    "http_port and https_port are both " + settings.httpsPort() + "; change one of them");
        }
        return wanted;
    }

    /** All sockets of a further listener. */
    static Set<BindAddress> wanted(ListenerSettings listener, int nth) throws StartException {
        var wanted = new LinkedHashSet<BindAddress>();
        for (var address : addresses("listeners", listener.hosts())) {
            wanted.add(new BindAddress(
                    listener.tls().isPresent(), address, listener.port(), listener.port() == 0 ? nth : 0));
        }
        return wanted;
    }

    /** Whether both cannot be listened on. */
    boolean meets(BindAddress other) {
        return port != 0
                && port == other.port
                && (address.isEmpty() || other.address.isEmpty() || address.equals(other.address));
    }

    /** Whether the address is {@code ::}, which is not to take IPv4 in. */
    boolean isIpv6Only() {
        return address.filter(one -> one instanceof Inet6Address && one.isAnyLocalAddress())
                .isPresent();
    }

    /** A listening socket. */
    ServerSocketChannel open() throws StartException {
        // The family matters for 0.0.0.0, which a dual-stack socket would take for both families.
        try (var opening = new Opening(
                address.filter(Inet4Address.class::isInstance).isPresent()
                        ? ServerSocketChannel.open(StandardProtocolFamily.INET)
                        : ServerSocketChannel.open())) {
            opening.channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
            opening.channel.bind(
                    address.map(one -> new InetSocketAddress(one, port)).orElseGet(() -> new InetSocketAddress(port)),
                    BACKLOG);
            opening.done = true;
            return opening.channel;
        } catch (IOException e) {
            throw new StartException("Unable to listen on " + this + ": " + reason(e), e);
        }
    }

    @Override
    public String toString() {
        return address.map(InetAddress::getHostAddress).orElse("*") + " port " + port
                + (https ? " (https)" : " (http)");
    }

    private static Set<Optional<InetAddress>> addresses(String key, List<String> hosts) throws StartException {
        if (hosts.isEmpty()) {
            throw new StartException(key + ": there is no address in it; give an address of this host, or *");
        }
        var all = new LinkedHashSet<InetAddress>();
        for (var host : hosts) {
            if (host.isBlank() || host.equals("*")) {
                return Set.of(Optional.empty());
            }
            all.addAll(List.of(resolve(key, host)));
        }
        var ipv4 = all.stream().anyMatch(one -> one.isAnyLocalAddress() && one instanceof Inet4Address);
        var ipv6 = all.stream().anyMatch(one -> one.isAnyLocalAddress() && one instanceof Inet6Address);
        if (ipv4 && ipv6) {
            return Set.of(Optional.empty());
        }
        var addresses = new LinkedHashSet<Optional<InetAddress>>();
        for (var one : all) {
            var covered = one instanceof Inet4Address ? ipv4 : ipv6;
            if (one.isAnyLocalAddress() || !covered) {
                addresses.add(Optional.of(one));
            }
        }
        return addresses;
    }

    private static InetAddress[] resolve(String key, String host) throws StartException {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new StartException(
                    key + ": '" + host
                            + "' is no address and does not resolve to one; give an address of this host, or *",
                    e);
        }
    }

    private String reason(IOException failure) {
        var message = Objects.toString(failure.getMessage(), "unknown error");
        var text = message.toLowerCase(Locale.ROOT);
        if (text.contains("already in use")) {
            return "already in use; stop the program that has it, or change the port";
        }
        if (text.contains("assign requested address")) {
            return "this host does not have that address; correct bind_host";
        }
        if (text.contains("permission denied")) {
            return "permission denied; ports below 1024 need the capability CAP_NET_BIND_SERVICE";
        }
        return message;
    }

    /** Closes the channel unless all went well. */
    private static final class Opening implements AutoCloseable {
        private final ServerSocketChannel channel;
        private boolean done;

        Opening(ServerSocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void close() throws IOException {
            if (!done) {
                channel.close();
            }
        }
    }
}
