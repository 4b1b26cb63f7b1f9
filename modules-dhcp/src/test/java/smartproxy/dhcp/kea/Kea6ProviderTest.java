package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.HttpReply;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.DhcpProvider;
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

    /** As the daemon makes it, where both servers are reached over HTTP and nothing of Kea answers. */
    private static DhcpProvider elsewhere() throws Exception {
        var settings = KeaClientTest.settings(List.of(), Optional.of(URI.create("http://six.example.com:8006/")));
        return new KeaFactory().create(settings, new TestContext(KeaFactory.NAME, new LazyStore(Path.of("not-used"))) {
            @Override
            public HttpPeer http(HttpIdentity identity) {
                return (call, deadline) -> new HttpReply(404, Map.of(), new byte[0]);
            }
        });
    }

    @Test
    @DisplayName("of two URLs that lead elsewhere each is named by its own setting")
    void theSettingIsTheOneOfTheServer() throws Exception {
        var provider = elsewhere();
        var soon = Deadline.in(Duration.ofSeconds(10));
        assertThatThrownBy(() -> provider.dhcp6().orElseThrow().view(soon))
                .hasMessage("dhcp_kea dhcp6: config-get: http://six.example.com:8006 answers with status 404; check"
                        + " dhcp_kea_dhcp6_url");
        assertThatThrownBy(() -> provider.view(soon))
                .hasMessage("dhcp_kea: config-get: http://kea.example.com:8000 answers with status 404; check"
                        + " dhcp_kea_url");
    }
}
