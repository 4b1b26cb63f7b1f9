package smartproxy.dhcp.isc;

import java.util.Optional;

/**
 * Where dhcpd takes OMAPI.
 *
 * @param host name or address
 * @param key empty when dhcpd asks for none
 */
record OmapiServer(String host, int port, Optional<OmapiKey> key) {
    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
