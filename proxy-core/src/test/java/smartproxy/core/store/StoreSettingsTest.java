package smartproxy.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.settings.Bound;
import smartproxy.core.settings.HostSettings;
import smartproxy.core.settings.HostSettingsReader;

class StoreSettingsTest {
    @TempDir
    Path directory;

    private Bound<HostSettings> read(String... lines) throws Exception {
        var file = directory.resolve("settings.yml");
        return HostSettingsReader.read(
                Files.writeString(file, "---\n:https_port: 8443\n" + String.join("\n", lines) + "\n"));
    }

    private StoreSettings store(String... lines) throws Exception {
        var bound = read(lines);
        assertThat(bound.settings()).as(bound.problems().toString()).isPresent();
        return bound.settings().orElseThrow().store();
    }

    @Test
    void withoutAUrlItIsAFileInTheStateDirectory() throws Exception {
        var store = store(":state_directory: /var/lib/other");
        assertThat(store.postgres()).isEmpty();
        assertThat(store.name()).isEqualTo("/var/lib/other/smart-proxy.sqlite");
        assertThat(store().name()).isEqualTo("/var/lib/foreman-proxy/smart-proxy.sqlite");
    }

    @Test
    void aDatabaseElsewhereIsEncryptedAndVerified() throws Exception {
        var store = store(":store_url: postgresql://db.example.com/smart_proxy", ":store_password: 'geheim'");
        var postgres = store.postgres().orElseThrow();
        assertThat(postgres.port()).isEqualTo(5432);
        assertThat(postgres.user()).isEqualTo("foreman-proxy");
        assertThat(postgres.sslmode()).isEqualTo("verify-full");
        assertThat(postgres.ca()).isEmpty();
        assertThat(postgres.maxConnections()).isEqualTo(10);
        assertThat(postgres.timeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(store.name()).isEqualTo("postgresql://db.example.com:5432/smart_proxy");
        assertThat(store.toString()).doesNotContain("geheim");
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://localhost/p, disable",
        "postgresql://127.0.0.1:5433/p, disable",
        "'postgresql://[::1]:5433/p', disable",
        "postgresql://127.example.com/p, verify-full",
        "'postgresql://[2001:db8::1]/p', verify-full"
    })
    void onlyThisHostNeedsNoEncryption(String url, String sslmode) throws Exception {
        assertThat(store(":store_url: '" + url + "'").postgres().orElseThrow().sslmode())
                .isEqualTo(sslmode);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ":store_url: db.example.com | postgresql://HOST[:PORT]/DATABASE",
                ":store_url: 'postgresql://a b/x' | postgresql://HOST[:PORT]/DATABASE",
                ":store_url: [a] | postgresql://HOST[:PORT]/DATABASE",
                ":store_url: mysql://db/x | postgresql://HOST[:PORT]/DATABASE",
                ":store_url: postgresql://db.example.com | postgresql://HOST[:PORT]/DATABASE",
                ":store_url: postgresql://db.example.com/x?sslmode=disable | postgresql://HOST[:PORT]/DATABASE",
                ":store_url: postgresql://user:word@db.example.com/x | user and password have settings of their own",
                ":store_sslmode: require | verify-full",
                ":store_max_connections: 1 | from 2 to 200",
                ":store_timeout: 0 | from 1 to 60"
            })
    void whatCannotBeIsSaid(String line, String problem) throws Exception {
        assertThat(read(line).problems().stream().map(Object::toString).collect(Collectors.joining("\n")))
                .contains(problem);
    }

    @Test
    void aDatabaseElsewhereIsNotSpokenToWithoutEncryption() throws Exception {
        var bound = read(":store_url: postgresql://db.example.com/p", ":store_sslmode: disable");
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.problems().toString()).contains("may be disable only for a database on this host");
    }
}
