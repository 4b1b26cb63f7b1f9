package smartproxy.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.daemon.Wire.Reply;

/** The routes below {@code /tftp}, through a whole daemon. */
class TftpIT {
    private static final String MAC = "52:54:00:aa:bb:cc";

    @TempDir
    Path directory;

    private Path root;
    private DaemonFixture proxy;
    private Wire foreman;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectory(directory.resolve("tftp"));
        proxy = DaemonFixture.in(directory)
                .module("tftp", ":enabled: https\n:tftproot: " + root + "\n:tftp_servername: 127.0.0.1\n")
                .module("httpboot", ":enabled: true\n:root_dir: " + root + "\n")
                .start();
        foreman = proxy.https();
    }

    @AfterEach
    void stop() throws IOException {
        foreman.close();
        proxy.close();
    }

    private Path file(String path) {
        return root.resolve(path);
    }

    @Test
    void aConfigurationIsWrittenReadAndRemoved() throws Exception {
        assertThat(foreman.post("/tftp/PXELinux/" + MAC, "pxeconfig=DEFAULT+x%0A"))
                .returns(200, Reply::status)
                .returns("", Reply::body);
        assertThat(file("pxelinux.cfg/01-52-54-00-aa-bb-cc")).hasContent("DEFAULT x\n");
        var reply = foreman.get("/tftp/pxelinux/" + MAC);
        assertThat(reply).returns(200, Reply::status).returns("DEFAULT x\n", Reply::body);
        assertThat(reply.header("content-type")).isEqualTo("text/html;charset=utf-8");
        for (var i = 0; i < 2; i++) {
            assertThat(foreman.request("DELETE", "/tftp/PXELinux/" + MAC))
                    .returns(200, Reply::status)
                    .returns("", Reply::body);
        }
        assertThat(foreman.get("/tftp/pxelinux/" + MAC))
                .returns(404, Reply::status)
                .returns(
                        "TFTP: Failed to retrieve pxe config file: File " + file("pxelinux.cfg/01-52-54-00-aa-bb-cc")
                                + " not found",
                        Reply::body);
    }

    @Test
    void aLargeMenuIsStoredByteByByte() throws Exception {
        var menu = "LABEL caf\u00e9 100% a+b \u2713\r\n".repeat(12_000);
        var form = "pxeconfig=" + URLEncoder.encode(menu, StandardCharsets.UTF_8);
        assertThat(foreman.post("/tftp/PXELinux/" + MAC, form).status()).isEqualTo(200);
        assertThat(Files.readString(file("pxelinux.cfg/01-52-54-00-aa-bb-cc"))).isEqualTo(menu);
        assertThat(foreman.get("/tftp/PXELinux/" + MAC).body()).isEqualTo(menu);
    }

    @Test
    void bytesThatAreNoTextAreStoredToo() throws Exception {
        assertThat(foreman.post("/tftp/pxelinux/" + MAC, "pxeconfig=%ff%00%fe").status())
                .isEqualTo(200);
        assertThat(Files.readAllBytes(file("pxelinux.cfg/01-52-54-00-aa-bb-cc")))
                .containsExactly(0xff, 0x00, 0xfe);
    }

    @Test
    void theOldParameterAndTheOldRoutesStillCount() throws Exception {
        assertThat(foreman.post("/tftp/" + MAC, "syslinux_config=old").status()).isEqualTo(200);
        assertThat(file("pxelinux.cfg/01-52-54-00-aa-bb-cc")).hasContent("old");
        assertThat(foreman.post("/tftp/" + MAC, "syslinux_config=old&pxeconfig=new")
                        .status())
                .isEqualTo(200);
        assertThat(file("pxelinux.cfg/01-52-54-00-aa-bb-cc")).hasContent("new");
        assertThat(foreman.request("DELETE", "/tftp/" + MAC).status()).isEqualTo(200);
        assertThat(foreman.post("/tftp/create_default", "menu=m").status()).isEqualTo(200);
        assertThat(file("pxelinux.cfg/default")).hasContent("m");
        assertThat(foreman.post("/tftp/pxegrub/create_default", "menu=").status())
                .isEqualTo(200);
        assertThat(file("grub/efidefault")).isEmptyFile();
    }

    @Test
    void whatIsMissingOrNoTextIsSaid() throws Exception {
        assertThat(foreman.post("/tftp/pxelinux/" + MAC, ""))
                .returns(400, Reply::status)
                .returns("TFTP: Failed to create pxe config file: Invalid parameters received", Reply::body);
        assertThat(foreman.post("/tftp/pxelinux/create_default", "x=y"))
                .returns(400, Reply::status)
                .returns("TFTP: Failed to create PXE default file: Default config not supplied", Reply::body);
        for (var form : List.of("pxeconfig[]=a&pxeconfig[]=b", "pxeconfig[a]=b", "syslinux_config[]=a")) {
            assertThat(foreman.post("/tftp/pxelinux/" + MAC, form)).as(form).returns(400, Reply::status);
        }
        assertThat(foreman.post("/tftp/pxelinux/create_default", "menu[]=x").status())
                .isEqualTo(400);
        assertThat(root).isEmptyDirectory();
        var odd = "pxeconfig=x&targetos=a/b&release=1&arch=x86_64&bootfile_suffix=x64";
        assertThat(foreman.post("/tftp/pxegrub2/" + MAC, odd))
                .returns(400, Reply::status)
                .satisfies(reply -> assertThat(reply.body())
                        .startsWith("TFTP: Failed to setup host specific bootloader directory: Parameter 'targetos'"));
        assertThat(foreman.post("/tftp/pxelinux/" + MAC, odd))
                .as("that has no loaders of the host's own")
                .returns(200, Reply::status);
    }

    @Test
    void theMacIsJudgedBeforeTheVariant() throws Exception {
        assertThat(foreman.post("/tftp/foo/zz", "pxeconfig=x"))
                .returns(403, Reply::status)
                .returns("Invalid MAC address: zz", Reply::body);
        assertThat(foreman.post("/tftp/foo/" + MAC, "pxeconfig=x"))
                .returns(403, Reply::status)
                .returns("Unrecognized pxeboot config type: foo", Reply::body);
        assertThat(foreman.post("/tftp/foo/create_default", "menu=x").body())
                .isEqualTo("Unrecognized pxeboot config type: foo");
        assertThat(foreman.request("DELETE", "/tftp/pxelinux/create_default").body())
                .isEqualTo("Invalid MAC address: create_default");
        assertThat(foreman.post("/tftp/serverName", "x=y").body()).isEqualTo("Invalid MAC address: serverName");
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void theServerNameIsTold() throws Exception {
        var reply = foreman.get("/tftp/serverName");
        assertThat(reply).returns(200, Reply::status).returns("{\"serverName\":\"127.0.0.1\"}", Reply::body);
        assertThat(reply.header("content-type")).isEqualTo("text/html;charset=utf-8");
        for (var path : List.of("/tftp", "/tftp/", "/tftp/serverName/", "/tftp/other", "/tftp/fetch_boot_file")) {
            assertThat(foreman.get(path)).as(path).returns(404, Reply::status);
        }
    }

    @Test
    void bootFilesThatNobodyHasAreNotPromised() throws Exception {
        assertThat(foreman.post("/tftp/fetch_boot_file", "prefix=boot/x&path=nfs://h/vmlinuz"))
                .returns(200, Reply::status);
        assertThat(foreman.post("/tftp/fetch_boot_file", "prefix=boot/x&path=http://127.0.0.1:1/vmlinuz"))
                .returns(502, Reply::status);
        assertThat(foreman.post("/tftp/fetch_boot_file", "prefix=../tftp-evil/x&path=http://h/vmlinuz"))
                .returns(400, Reply::status);
        assertThat(root).isEmptyDirectory();
    }

    @Test
    void strangersMayNothing() throws Exception {
        try (var stranger = proxy.stranger()) {
            assertThat(stranger.get("/tftp/serverName").status()).isEqualTo(403);
        }
        try (var plain = proxy.http()) {
            assertThat(plain.get("/tftp/serverName").status()).isEqualTo(404);
        }
    }

    @Test
    void featuresTellPortsNameAndCapability() throws Exception {
        var features = foreman.get("/v2/features").body();
        assertThat(features)
                .contains("\"settings\":{\"tftp_servername\":\"127.0.0.1\"}")
                .contains("\"capabilities\":[\"bootloader_universe\"]")
                .contains("\"settings\":{\"http_port\":0,\"https_port\":0}");
    }

    @Test
    void aBootServerThatNobodyReachesIsTold() throws Exception {
        Awaitility.await()
                .untilAsserted(() -> assertThat(foreman.get("/health").body())
                        .contains("\"tftp: boot server\":{\"state\":\"degraded\"")
                        .contains("hosts load from 127.0.0.1")
                        .contains("that is loopback"));
        assertThat(foreman.get("/health").body()).contains("\"tftp: root\":{\"state\":\"up\"");
        proxy.module(
                "tftp",
                ":enabled: https\n:tftp_servername: 127.0.0.1\n:tftp_server:\n  :enabled: true\n  :address: '::1'\n  :port: 6969\n");
        assertThat(proxy.check(false))
                .contains("warning: boot server: hosts load from 127.0.0.1 (127.0.0.1);"
                        + " the built-in TFTP server is to listen on [::1]:6969;"
                        + " that is loopback, no other host can load from there;");
    }

    @Test
    void aReloadLosesNothing() throws Exception {
        foreman.post("/tftp/pxelinux/" + MAC, "pxeconfig=x");
        proxy.module("tftp", ":enabled: https\n:tftproot: " + root + "\n").reload();
        try (var again = proxy.https()) {
            assertThat(again.get("/tftp/serverName").body()).isEqualTo("{\"serverName\":\"\"}");
            assertThat(again.get("/tftp/pxelinux/" + MAC).body()).isEqualTo("x");
        }
    }

    @Test
    void whatWasWrittenIsServedOverHttpByAnybody() throws Exception {
        foreman.post("/tftp/pxegrub2/" + MAC, "pxeconfig=set+x");
        try (var plain = proxy.http();
                var stranger = proxy.stranger()) {
            for (var path : List.of("/httpboot/", "/EFI/")) {
                assertThat(plain.get(path + "grub2/grub.cfg-" + MAC).body()).isEqualTo("set x");
                assertThat(stranger.get(path + "grub2/grub.cfg-" + MAC).body()).isEqualTo("set x");
            }
        }
    }
}
