package smartproxy.tftp.bootfiles;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which servers files may come from. What is allowed are addresses: the very ones that are connected to afterwards, whatever the
 * name server says by then.
 *
 * @param allow when it is not empty, these alone
 * @param deny never these
 */
record SourceRules(Hosts allow, Hosts deny) {
    private static final int MAX_PORT = 65535;

    /**
     * The addresses of a host that may be connected to. Asks the name server.
     *
     * @param before the server that has sent us on to this one; empty for the first
     */
    List<InetAddress> addresses(URI source, List<InetAddress> before) throws FetchFailed {
        var host = source.getHost();
        if (host == null) {
            throw FetchFailed.forGood(
                    BootFile.shown(source) + " names no host: one has letters, digits, '.' and '-' alone");
        }
        if (source.getPort() == 0 || source.getPort() > MAX_PORT) {
            throw FetchFailed.forGood(BootFile.shown(source) + " names no port");
        }
        var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        if (deny.hasName(bare)) {
            throw refused(bare, "it is in :boot_file_deny:");
        }
        var good = new ArrayList<InetAddress>();
        var why = "";
        for (var address : resolve(bare)) {
            var reason = reason(bare, address, before);
            if (reason.isEmpty()) {
                good.add(address);
            } else {
                why = address.getHostAddress() + " " + reason;
            }
        }
        if (good.isEmpty()) {
            throw refused(bare, why);
        }
        return List.copyOf(good);
    }

    private static FetchFailed refused(String host, String why) {
        return FetchFailed.forGood(host + " is refused: " + why);
    }

    private static InetAddress[] resolve(String host) throws FetchFailed {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw FetchFailed.forNow(host + " has no address", e);
        }
    }

    /** Why not; empty: it may. */
    private String reason(String host, InetAddress address, List<InetAddress> before) {
        if (deny.hasAddress(address)) {
            return "is in :boot_file_deny:";
        }
        if (allow.hasAddress(address)) {
            return "";
        }
        if (!allow.isEmpty() && !allow.hasName(host)) {
            return "is not in :boot_file_allow:";
        }
        if (address.isLinkLocalAddress()) {
            return "is link-local; :boot_file_allow: may name it";
        }
        if (address.isMulticastAddress()) {
            return "is no address of a server";
        }
        if (isLocal(address) && !before.isEmpty() && !before.stream().allMatch(SourceRules::isLocal)) {
            return "is this host, and another one has sent us there";
        }
        return "";
    }

    /** Connections to no address at all arrive at this host too. */
    private static boolean isLocal(InetAddress address) {
        return address.isLoopbackAddress() || address.isAnyLocalAddress();
    }
}
