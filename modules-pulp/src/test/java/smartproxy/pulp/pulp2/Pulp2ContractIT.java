package smartproxy.pulp.pulp2;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.Secret;
import smartproxy.core.client.LazyPeer;
import smartproxy.core.guard.Backends;
import smartproxy.pulp.content.ContentContract;
import smartproxy.pulp.content.ContentProvider;

/** What all content providers promise, of pulp2 against a Pulp 2 that answers as documented. */
final class Pulp2ContractIT extends ContentContract {
    private final FakePulp2 pulp = new FakePulp2();
    private LazyPeer peer;
    private Pulp2Provider provider;

    @BeforeEach
    void start() throws Exception {
        peer = new LazyPeer(
                "pulp2",
                HttpIdentity.of(pulp.address(), "ca_file").basic(FakePulp2.USER, new Secret(FakePulp2.PASSWORD)));
        provider = new Pulp2Provider("old", "/pulp/api/v2/", peer, Backends.guarded("pulp old"), Optional.empty());
    }

    @AfterEach
    void stop() {
        peer.close();
        pulp.close();
        assertThat(pulp.complaints()).isEmpty();
    }

    @Override
    protected ContentProvider provider() {
        return provider;
    }
}
