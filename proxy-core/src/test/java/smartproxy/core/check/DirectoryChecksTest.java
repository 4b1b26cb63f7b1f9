package smartproxy.core.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests may run as root, who may write everywhere but below a file. */
class DirectoryChecksTest {
    @TempDir
    Path directory;

    @Test
    void isContentWithWhatCanBeWritten() throws IOException {
        Files.createDirectory(directory.resolve("state"));
        assertThat(look("state", "proxy.log", "foreman-proxy"))
                .containsExactly(
                        "ok: state_directory " + directory.resolve("state") + ": writable",
                        "ok: log_file " + directory.resolve("proxy.log") + ": not there yet, made at the start");
        Files.createFile(directory.resolve("proxy.log"));
        assertThat(look("later/state", "proxy.log", "foreman-proxy"))
                .containsExactly(
                        "ok: state_directory " + directory.resolve("later/state")
                                + ": not there yet, made when it is needed",
                        "ok: log_file " + directory.resolve("proxy.log") + ": writable");
        assertThat(directory.resolve("later")).doesNotExist();
    }

    @Test
    void tellsWhatIsInTheWay() throws IOException {
        Files.createFile(directory.resolve("file"));
        assertThat(look("file", "none/proxy.log", "foreman-proxy"))
                .anyMatch(line -> line.startsWith("error: ") && line.contains("is no directory"))
                .anyMatch(line -> line.startsWith("warning: log_file") && line.contains("install -d -o foreman-proxy"));
        assertThat(look("state", "", "foreman-proxy"))
                .anyMatch(line ->
                        line.startsWith("warning: log_file " + directory) && line.contains("cannot write to it"));
    }

    @Test
    void asksForTheDaemonsUser() throws IOException {
        assertThat(look("state", "proxy.log", "root").get(0)).startsWith("warning: user: root may read and write");
    }

    @Test
    void looksForNoFileWhereRecordsGoElsewhere() throws IOException {
        var settings = TrustChecksTest.settings(
                directory, ":http_port: 8000\n:log_file: journal\n:state_directory: " + directory);
        assertThat(new DirectoryChecks(settings, "foreman-proxy").look()).hasSize(1);
    }

    private List<String> look(String state, String log, String user) throws IOException {
        var settings = TrustChecksTest.settings(
                directory,
                ":http_port: 8000\n:state_directory: " + directory.resolve(state) + "\n:log_file: "
                        + directory.resolve(log));
        return new DirectoryChecks(settings, user)
                .look().stream().map(Object::toString).toList();
    }
}
