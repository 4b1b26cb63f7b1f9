package smartproxy.core.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostSettingsReaderTest {
    @TempDir
    Path directory;

    private Path write(String text) throws Exception {
        return Files.writeString(directory.resolve("settings.yml"), text);
    }

    @Test
    void isFoundByFlagThenVariableThenDefault() {
        var environment = Map.of("FOREMAN_PROXY_CONFIG", "/env");
        assertThat(HostSettingsReader.locate(Optional.of(Path.of("/flag")), environment))
                .isEqualTo(Path.of("/flag"));
        assertThat(HostSettingsReader.locate(Optional.empty(), environment)).isEqualTo(Path.of("/env"));
        assertThat(HostSettingsReader.locate(Optional.empty(), Map.of("FOREMAN_PROXY_CONFIG", "")))
                .isEqualTo(Path.of("/etc/foreman-proxy"));
        assertThat(HostSettingsReader.locate(Optional.empty(), Map.of())).isEqualTo(Path.of("/etc/foreman-proxy"));
    }

    @Test
    void readsAFileOrTheOneInADirectory() throws Exception {
        var file = write(":https_port: 9090\n");
        for (var path : new Path[] {file, directory}) {
            var bound = HostSettingsReader.read(path);
            assertThat(bound.problems()).isEmpty();
            assertThat(bound.settings().orElseThrow().http().httpsPort()).isEqualTo(9090);
        }
    }

    @Test
    void keysWithoutColonCountAndSymbolsWinOverThem() throws Exception {
        write("https_port: 9090\nhttp_port: 1\n:http_port: 8000\nhttps_prot: 1\n");
        var bound = HostSettingsReader.read(directory);
        assertThat(bound.settings().orElseThrow().http().httpsPort()).isEqualTo(9090);
        assertThat(bound.settings().orElseThrow().http().httpPort()).contains(8000);
        assertThat(bound.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.line()).isEqualTo(4);
            assertThat(problem.advice()).startsWith("did you mean :https_port:");
        });
    }

    @Test
    void modulesFilesLieBesideItUnlessItSaysElse() throws Exception {
        write(":https_port: 9090\n");
        assertThat(HostSettingsReader.read(directory).settings().orElseThrow().settingsDirectory())
                .isEqualTo(directory.resolve("settings.d"));
        write(":settings_directory: /x\n");
        assertThat(HostSettingsReader.read(directory).settings().orElseThrow().settingsDirectory())
                .isEqualTo(Path.of("/x"));
    }

    @Test
    void keysOfDaemonsLongGoneAreIgnored() throws Exception {
        write(":daemon: true\n:daemon_pid: /run/x.pid\n:puppet_user: root\n:https_port: 8443\n");
        assertThat(HostSettingsReader.read(directory).problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "---\n", "# only a comment\n"})
    void anEmptyFileIsAnError(String text) throws Exception {
        var file = write(text);
        var bound = HostSettingsReader.read(directory);
        assertThat(bound.settings()).isEmpty();
        assertThat(bound.problems())
                .singleElement()
                .hasToString(file + ": it holds no settings (the shipped config/settings.yml is a good beginning)");
        assertThat(bound.failure()).contains("it holds no settings");
    }

    @Test
    void aMissingOrUnreadableFileIsAnError() throws Exception {
        var missing = HostSettingsReader.read(directory);
        assertThat(missing.settings()).isEmpty();
        assertThat(missing.problems())
                .singleElement()
                .hasToString(directory.resolve("settings.yml")
                        + ": there is no such file (create it, or name another with --config)");
        write("---\n:a: {:b: 1}\n");
        assertThat(HostSettingsReader.read(directory).problems())
                .singleElement()
                .extracting(Problem::line)
                .isEqualTo(2);
    }
}
