package smartproxy.dhcp;

import java.net.InetSocketAddress;
import java.util.List;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;

/** A host of which a live check knows nothing; no check of DHCP asks for its ports. */
public record UnknownHost() implements LiveCheck.Host {
    @Override
    public List<String> asked() {
        return List.of();
    }

    @Override
    public List<String> likely() {
        return List.of();
    }

    @Override
    public Finding port(String what, boolean tcp, InetSocketAddress address) {
        throw new UnsupportedOperationException();
    }
}
