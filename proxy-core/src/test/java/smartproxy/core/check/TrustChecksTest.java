package smartproxy.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.Deadline;
import smartproxy.core.auth.HostResolver;
import smartproxy.core.auth.Resolvers;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.HostSettingsReader;

class TrustChecksTest {
    private static final HostResolver DNS = Resolvers.of(
            "foreman.example.com. A 192.0.2.10",
            "10.2.0.192.in-addr.arpa. PTR foreman.example.com.",
            "other.example.com. A 192.0.2.11",
            "11.2.0.192.in-addr.arpa. PTR gateway.example.com.",
            "nameless.example.com. A 192.0.2.12",
            "liar.example.com. A 192.0.2.13",
            "13.2.0.192.in-addr.arpa. PTR foreman.example.com.");

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "foreman.example.com  | ok: trusted_hosts foreman.example.com: is 192.0.2.10; over https its certificate counts",
                "other.example.com    | ok: trusted_hosts other.example.com: is 192.0.2.11; over https",
                "forman.example.com   | warning: trusted_hosts forman.example.com: its address was not found: no such name",
                "'\"*.example.com\"'  | warning: trusted_hosts *.example.com: patterns match nothing; write the whole name"
            })
    void looksAHostUp(String host, String line) throws IOException {
        assertThat(look(":https_port: 8443\n:trusted_hosts: [" + host + "]"))
                .singleElement()
                .asString()
                .startsWith(line);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "foreman.example.com  | ok: trusted_hosts foreman.example.com: is 192.0.2.10, there and back",
                "other.example.com    | refused: the name of its address 192.0.2.11 is gateway.example.com; correct the reverse",
                "nameless.example.com | refused: for its address 192.0.2.12 no such name in DNS; make a reverse record",
                "forman.example.com   | or make the record: over plain http it is refused"
            })
    void looksThereAndBackForPlainHttp(String host, String line) throws IOException {
        assertThat(look(":http_port: 8000\n:trusted_hosts: [" + host + "]"))
                .singleElement()
                .asString()
                .contains(line);
    }

    @Test
    void findsAReverseNameThatLeadsElsewhere() throws IOException {
        assertThat(look(":http_port: 8000\n:trusted_hosts: [liar.example.com, foreman.example.com]"))
                .anyMatch(line -> line.contains("192.0.2.13 is called foreman.example.com, which has another address"));
    }

    @Test
    void warnsOfAnOpenDoorAndOfAClosedOne() throws IOException {
        assertThat(look(":https_port: 8443"))
                .singleElement()
                .asString()
                .startsWith("warning: trusted_hosts: is not set: every certificate");
        assertThat(look(":https_port: 8443\n:allow_http_without_trusted_hosts: true"))
                .singleElement()
                .asString()
                .contains("and anybody over plain http");
        assertThat(look(":https_port: 8443\n:trusted_hosts: []"))
                .containsExactly("warning: trusted_hosts: is empty: nobody is let in; name the Foreman server in it");
    }

    @Test
    void comparesForemansUrl() throws IOException {
        var hosts = "\n:trusted_hosts: [Foreman.example.com]";
        assertThat(look(":foreman_url: https://foreman.example.com" + hosts))
                .contains("ok: foreman_url foreman.example.com: is in trusted_hosts");
        assertThat(look(":foreman_url: https://new.example.com" + hosts))
                .anyMatch(line -> line.startsWith("warning: foreman_url new.example.com: is not in trusted_hosts"));
    }

    @Test
    void looksUpABoundedNumber() throws IOException {
        var hosts = "foreman.example.com, ".repeat(21);
        assertThat(look(":https_port: 8443\n:trusted_hosts: [" + hosts + "]"))
                .hasSize(21)
                .last()
                .asString()
                .contains("only the first 20");
    }

    @Test
    void knowsANameBehindTheBound() throws IOException {
        var hosts = "other.example.com, " + "foreman.example.com, ".repeat(19) + "gateway.example.com";
        assertThat(look(":http_port: 8000\n:forward_verify: false\n:trusted_hosts: [" + hosts + "]"))
                .first()
                .isEqualTo("ok: trusted_hosts other.example.com: is 192.0.2.11, there and back");
    }

    private List<String> look(String yaml) throws IOException {
        return new TrustChecks(settings(directory, yaml), DNS)
                .look(Deadline.in(Duration.ofSeconds(10))).stream()
                        .map(Object::toString)
                        .toList();
    }

    static HostSettings settings(Path directory, String yaml) throws IOException {
        var file = Files.writeString(directory.resolve("settings.yml"), yaml + "\n");
        return HostSettingsReader.read(file).settings().orElseThrow();
    }
}
