package smartproxy.core.auth;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import smartproxy.core.api.Ipv6Text;

/** Writes an address in the form people and settings files use: RFC 5952, with the interface of a link-local one. */
final class AddressText {
    private AddressText() {}

    static String of(InetAddress address) {
        if (!(address instanceof Inet6Address six)) {
            return address.getHostAddress();
        }
        return Ipv6Text.of(six.getAddress()) + scope(six);
    }

    private static String scope(Inet6Address address) {
        if (address.getScopedInterface() != null) {
            return "%" + address.getScopedInterface().getName();
        }
        if (address.getScopeId() == 0) {
            return "";
        }
        try {
            var found = NetworkInterface.getByIndex(address.getScopeId());
            return "%" + (found == null ? String.valueOf(address.getScopeId()) : found.getName());
        } catch (SocketException e) {
            return "%" + address.getScopeId();
        }
    }
}
