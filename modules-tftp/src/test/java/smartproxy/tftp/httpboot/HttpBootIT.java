package smartproxy.tftp.httpboot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.daemon.DaemonFixture;
import smartproxy.core.daemon.Wire;
import smartproxy.core.daemon.Wire.Reply;

/** What firmware gets, through a whole daemon whose root is a link. */
class HttpBootIT {
    @TempDir
    Path directory;

    private Path root;
    private DaemonFixture proxy;
    private Wire firmware;

    @BeforeEach
    void start() throws Exception {
        root = Files.createDirectories(directory.resolve("real/tftp"));
        Files.createSymbolicLink(directory.resolve("tftp"), Path.of("real/tftp"));
        Files.writeString(Files.createDirectory(root.resolve("grub2")).resolve("grubx64.efi"), "efi binary\n");
        Files.writeString(root.resolve("data.json"), "{}");
        Files.writeString(root.resolve("g rub.txt"), "text");
        Files.writeString(root.resolve("\u00e4"), "umlaut");
        Files.writeString(directory.resolve("real/tftp-evil"), "outside");
        link("inside", "data.json");
        link("outside", "../tftp-evil");
        link("dangling", "nowhere");
        link("up", "..");
        proxy = DaemonFixture.in(directory)
                .unset("http_port")
                .set("http_port", "0")
                .module("httpboot", ":enabled: http\n:root_dir: " + directory.resolve("tftp") + "\n")
                .start();
        firmware = proxy.http();
    }

    private void link(String name, String target) throws IOException {
        Files.createSymbolicLink(root.resolve(name), Path.of(target));
    }

    @AfterEach
    void stop() throws IOException {
        firmware.close();
        proxy.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/httpboot/grub2/grubx64.efi | 200 | application/octet-stream",
                "/EFI/grub2/grubx64.efi | 200 | application/octet-stream",
                "/httpboot//grub2//grubx64.efi | 200 | application/octet-stream",
                "/httpboot/grub2/../data.json | 200 | application/json",
                "/httpboot/inside | 200 | application/json",
                "/httpboot/data.json/ | 200 | application/json",
                "/httpboot/data.json?x=1 | 200 | application/json",
                "/httpboot/g%20rub.txt | 200 | text/plain;charset=utf-8",
                "/httpboot/%C3%A4 | 200 | application/octet-stream"
            })
    void filesAreServedByTheirCleanedPath(String path, int status, String type) throws Exception {
        var reply = firmware.get(path);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.header("content-type")).isEqualTo(type);
        assertThat(reply.header("x-content-type-options")).isEqualTo("nosniff");
        assertThat(reply.headers()).containsKey("last-modified");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/httpboot/none | 404 | Not found",
                "/httpboot/none/.. | 403 | Invalid or empty path",
                "/httpboot/dangling | 404 | Not found",
                "/httpboot/data.json/below | 404 | Not found",
                "/httpboot/g+rub.txt | 404 | Not found",
                "/httpboot/%252e%252e/tftp-evil | 404 | Not found",
                "/httpboot/..%5c..%5ctftp-evil | 404 | Not found",
                "/httpboot/%E4 | 404 | Not found",
                "/httpboot/outside | 403 | Invalid or empty path",
                "/httpboot/up | 403 | Invalid or empty path",
                "/httpboot/up/tftp-evil | 403 | Invalid or empty path",
                "/httpboot/up/tftp/data.json | 200 | {}",
                "/httpboot | 403 | Invalid or empty path",
                "/httpboot/ | 403 | Invalid or empty path",
                "/EFI | 403 | Invalid or empty path",
                "/httpboot/grub2 | 403 | Directory listing not allowed",
                "/httpboot/grub2/ | 403 | Directory listing not allowed",
                "/HTTPBOOT/data.json | 404 | Requested url was not found"
            })
    void checksComeInTheirOrder(String path, int status, String text) throws Exception {
        assertThat(firmware.get(path)).returns(status, Reply::status).returns(text, Reply::body);
    }

    @ParameterizedTest
    @CsvSource({
        "/httpboot/../../etc/passwd",
        "/httpboot/..%2f..%2fetc%2fpasswd",
        "/httpboot/%2e%2e/%2e%2e/etc/passwd",
        "/httpboot/data.json%00.txt",
        "/httpboot/data.json%0a"
    })
    void whatIsNoPathIsTheCallersMistake(String path) throws Exception {
        var reply = firmware.get(path);
        assertThat(reply.status()).isIn(400, 404);
        assertThat(reply.body()).hasSizeLessThan(1000).doesNotContain("root:");
    }

    @Test
    void aPipeIsNoFile() throws Exception {
        var made = new ProcessBuilder("mkfifo", root.resolve("pipe").toString()).start();
        assertThat(made.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(firmware.get("/httpboot/pipe"))
                .returns(503, Reply::status)
                .returns("Not a regular file", Reply::body);
        assertThat(firmware.get("/httpboot/pipe/x").status()).isEqualTo(404);
    }

    @Test
    void onlyItsListenerServesIt() throws Exception {
        try (var foreman = proxy.https()) {
            assertThat(foreman.get("/httpboot/data.json").status()).isEqualTo(404);
            assertThat(foreman.get("/v2/features").body())
                    .contains("\"httpboot\":{\"http_enabled\":true,\"https_enabled\":false,"
                            + "\"settings\":{\"http_port\":0,\"https_port\":null}");
        }
    }
}
