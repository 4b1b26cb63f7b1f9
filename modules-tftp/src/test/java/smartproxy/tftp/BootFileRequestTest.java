package smartproxy.tftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;
import smartproxy.tftp.bootfiles.BootFile;

class BootFileRequestTest {
    private static final Path ROOT = Path.of("/srv/tftp");

    @ParameterizedTest
    @CsvSource({
        "boot/centos, http://h/images/vmlinuz, boot/centos-vmlinuz",
        "boot/centos/, http://h/images/vmlinuz, boot/centos/vmlinuz",
        "/srv/tftp/boot/x, ftp://h/initrd.img, boot/x-initrd.img",
        "boot/q, https://h/initrd.img?x=1, boot/q-initrd.img?x=1",
        "boot/q, HTTP://h/a/, boot/q-a",
        "a/../boot/x, http://h/vmlinuz, boot/x-vmlinuz",
        "boot//x, http://h/vmlinuz, boot/x-vmlinuz",
        "boot/x, http://user:secret@h//vm@linuz, boot/x-vm@linuz",
        "boot/x, http://user:secret@h, boot/x-h"
    })
    void tellsWhereTheFileGoes(String prefix, String path, String destination) {
        var file = of(prefix, path).orElseThrow();
        assertThat(file.destination()).isEqualTo(destination);
        assertThat(file.source()).hasToString(path);
    }

    @Test
    void nothingIsFetchedFromNfs() {
        assertThat(of("boot/x", "nfs://h/vmlinuz")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../outside",
                "/etc/outside",
                "../tftp-evil/x",
                "/srv/tftp-evil/x",
                "/srv/tftp/../x",
                "../tftp/../x",
                "boot/../../",
                "~/x",
                "~root"
            })
    void aDestinationOutsideIsRefused(String prefix) {
        refused(prefix, "http://h/vmlinuz", "TFTP destination outside of tftproot");
    }

    @Test
    void aDigestIsWrittenInEitherCase() {
        var parameters = new Parameters(
                Map.of("prefix", "boot/x", "path", "http://h/vmlinuz", "checksum", "SHA256:" + "AB".repeat(32)));
        assertThat(BootFileRequest.of(parameters, ROOT).orElseThrow().checksum().orElseThrow())
                .hasToString("sha256:" + "ab".repeat(32));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gopher://h/vmlinuz", "file:///etc/passwd", "--version", "/etc/passwd", "vmlinuz"})
    void onlyKnownProtocolsAreSpoken(String path) {
        refused("boot/x", path, "Cannot fetch boot file, unknown protocol for medium source path: " + path);
    }

    @Test
    void noPasswordIsTold() {
        refused(
                "boot/x",
                "gopher://user:secret@h/x",
                "Cannot fetch boot file, unknown protocol for medium source path: gopher://h/x");
        refused("boot/x", "http://user:secret@h/x y", "bad URI(is not URI?): \"http://h/x y\"");
        refused(
                "boot/x",
                "http://user:s@cret@h/\u00fc",
                "URI must be ascii only " + Parameters.inspect("http://h/\u00fc"));
    }

    @Test
    void wrongOnesAreToldInWords() {
        refused("boot/x", "http://bad uri/vmlinuz", "bad URI(is not URI?): \"http://bad uri/vmlinuz\"");
        refused("boot/x", "http://h/vmlinü", "URI must be ascii only " + Parameters.inspect("http://h/vmlinü"));
        refused("boot/" + "x".repeat(254), "http://h/v", "File name too long: " + "x".repeat(254) + "-v");
        refused(
                "boot/" + "x".repeat(125) + "ü",
                "http://h/" + "v".repeat(128),
                "File name too long: " + "x".repeat(125) + "ü-" + "v".repeat(128));
        refused("boot/x", "", "Parameter 'path' names no file");
        refused("boot/x", "///", "Parameter 'path' names no file");
        for (var name : List.of("boot/\0", "boot/x\n", "x/".repeat(2048))) {
            refused(name, "http://h/vmlinuz", "the destination is not a file name");
        }
        refused("boot/", "http://h/.vmlinuz.part", "the destination is not a file name"); // never served
        refused(null, "http://h/vmlinuz", "Parameter 'prefix' is expected to be a text, it is missing");
        refused("boot/x", null, "Parameter 'path' is expected to be a text, it is missing");
        refused(List.of("a"), "http://h/vmlinuz", "Parameter 'prefix' is expected to be a text");
        refused("boot/x", Map.of("a", "b"), "Parameter 'path' is expected to be a text");
    }

    private static Optional<BootFile> of(@Nullable Object prefix, @Nullable Object path) {
        var parameters = new HashMap<String, @Nullable Object>();
        parameters.put("prefix", prefix);
        parameters.put("path", path);
        return BootFileRequest.of(new Parameters(parameters), ROOT);
    }

    private static void refused(@Nullable Object prefix, @Nullable Object path, String reason) {
        assertThatThrownBy(() -> of(prefix, path))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessage("TFTP: Failed to fetch boot file: " + reason);
    }
}
