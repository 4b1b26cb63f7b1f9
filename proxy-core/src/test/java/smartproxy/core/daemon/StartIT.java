package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.StartException;

/** A daemon that cannot start says why in its log, and leaves nothing open. */
class StartIT {
    @TempDir
    Path directory;

    private final ProbeModule probe = new ProbeModule();

    @Test
    void aPortThatIsTaken() throws Exception {
        try (var other = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            var proxy = DaemonFixture.in(directory)
                    .with(probe)
                    .module("probe", ":enabled: true\n")
                    .set("http_port", String.valueOf(other.getLocalPort()));

            assertThatThrownBy(proxy::start).isInstanceOf(StartException.class);

            assertThat(proxy.log())
                    .contains("[E] Error during startup, terminating: Unable to listen on 127.0.0.1 port "
                            + other.getLocalPort());
            assertThat(probe.closed()).isEqualTo(1);
        }
    }

    @Test
    void aCertificateThatIsMissing() throws Exception {
        var proxy = DaemonFixture.in(directory);
        Files.delete(directory.resolve("server.pem"));

        assertThatThrownBy(proxy::start).isInstanceOf(StartException.class);

        assertThat(proxy.log()).contains("[E] Error during startup, terminating: ", "server.pem");
    }
}
