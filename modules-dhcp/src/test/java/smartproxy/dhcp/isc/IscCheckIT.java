package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Finding;
import smartproxy.core.api.LiveCheck;
import smartproxy.core.api.Secret;
import smartproxy.core.store.LazyStore;
import smartproxy.dhcp.DhcpProvider;
import smartproxy.dhcp.TestContext;
import smartproxy.dhcp.UnknownHost;

/** What the live check says of dhcpd, and that it only asks. */
class IscCheckIT {
    @TempDir
    private Path directory;

    private FakeDhcpd dhcpd;

    @BeforeEach
    void start() throws Exception {
        dhcpd = new FakeDhcpd();
        Files.writeString(directory.resolve("dhcpd.conf"), "subnet 192.0.2.0 netmask 255.255.255.0 { }\n");
        Files.writeString(directory.resolve("dhcpd.leases"), "# The format of this file\n");
    }

    @AfterEach
    void stop() throws Exception {
        dhcpd.close();
    }

    private List<String> look(OmapiServer server) throws InterruptedException {
        var settings = new IscSettings(
                directory.resolve("dhcpd.conf"),
                directory.resolve("dhcpd.leases"),
                server,
                DhcpProvider.SUGGESTION_TIME);
        var context = new TestContext(IscFactory.NAME, new LazyStore(Path.of("not-used")));
        return ((LiveCheck) new IscFactory().create(settings, context))
                .probe(new UnknownHost(), Deadline.in(Duration.ofSeconds(60))).stream()
                        .map(Finding::toString)
                        .toList();
    }

    @Test
    void aGoodOneTakesTheKeyAndItsFilesAreRead() throws Exception {
        var found = look(dhcpd.server());
        assertThat(found).hasSize(3).allMatch(line -> line.startsWith("ok: dhcp_isc "));
        assertThat(found.get(0)).isEqualTo("ok: dhcp_isc OMAPI " + dhcpd.server() + ": takes the key and answers");
        assertThat(found.get(2)).contains("dhcpd.leases: is readable, written ", " seconds ago");
        assertThat(dhcpd.questions).allMatch(question -> question.op() == OmapiMessage.OPEN);
    }

    @Test
    void aWrongSecretIsNamed() throws Exception {
        var good = dhcpd.server();
        var wrong = OmapiKey.of("k", OmapiKey.Algorithm.HMAC_SHA256, new Secret("b3RoZXJvdGhlcm90aGVy"));
        assertThat(look(new OmapiServer(good.host(), good.port(), Optional.of(wrong)))
                        .get(0))
                .startsWith("error: dhcp_isc OMAPI ")
                .endsWith("nothing can be changed there until this is mended")
                .doesNotContain("b3RoZXJ");
    }

    @Test
    void oneThatIsAwayIsAnError() throws Exception {
        var server = dhcpd.server();
        dhcpd.close();
        assertThat(look(server).get(0))
                .startsWith("error: dhcp_isc OMAPI " + server)
                .contains("refused");
    }

    @Test
    void filesThatAreMissingOrEmptyAreTold() throws Exception {
        Files.delete(directory.resolve("dhcpd.conf"));
        Files.writeString(directory.resolve("dhcpd.leases"), "");
        assertThat(look(dhcpd.server()))
                .anyMatch(line -> line.startsWith("error: dhcp_isc configuration ") && line.contains("NoSuchFile"))
                .anyMatch(line -> line.startsWith("warning: dhcp_isc leases file ") && line.contains("is empty"));
    }
}
