package smartproxy.dhcp.kea;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.HttpPeer;
import smartproxy.core.api.StartException;
import smartproxy.core.client.LazyPeer;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.TestContext;

/** Neither side is believed without its certificate. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KeaTlsIT {
    private final LabKea kea;

    KeaTlsIT(@TempDir Path directory) {
        kea = new LabKea(directory, "2.2", "tls");
    }

    @AfterAll
    void stop() throws Exception {
        kea.close();
    }

    private BackendException refused(Optional<Path> ca, Optional<Path> certificate, Optional<Path> key)
            throws Exception {
        var s = kea.settings();
        var provider = kea.provider(new KeaSettings(
                s.url(),
                s.username(),
                s.password(),
                s.cacheTime(),
                ca,
                certificate,
                key,
                s.timeout(),
                s.suggestionTime(),
                s.managed(),
                s.dhcp6Url()));
        return catchThrowableOfType(BackendException.class, () -> provider.view(Deadline.in(Duration.ofSeconds(60))));
    }

    @Test
    void anUnknownAuthorityIsNotTrusted() throws Exception {
        var s = kea.settings();
        var refused = refused(Optional.empty(), s.certificate(), s.privateKey());
        assertThat(refused).hasMessageContaining("signed by no authority").hasMessageContaining("dhcp_kea_ca_file");
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    }

    @Test
    void aClientWithoutCertificateIsTurnedAway() throws Exception {
        var refused = refused(kea.settings().caFile(), Optional.empty(), Optional.empty());
        assertThat(refused).hasMessageContaining("dhcp_kea: read:");
        assertThat(refused.outcome()).isEqualTo(Outcome.NOT_APPLIED);
    }

    @Test
    void theSettingsOfTheProviderReachTheConnection() throws Exception {
        var peers = new ArrayList<LazyPeer>();
        var context = new TestContext(KeaFactory.NAME, new LazyStore(Path.of("not-used")), LabKea.GUARD) {
            @Override
            public HttpPeer http(HttpIdentity identity) throws StartException {
                peers.add(new LazyPeer(KeaFactory.NAME, identity));
                return peers.get(0);
            }
        };
        var provider = new KeaFactory().create(kea.settings(), context);
        assertThat(provider.view(Deadline.in(Duration.ofSeconds(60))).subnets()).isNotEmpty();
        peers.forEach(LazyPeer::close);
    }
}
