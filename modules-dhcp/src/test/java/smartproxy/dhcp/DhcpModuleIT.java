package smartproxy.dhcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;

/** What an administrator is told of settings that name other providers or networks than can be served. */
final class DhcpModuleIT {
    private static final String MODULE = ":enabled: https\n:ping_free_ip: false\n:use_provider: ";

    @TempDir
    private Path directory;

    private DaemonFixture proxy() throws Exception {
        return DaemonFixture.in(directory)
                .set("state_directory", directory.resolve("state").toString());
    }

    @Test
    @DisplayName("dhcp with two providers fails, and says that it wants one")
    void oneProvider() throws Exception {
        try (var proxy = proxy().module("dhcp", MODULE + "[dhcp_embedded, dhcp_kea]\n")
                .module("dhcp_embedded", ":networks: 192.0.2.0/24\n")
                .module("dhcp_kea", "---\n")
                .start()) {
            assertThat(proxy.log()).contains("Setting 'use_provider' of dhcp is expected to name one provider, not 2");
        }
    }

    @Test
    @DisplayName("reservations of a network that the settings do not name any more are told of, and come back with it")
    void networksOfTheStore() throws Exception {
        try (var proxy = proxy().module("dhcp", MODULE + "dhcp_embedded\n")
                .module("dhcp_embedded", ":networks: 192.0.2.0/24\n")
                .start()) {
            try (var wire = proxy.https()) {
                assertThat(wire.post("/dhcp/192.0.2.0", "name=a&ip=192.0.2.7&mac=02:00:00:00:00:07")
                                .status())
                        .isEqualTo(200);
            }
            proxy.module("dhcp_embedded", ":networks: 198.51.100.0/24\n");
            proxy.reload();
            assertThat(proxy.log()).contains("network 192.0.2.0 is in the store but not in :networks:");
            proxy.module("dhcp_embedded", ":networks: 192.0.2.0/24\n");
            proxy.reload();
            try (var wire = proxy.https()) {
                assertThat(wire.get("/dhcp/192.0.2.0/mac/02:00:00:00:00:07").status())
                        .isEqualTo(200);
            }
        }
    }
}
