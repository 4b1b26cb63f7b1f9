package smartproxy.core.check;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.xbill.DNS.ReverseMap;
import smartproxy.core.settings.HostSettings;

/** Names of this host and of those it knows. */
final class LocalNames {
    private static final int MOST = 16;

    private LocalNames() {}

    /** How others call this host: its full name; empty when it has none. May wait for the system's resolver. */
    static Optional<String> full() {
        try {
            return Optional.of(InetAddress.getLocalHost().getCanonicalHostName())
                    .filter(name -> name.contains(".") && !name.matches("[0-9.]+") && !name.startsWith("localhost."));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Names likely to lie in zones that this proxy changes, forward and reverse, at most 16. */
    static List<String> likely(HostSettings settings, Optional<String> full) {
        var names = new LinkedHashSet<String>();
        full.ifPresent(names::add);
        settings.foreman().url().map(url -> url.getHost()).ifPresent(names::add);
        settings.auth().trustedHosts().ifPresent(names::addAll);
        try {
            NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                    .filter(address -> !(address instanceof Inet6Address six) || six.getScopeId() == 0)
                    .map(address -> ReverseMap.fromAddress(address).toString(true))
                    .forEach(names::add);
        } catch (IOException e) {
            // without reverse zones then
        }
        return names.stream().limit(MOST).toList();
    }
}
