package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.FreePorts;

/** The TFTP server in the built daemon: what Foreman writes is what a host reads, and an administrator can see it. */
@Timeout(240)
class TftpServerDaemonIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private Site site(int port) {
        return settings(Site.in(directory).set("log_level", "INFO"), port, "tftp1.example.com");
    }

    private Site settings(Site site, int port, String name) {
        return site.module(
                "tftp",
                ":enabled: https",
                ":tftproot: " + directory.resolve("tftpboot"),
                ":tftp_servername: " + name,
                ":tftp_server:",
                "  :enabled: true",
                "  :address: ['127.0.0.1', '127.0.0.2']",
                "  :port: " + port);
    }

    private Command get(String address, int port, String file) throws Exception {
        return Command.run(
                directory, Map.of(), List.of("curl", "-sS", "-m", "60", "tftp://" + address + ":" + port + "/" + file));
    }

    @Test
    void whatIsWrittenThroughTheApiIsReadOverTftp() throws Exception {
        var port = FreePorts.next();
        var site = site(port);
        Files.createDirectories(directory.resolve("tftpboot"));
        try (var daemon = site.start()) {
            assertThat(site.foreman()
                            .post("/tftp/PXELinux/02:00:00:00:00:10", "pxeconfig=DEFAULT+linux%0A")
                            .statusCode())
                    .isEqualTo(200);
            var file = "pxelinux.cfg/01-02-00-00-00-00-10";
            assertThat(get("127.0.0.1", port, file).output()).isEqualTo("DEFAULT linux\n");
            await().atMost(WATCHDOG)
                    .until(() ->
                            site.log().matches("(?s).*tftp_server: 127.0.0.1 read " + file + ": 14 bytes in .* s.*"));

            var item = site.foreman().json("/health").path("items").path("tftp: tftp server");
            assertThat(item.path("state").asText()).isEqualTo("up");
            assertThat(item.path("detail").asText())
                    .startsWith("listening on 127.0.0.1:" + port + ", 127.0.0.2:" + port);
            assertThat(site.foreman().get("/metrics").body())
                    .contains(
                            "# TYPE smart_proxy_tftp_transfers_total counter",
                            "smart_proxy_tftp_transfers_total{result=\"complete\"} 1.0",
                            "smart_proxy_tftp_bytes_total 14.0",
                            "smart_proxy_tftp_sessions 0.0");

            // a reload with another setting of the module: same sockets, same counts
            settings(site, port, "tftp2.example.com");
            daemon.signal("HUP");
            await().atMost(WATCHDOG).until(() -> site.log().contains("Reloaded "));
            assertThat(get("127.0.0.2", port, file).output()).isEqualTo("DEFAULT linux\n");
            await().atMost(WATCHDOG)
                    .until(() -> site.foreman()
                            .get("/metrics")
                            .body()
                            .contains("smart_proxy_tftp_transfers_total{result=\"complete\"} 2.0"));

            var umlaut = Command.run(
                    directory, Map.of(), List.of("sh", "-c", "printf umlaut >tftpboot/\"$(printf '\\303\\244')\""));
            assertThat(umlaut.status()).as(umlaut.output()).isZero();
            assertThat(get("127.0.0.1", port, "%C3%A4").output())
                    .as("the daemon was started without a language")
                    .isEqualTo("umlaut");

            daemon.signal("TERM");
            assertThat(daemon.exitStatus()).isZero();
        }
    }

    @Test
    void aPortThatIsTakenFailsTheModuleAndNoOther() throws Exception {
        var port = FreePorts.next();
        var site = site(port);
        try (var taken = new DatagramSocket(port, InetAddress.getByName("127.0.0.2"));
                var daemon = site.start()) {
            assertThat(taken.isBound()).isTrue();
            assertThat(daemon.isAlive()).isTrue();
            assertThat(site.foreman()
                            .json("/v2/features")
                            .path("tftp")
                            .path("state")
                            .asText())
                    .isEqualTo("failed");
            assertThat(site.log())
                    .contains("tftp_server: cannot listen on 127.0.0.2:" + port + " UDP:", "stop what has the port");
        }
    }
}
