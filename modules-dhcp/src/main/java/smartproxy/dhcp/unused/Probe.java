package smartproxy.dhcp.unused;

import java.io.IOException;
import java.time.Duration;
import smartproxy.dhcp.Ipv4;

/** Finds out whether something in the network has an address. */
@FunctionalInterface
public interface Probe {
    /**
     * @param time to wait for an answer
     * @throws IOException when that cannot be found out
     */
    boolean answers(Ipv4 ip, Duration time) throws IOException;
}
