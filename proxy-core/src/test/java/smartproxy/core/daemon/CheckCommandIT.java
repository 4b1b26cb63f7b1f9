package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.StartException;

/** What {@code check} says is what the daemon does. */
class CheckCommandIT {
    private static final String LISTENER = "[{port: 65001, certificate: server.pem, key: server.key}]";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http_port | 65001      | http_port and https_port are both 65001; change one of them",
                "bind_host | []         | bind_host: there is no address in it",
                "bind_host | no.invalid | bind_host: 'no.invalid' is no address and does not resolve to one",
                "listeners | [{port: 65001}] | listeners: port 65001 is wanted by two listeners",
                "listeners | [{port: 65002}, {port: 65002, address: 127.0.0.1}]"
                        + " | listeners: port 65002 is wanted by two listeners",
                "listeners | [{port: 65002, address: no.invalid}] | listeners: 'no.invalid' is no address",
            })
    void aDaemonThatCannotListenAsItIsToldIsAnError(String key, String value, String message) {
        var proxy = DaemonFixture.in(directory).set("https_port", "65001").set(key, value);

        for (var live : new boolean[] {false, true}) {
            assertThat(proxy.check(live).lines())
                    .as("live %s", live)
                    .filteredOn(line -> line.startsWith("error: "))
                    .singleElement()
                    .asString()
                    .startsWith("error: " + proxy.settingsFile() + ": " + message);
        }
        assertThatThrownBy(proxy::start).isInstanceOf(StartException.class).hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{port: 65002}]", "[{port: 0}, {port: 0}]", "[{port: 65001, address: 127.0.0.2}]"})
    void listenersBesideEachOtherAreNone(String listeners) {
        var proxy = DaemonFixture.in(directory).set("https_port", "65001").set("listeners", listeners);

        assertThat(proxy.check(false)).endsWith("\n0 errors, 0 warnings\n");
    }

    @Test
    void aFileThatSeveralListenersUseIsNamedOnce() throws Exception {
        var proxy = DaemonFixture.in(directory)
                .set(
                        "listeners",
                        LISTENER.replaceAll(
                                "server", directory.resolve("server").toString()));
        Files.delete(directory.resolve("ca.pem"));

        assertThat(proxy.check(false).lines())
                .filteredOn(line -> line.contains("ca.pem"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"https, ssl_ca_file", "http, http_port"})
    void aModuleThatNobodyCanCallIsAWarning(String enabled, String missing) {
        var proxy = DaemonFixture.in(directory).unset(missing).module("logs", "---\n:enabled: " + enabled + "\n");

        assertThat(proxy.check(false))
                .contains("warning: " + directory.resolve("settings.d/logs.yml") + ":2: enabled: it can be called by "
                        + enabled + " alone, which is off");
        proxy.module("logs", ":enabled: true\n");
        assertThat(proxy.check(false)).doesNotContain("can be called");
    }

    @Test
    void ofADirectoryTheFileInItIsNamed() throws Exception {
        Files.writeString(directory.resolve("settings.yml"), ":log_file: STDOUT\n");
        var out = new ByteArrayOutputStream();

        var status =
                new CheckCommand(new PrintStream(out, true, StandardCharsets.UTF_8), Optional.empty()).run(directory);

        assertThat(status).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("error: " + directory.resolve("settings.yml") + ": Both http and https are disabled");
    }
}
