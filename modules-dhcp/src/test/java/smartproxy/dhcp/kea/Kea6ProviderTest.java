package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.TestContext;

/** What is said when {@code dhcp_kea_dhcp6_url} leads elsewhere. */
final class Kea6ProviderTest {
    private final AtomicReference<String> asked = new AtomicReference<>("");

    private Kea6Provider provider(KeaTransport transport) {
        var settings = KeaClientTest.settings();
        var context = new TestContext(KeaFactory.NAME, new LazyStore(Path.of("not-used")));
        var backend = context.backend(Family.V6.service());
        var client = new KeaClient(backend.name(), Family.V6, settings, (command, body, deadline) -> {
            asked.set(body);
            return transport.send(command, body, deadline);
        });
        return new Kea6Provider(settings, client, WriterLock.ALONE, backend, context);
    }

    @Test
    @DisplayName("a server of IPv4 is told from one of IPv6, and the setting to be mended is named")
    void theUrlOfTheOtherServer() {
        var provider = provider(new FakeKea());
        assertThatThrownBy(() -> provider.view(Deadline.in(Duration.ofSeconds(10))))
                .isInstanceOf(BackendException.class)
                .hasMessage("dhcp_kea dhcp6: config-get: the answer has no Dhcp6; does dhcp_kea_dhcp6_url lead to a"
                        + " kea-dhcp6?");
        assertThat(asked.get()).contains("\"service\":[\"dhcp6\"]");
    }

    @Test
    void somethingElseThanKea() {
        var provider =
                provider((command, body, deadline) -> "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThatThrownBy(() -> provider.view(Deadline.in(Duration.ofSeconds(10))))
                .hasMessageContaining("check dhcp_kea_dhcp6_url");
    }
}
