package smartproxy.pulp.content;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.Secret;
import smartproxy.core.guard.KitContext;
import smartproxy.pulp.pulp3.Pulp3Provider;

/** The contract over a real Pulp 3. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class Pulp3ContractIT extends ContentContract {
    private final KitContext context = new KitContext("pulp3");
    private Path lab;
    private ContentProvider provider;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        lab = directory.resolve("pulps");
        var pulp = TestPulp.start(lab, "kit");
        var peer = context.http(HttpIdentity.of(pulp.api(), "ca_file")
                .basic(TestPulp.USER, new Secret(TestPulp.PASSWORD))
                .header("Accept", new Secret("application/json")));
        provider = new Pulp3Provider("kit", "/pulp/api/v3/", peer, context.backend());
    }

    @AfterAll
    void stop() throws Exception {
        context.close();
        TestPulp.stopAll(lab);
    }

    @Override
    protected ContentProvider provider() {
        return provider;
    }
}
