package smartproxy.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Finding.Level;

class PortCheckIT {
    private final PortCheck check = new PortCheck(new SocketOwners(Path.of("/proc")));

    @Test
    void tellsWhoHasATcpPort() throws Exception {
        InetSocketAddress address;
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort());

            var taken = check.look("https_port", true, address);

            assertThat(taken.level()).isEqualTo(Level.ERROR);
            assertThat(taken.found())
                    .startsWith("held by process " + ProcessHandle.current().pid());
            assertThat(check.look("https_port", true, new InetSocketAddress(address.getPort()))
                            .level())
                    .isEqualTo(Level.ERROR);
        }
        assertThat(check.look("https_port", true, address))
                .hasToString("ok: https_port, 127.0.0.1:" + address.getPort() + " tcp: free");
    }

    @Test
    void tellsWhoHasAUdpPort() throws Exception {
        InetSocketAddress address;
        try (var socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort());
            assertThat(check.look("listen", false, address).found())
                    .startsWith("held by process " + ProcessHandle.current().pid());
        }
        assertThat(check.look("listen", false, address).level()).isEqualTo(Level.OK);
    }

    @Test
    void doesNotSeeAnothersProcess() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var blind = new PortCheck(new SocketOwners(Path.of("/nonexistent")));
            var found = blind.look(
                    "https_port", true, new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getLocalPort()));
            assertThat(found.level()).isEqualTo(Level.WARNING);
            assertThat(found.found()).startsWith("in use by a process that user ");
        }
    }

    @Test
    void tellsOfAnAddressOfAnotherHost() throws Exception {
        var elsewhere = new InetSocketAddress(InetAddress.getByAddress(new byte[] {(byte) 203, 0, 113, 1}), 9999);
        assertThat(check.look("https_port", true, elsewhere))
                .hasToString("error: https_port, 203.0.113.1:9999 tcp: this host does not have that address;"
                        + " correct it in the settings");
        assertThat(check.look("https_port", true, new InetSocketAddress(0)).found())
                .isEqualTo("any free port");
    }
}
