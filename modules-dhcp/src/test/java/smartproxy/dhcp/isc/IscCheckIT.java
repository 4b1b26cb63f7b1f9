package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    private static final String HEADER = "# This lease file was written by isc-dhcp-4.4.3-P1\n";

    @TempDir
    private Path directory;

    private FakeDhcpd dhcpd;

    @BeforeEach
    void start() throws Exception {
        dhcpd = new FakeDhcpd();
        Files.writeString(directory.resolve("dhcpd.conf"), "subnet 192.0.2.0 netmask 255.255.255.0 { }\n");
        Files.writeString(directory.resolve("dhcpd.leases"), HEADER);
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
                .contains("does not take the signature of key k")
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
    void whatTheModuleWouldNotStartWithIsAnError() throws Exception {
        var conf = directory.resolve("dhcpd.conf");
        Files.writeString(conf, "\nsubnet 192.0.2.0 netmask 255.255.255.0 {\n");
        assertThat(look(dhcpd.server()).get(1))
                .isEqualTo(
                        "error: dhcp_isc configuration " + conf + ": " + conf
                                + ":2: the block that begins here does not end; the module does not start until this is mended");
        Files.writeString(conf, "include \"absent.conf\";\n");
        assertThat(look(dhcpd.server()).get(1)).startsWith("error: ").contains(conf + ":1: there is no file ");
        Files.delete(directory.resolve("dhcpd.leases"));
        Files.createDirectory(directory.resolve("dhcpd.leases"));
        assertThat(look(dhcpd.server()).get(2)).startsWith("error: ").contains("is not a regular file");
    }

    @ParameterizedTest
    @CsvSource({"PT3H20M, 3 hours", "P2DT5H, 2 days"})
    void howLongAgoTheLeasesFileWasWrittenIsTold(Duration ago, String told) throws Exception {
        var leases = directory.resolve("dhcpd.leases");
        Files.setLastModifiedTime(leases, FileTime.from(Instant.now().minus(ago)));
        assertThat(look(dhcpd.server()).get(2)).endsWith("is readable, written " + told + " ago");
    }

    @Test
    void filesThatAreNotDhcpdsAreTold() throws Exception {
        Files.writeString(directory.resolve("dhcpd.conf"), "authoritative;\n");
        Files.writeString(directory.resolve("dhcpd.leases"), "something else\n");
        assertThat(look(dhcpd.server()).subList(1, 3))
                .allMatch(line -> line.startsWith("warning: "))
                .anyMatch(line -> line.contains("declares no subnet"))
                .anyMatch(line -> line.contains("does not begin as dhcpd's files do"));
    }

    @Test
    void filesThatAreMissingOrEmptyAreTold() throws Exception {
        Files.delete(directory.resolve("dhcpd.conf"));
        Files.writeString(directory.resolve("dhcpd.leases"), "");
        assertThat(look(dhcpd.server()))
                .anyMatch(
                        line -> line.startsWith("error: dhcp_isc configuration ") && line.contains("there is no file"))
                .anyMatch(line -> line.startsWith("warning: dhcp_isc leases file ") && line.contains("is empty"));
    }
}
