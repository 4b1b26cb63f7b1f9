package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Computers without a disk boot what Foreman wants: a real dhcpd is given their reservation, and the daemon's TFTP server and
 * HTTP boot their loader, configuration, kernel and system, all through the API. At the end the booted system calls back.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(600)
class NetbootIT {
    private static final int NO_NAMESPACES = 3;
    private static final int GUEST_SECONDS = 240;
    private static final String LAB = House.ROOT.resolve("lab/netboot").toString();
    private static final String MAC = "02:00:00:00:00:10";
    private static final String ADDRESS = "192.0.2.50";
    private static final String SERVER = "192.0.2.1";
    private static final int HTTP = 8000;
    private static final String FILES = "http://" + SERVER + ":" + HTTP + "/httpboot";

    @TempDir
    static Path directory;

    private Site site;
    private DaemonProcess daemon;
    private String namespace;

    @BeforeAll
    void start() throws Exception {
        var started = run(300, LAB + "/start.sh", directory.toString());
        if (started.status() == NO_NAMESPACES && !"true".equals(System.getenv("CI"))) {
            Assumptions.abort(started.output());
        }
        assertThat(started.status()).as(started.output()).isZero();
        namespace = Files.readString(directory.resolve("namespace")).strip();
        var root = directory.resolve("tftpboot");
        var built = run(300, LAB + "/build.sh", root.toString(), SERVER, Integer.toString(HTTP));
        assertThat(built.status()).as(built.output()).isZero();
        site = Site.in(directory)
                .set("bind_host", "['127.0.0.1', '" + SERVER + "']")
                .set("http_port", Integer.toString(HTTP))
                .set("log_level", "INFO")
                .module("dhcp", ":enabled: https", ":use_provider: dhcp_isc", ":ping_free_ip: false")
                .module(
                        "dhcp_isc",
                        ":config: " + directory.resolve("dhcpd.conf"),
                        ":leases: " + directory.resolve("dhcpd.leases"),
                        ":key_name: lab_key",
                        ":key_secret: file:" + directory.resolve("secret"))
                .module(
                        "tftp",
                        ":enabled: https",
                        ":tftproot: " + root,
                        ":tftp_servername: " + SERVER,
                        ":tftp_server:",
                        "  :enabled: true",
                        "  :address: " + SERVER,
                        "  :port: 69")
                .module("httpboot", ":enabled: http", ":root_dir: " + root);
        daemon = DaemonProcess.launch(
                site,
                site.environment(Map.of()),
                inside(
                        House.TREE.resolve("bin/smart-proxy").toString(),
                        "run",
                        "--config",
                        site.settingsFile().toString()));
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> {
                    assertThat(daemon.isAlive())
                            .as(daemon.output() + site.log())
                            .isTrue();
                    return api("GET", "/v2/features").status() == 0;
                });
        assertThat(api("GET", "/v2/features").output())
                .contains("\"tftp\":{", "\"httpboot\":{", "\"dhcp\":{")
                .doesNotContain("\"failed\"");
    }

    @AfterAll
    void stop() throws Exception {
        if (daemon != null) {
            daemon.close();
        }
        run(60, LAB + "/stop.sh", directory.toString());
    }

    private static String kernelLine(String test) {
        return "console=ttyS0,115200 foreman.url=http://" + SERVER + ":8123/built/" + test;
    }

    @Test
    void uefiLoadsShimAndGrubOverOurTftpServer() throws Exception {
        config("PXEGrub2", """
                set timeout=0
                menuentry "linux" {
                  linux boot/linux %s
                  initrd boot/initrd.gz
                }
                """.formatted(kernelLine("shim")));
        post("/tftp/PXEGrub2/create_default", "menu=configfile /grub2/grub.cfg-" + MAC + "\n");
        boots("uefi", "shimx64.efi", "shim");
        assertThat(site.log())
                .contains(read("shimx64.efi"), read("grubx64.efi"), read("grub2/grub.cfg-" + MAC), read("boot/linux"));
    }

    @Test
    @Tag("long")
    void biosLoadsPxelinuxOverOurTftpServer() throws Exception {
        config("PXELinux", """
                DEFAULT linux
                PROMPT 0
                TIMEOUT 1
                LABEL linux
                  KERNEL boot/linux
                  APPEND initrd=boot/initrd.gz %s
                """.formatted(kernelLine("pxelinux")));
        boots("bios", "pxelinux.0", "pxelinux");
        assertThat(site.log()).contains(read("pxelinux.0"), read("pxelinux.cfg/01-" + MAC.replace(':', '-')));
    }

    @Test
    @Tag("long")
    void ipxeLoadsItsScriptOverHttp() throws Exception {
        config("iPXE", """
                #!ipxe
                kernel %s/boot/linux %s
                initrd %s/boot/initrd.gz
                boot
                """.formatted(FILES, kernelLine("ipxe"), FILES));
        boots("bios", FILES + "/pxelinux.cfg/01-" + MAC.replace(':', '-') + ".ipxe", "ipxe");
        assertThat(site.log()).contains("GET /httpboot/boot/linux");
    }

    @Test
    @Tag("long")
    void uefiBootsOverHttp() throws Exception {
        config("PXEGrub2", """
                set timeout=0
                menuentry "linux" {
                  linux /httpboot/boot/linux %s
                  initrd /httpboot/boot/initrd.gz
                }
                """.formatted(kernelLine("http")));
        post("/tftp/PXEGrub2/create_default", "menu=configfile /httpboot/grub2/grub.cfg-" + MAC + "\n");
        boots("uefi-http", FILES + "/grubhttp.efi", "http");
        assertThat(site.log()).contains("GET /httpboot/grubhttp.efi", "GET /httpboot/boot/linux");
    }

    private static String read(String file) {
        return "tftp_server: " + ADDRESS + " read " + file + ": ";
    }

    /** Reserves its address with this boot file, switches it on, and waits until the system it has booted has called. */
    private void boots(String firmware, String file, String test) throws Exception {
        api("DELETE", "/dhcp/192.0.2.0/mac/" + MAC);
        post(
                "/dhcp/192.0.2.0",
                "mac=" + MAC,
                "ip=" + ADDRESS,
                "name=guest",
                "hostname=guest",
                "network=192.0.2.0",
                "nextServer=" + SERVER,
                "filename=" + file);
        var guest = run(GUEST_SECONDS + 30, LAB + "/guest.sh", directory.toString(), MAC, firmware, "" + GUEST_SECONDS);
        assertThat(Files.readString(directory.resolve("calls")))
                .as(() -> guest.output() + console() + site.log())
                .contains(ADDRESS + " /built/" + test + "\n");
    }

    private String console() {
        try {
            var text = Files.readString(directory.resolve("console"), StandardCharsets.ISO_8859_1);
            return text.substring(Math.max(0, text.length() - 4000)).replaceAll("[^\\n -~]", "");
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void config(String variant, String text) throws Exception {
        post("/tftp/" + variant + "/" + MAC, "pxeconfig=" + text);
    }

    private void post(String path, String... parameters) throws Exception {
        var words = new ArrayList<String>();
        for (var parameter : parameters) {
            words.add("--data-urlencode");
            words.add(parameter);
        }
        var told = api("POST", path, words.toArray(String[]::new));
        assertThat(told.status()).as(path + ": " + told.output() + site.log()).isZero();
    }

    /** As Foreman calls it, from where the daemon is. */
    private Command api(String method, String path, String... more) throws Exception {
        var words = new ArrayList<>(List.of(
                "curl",
                "-sS",
                "--fail-with-body",
                "-m",
                "60",
                "-X",
                method,
                "--noproxy",
                "*",
                "--cacert",
                site.pki("ca.pem").toString(),
                "--cert",
                site.pki("foreman.pem").toString(),
                "--key",
                site.pki("foreman.key").toString()));
        words.addAll(List.of(more));
        words.add("https://127.0.0.1:" + site.port() + path);
        return Command.run(directory, Map.of(), inside(words.toArray(String[]::new)));
    }

    private List<String> inside(String... words) {
        var all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
        all.addAll(List.of(words));
        return all;
    }

    private Command run(int seconds, String... words) throws IOException, InterruptedException {
        return Command.run(directory, Map.of(), List.of(words), seconds);
    }
}
