package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import smartproxy.core.http.HttpSettings;

/** What the daemon and systemd promise each other. */
class UnitFileTest {
    static final Path UNIT = House.ROOT.resolve("packaging/systemd/foreman-proxy.service");

    @Test
    void speaksTheNotifyProtocolWithTheMainProcessOnly() throws IOException {
        assertThat(service())
                .containsEntry("Type", "notify")
                .containsEntry("NotifyAccess", "main")
                .containsEntry("WatchdogSec", "30")
                .containsEntry("ExecReload", "/bin/kill -HUP $MAINPID");
    }

    @Test
    void runsTheLauncherAsTheUserOfTheReference() throws IOException {
        assertThat(service())
                .containsEntry("User", "foreman-proxy")
                .containsEntry("ExecStart", "/usr/share/foreman-proxy/bin/smart-proxy run --config /etc/foreman-proxy");
    }

    @Test
    void givesRunningRequestsTheirDrainTimeout() throws IOException {
        var drain = HttpSettings.DRAIN_TIMEOUT.defaultValue();

        assertThat(drain).isNotNull();
        assertThat(Long.parseLong(service().getOrDefault("TimeoutStopSec", "0")))
                .isGreaterThan(drain.toSeconds());
    }

    @Test
    void givesTheDaemonTheDirectoriesItWritesTo() throws IOException {
        assertThat(service())
                .containsEntry("StateDirectory", "foreman-proxy")
                .containsEntry("LogsDirectory", "foreman-proxy")
                .containsEntry("CacheDirectory", "foreman-proxy")
                .containsEntry("ProtectSystem", "strict");
    }

    @Test
    void letsItListenBelowPort1024AndProbeByIcmp() throws IOException {
        assertThat(service())
                .containsEntry("AmbientCapabilities", "CAP_NET_BIND_SERVICE CAP_NET_RAW")
                .containsEntry("CapabilityBoundingSet", "CAP_NET_BIND_SERVICE CAP_NET_RAW");
    }

    @Test
    void letsItWriteBootFiles() throws IOException {
        assertThat(service()).containsEntry("ReadWritePaths", "-/var/lib/tftpboot");
    }

    @Test
    void letsTheJvmWriteMachineCode() throws IOException {
        assertThat(service()).doesNotContainKey("MemoryDenyWriteExecute");
    }

    /** Else all daemons with one store were the same host to it, and no boot file were gone on with. */
    @Test
    void letsItReadWhichHostAndWhichBootThisIs() throws IOException {
        assertThat(service()).doesNotContainKey("ProcSubset");
    }

    private static Map<String, String> service() throws IOException {
        return Files.readAllLines(UNIT).stream()
                .filter(line -> line.matches("\\w+=.*"))
                .map(line -> line.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (first, second) -> second));
    }
}
