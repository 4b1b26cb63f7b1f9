package smartproxy.tftp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Parameters;
import smartproxy.tftp.files.FileStore;
import smartproxy.tftp.variant.BootMac;
import smartproxy.tftp.variant.Variant;

class TftpServiceTest {
    private static final BootMac MAC = BootMac.parse("00:11:22:aa:bb:cc").orElseThrow();
    private static final String HOST = "host-config/00-11-22-aa-bb-cc";
    private static final HostLoader REDHAT = new HostLoader("redhat", "9.4", "x86_64", "x64");

    @TempDir
    Path root;

    private final WriteTurns turns = new WriteTurns();

    private TftpService service() {
        return new TftpService(new FileStore(root), () -> turns);
    }

    private static Variant variant(String name) {
        return Variant.named(name).orElseThrow();
    }

    private static Deadline soon() {
        return Deadline.in(Duration.ofSeconds(10));
    }

    private void write(String variant, String text, Optional<HostLoader> loader) {
        service().write(variant(variant), MAC, text.getBytes(StandardCharsets.UTF_8), loader, soon());
    }

    private void plant(String path) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), path);
    }

    private List<String> all() throws IOException {
        try (var paths = Files.walk(root)) {
            return paths.filter(path -> !Files.isDirectory(path))
                    .map(path -> root.relativize(path).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void writesReadsAndRemovesWhatAVariantHas() throws Exception {
        write("pxegrub2", "one", Optional.empty());
        assertThat(all()).containsExactly("grub2/grub.cfg-00:11:22:aa:bb:cc", "grub2/grub.cfg-01-00-11-22-aa-bb-cc");
        try (var file = service().read(variant("pxegrub2"), MAC)) {
            assertThat(file.size()).isEqualTo(3);
        }
        service().delete(variant("pxegrub2"), MAC, soon());
        service().delete(variant("pxegrub2"), MAC, soon());
        assertThat(all()).isEmpty();
        assertThat(root.resolve("grub2")).isDirectory();
    }

    @Test
    void theFirstFileIsTheOneThatIsRead() throws Exception {
        write("ztp", "one", Optional.empty());
        Files.delete(root.resolve("ztp.cfg/001122AABBCC"));
        assertThatThrownBy(() -> service().read(variant("ztp"), MAC))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(404))
                .hasMessage(
                        "TFTP: Failed to retrieve pxe config file: File " + root + "/ztp.cfg/001122AABBCC not found");
    }

    @Test
    void aDefaultInTheWayOfTheFilesOfHostsIsSaid() throws Exception {
        service().writeDefaults(variant("poap"), new byte[] {'x'}, soon());
        assertThatThrownBy(() -> write("poap", "y", Optional.empty()))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessage(
                        "TFTP: Failed to create pxe config file: " + root + "/poap.cfg is a file, perhaps a default for"
                                + " all hosts: it leaves no room for " + root + "/poap.cfg/001122AABBCC; remove it");
        Files.delete(root.resolve("poap.cfg"));
        write("poap", "y", Optional.empty());
        assertThatThrownBy(() -> service().writeDefaults(variant("poap"), new byte[] {'x'}, soon()))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessage("TFTP: Failed to create PXE default file: " + root + "/poap.cfg is a directory:"
                        + " the files of single hosts may be in it, there is no room for a default of that name");
        assertThat(all()).containsExactly("poap.cfg/001122AABBCC");
    }

    @Test
    void aDirectoryInPlaceOfTheFileOfAHostIsSaid() throws Exception {
        Files.createDirectories(root.resolve("poap.cfg/001122AABBCC"));
        assertThatThrownBy(() -> write("poap", "y", Optional.empty()))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessage(
                        "TFTP: Failed to create pxe config file: " + root + "/poap.cfg/001122AABBCC is a directory");
    }

    @Test
    void aDiskThatFailsIsToldInItsWords() throws Exception {
        // any error but those of names and links
        Files.createSymbolicLink(root.resolve("poap.cfg"), Path.of("a".repeat(256)));
        assertThatThrownBy(() -> service().read(variant("poap"), MAC))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.status()).isEqualTo(503))
                .hasMessage("TFTP: Failed to retrieve pxe config file: " + root
                        + "/poap.cfg/001122AABBCC: File name too long; look at the disk of " + root);
    }

    @Test
    void linksThatLeadOutAreNoPlaceForConfigurations() throws Exception {
        Files.createSymbolicLink(root.resolve("pxelinux.cfg"), Path.of("/"));
        assertThatThrownBy(() -> write("pxelinux", "x", Optional.empty()))
                .isInstanceOfSatisfying(
                        BackendException.class, e -> assertThat(e.status()).isEqualTo(502))
                .hasMessageContaining("leads out of " + root);
    }

    @Test
    void aHostGetsTheLoadersOfItsRelease() throws Exception {
        plant("bootloader-universe/pxegrub2/redhat/9.4/x86_64/boot.efi");
        plant("bootloader-universe/pxegrub2/redhat/9.4/x86_64/shimx64.efi");
        plant("bootloader-universe/pxegrub2/redhat/9.4/x86_64/README");
        plant("bootloader-universe/pxegrub2/redhat/default/x86_64/other.efi");

        write("PXEGrub2", "config", Optional.of(REDHAT));

        assertThat(links())
                .isEqualTo(Map.of(
                        "boot.efi", "../../../bootloader-universe/pxegrub2/redhat/9.4/x86_64/boot.efi",
                        "shimx64.efi", "../../../bootloader-universe/pxegrub2/redhat/9.4/x86_64/shimx64.efi"));
        assertThat(root.resolve(HOST + "/grub2/boot.efi"))
                .hasContent("bootloader-universe/pxegrub2/redhat/9.4/x86_64/boot.efi");
        for (var file : List.of(
                HOST + "/grub2/grub.cfg",
                HOST + "/grub2/grub.cfg-01-00-11-22-aa-bb-cc",
                HOST + "/grub2/grub.cfg-00:11:22:aa:bb:cc",
                "grub2/grub.cfg-01-00-11-22-aa-bb-cc",
                "grub2/grub.cfg-00:11:22:aa:bb:cc")) {
            assertThat(root.resolve(file)).as(file).hasContent("config");
        }
    }

    @Test
    void elseThoseOfItsSystemElseTheGenericOnes() throws Exception {
        plant("bootloader-universe/pxegrub2/redhat/default/x86_64/other.efi");
        write("pxegrub2", "config", Optional.of(REDHAT));
        assertThat(links())
                .isEqualTo(
                        Map.of("other.efi", "../../../bootloader-universe/pxegrub2/redhat/default/x86_64/other.efi"));

        plant("grub2/grubx64.efi");
        write("pxegrub2", "config", Optional.of(new HostLoader("debian", "12", "x86_64", "x64")));
        assertThat(links())
                .isEqualTo(Map.of(
                        "boot.efi", "../../../grub2/grubx64.efi",
                        "grubx64.efi", "../../../grub2/grubx64.efi",
                        "boot-sb.efi", "../../../grub2/shimx64.efi",
                        "shimx64.efi", "../../../grub2/shimx64.efi"));
        assertThat(root.resolve(HOST + "/grub2/boot.efi")).hasContent("grub2/grubx64.efi");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rhel(eus)", "a:b", "a b", "m\u00fcller", "x86~64"})
    void aSystemWhoseNameNoDirectoryHasGetsTheGenericOnes(String name) throws Exception {
        plant("grub2/grubx64.efi");
        var parameters = new Parameters(
                new HashMap<>(Map.of("targetos", name, "release", name, "arch", name, "bootfile_suffix", "x64")));
        write("pxegrub2", "config", HostLoader.of(parameters));
        assertThat(links()).containsEntry("boot.efi", "../../../grub2/grubx64.efi");
        plant("bootloader-universe/pxegrub2/" + name + "/" + name + "/" + name + "/own.efi");
        write("pxegrub2", "config", HostLoader.of(parameters));
        assertThat(links()).containsOnlyKeys("own.efi");
    }

    @Test
    void aHostWithItsOwnDirectoryReadsTheNewConfigurationThere() throws Exception {
        write("pxegrub2", "config", Optional.of(REDHAT));
        write("pxegrub2", "next", Optional.empty());
        assertThat(root.resolve(HOST + "/grub2/grub.cfg")).hasContent("next");
    }

    @Test
    void whatAHostHasOfItsOwnGoesWithIt() throws Exception {
        plant("grub2/grubx64.efi");
        plant("host-config/other/grub2/grub.cfg");
        write("pxegrub2", "config", Optional.of(REDHAT));
        service().delete(variant("pxegrub2"), MAC, soon());
        assertThat(all()).containsExactly("grub2/grubx64.efi", "host-config/other/grub2/grub.cfg");
        assertThat(root.resolve(HOST)).doesNotExist();
    }

    @Test
    void otherVariantsHaveNoLoadersOfTheirOwn() throws Exception {
        write("pxelinux", "config", Optional.of(REDHAT));
        assertThat(all()).containsExactly("pxelinux.cfg/01-00-11-22-aa-bb-cc");
    }

    @Test
    void namesOfLoadersAreNoPaths() {
        for (var bad : List.of("..", ".", ".hidden", "a/b", "../x", "a\0", "a\n", "", "-".repeat(256))) {
            var parameters = new Parameters(
                    new HashMap<>(Map.of("targetos", "x", "release", "1", "arch", bad, "bootfile_suffix", "x64")));
            if (bad.isEmpty()) {
                assertThat(HostLoader.of(parameters)).isEmpty();
            } else {
                assertThatThrownBy(() -> HostLoader.of(parameters))
                        .as(bad)
                        .isInstanceOf(CallerException.class)
                        .hasMessageStartingWith(
                                "TFTP: Failed to setup host specific bootloader directory: Parameter 'arch'");
            }
        }
        var suffix = new Parameters(
                new HashMap<>(Map.of("targetos", "x", "release", "1", "arch", "a", "bootfile_suffix", "x 64")));
        assertThatThrownBy(() -> HostLoader.of(suffix))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("'bootfile_suffix'");
        assertThat(HostLoader.of(new Parameters(new HashMap<>(Map.of("targetos", "x")))))
                .isEmpty();
    }

    /** Both files of a host are of one request, whichever came last. */
    @Test
    void writersOfOneHostHaveTheirTurns() throws Exception {
        var pool = Executors.newFixedThreadPool(8);
        try {
            for (var round = 0; round < 10; round++) {
                var work = new ArrayList<Callable<Boolean>>();
                for (var i = 0; i < 8; i++) {
                    var text = "writer " + i;
                    work.add(() -> {
                        write("ztp", text, Optional.empty());
                        return true;
                    });
                }
                for (var done : pool.invokeAll(work)) {
                    assertThat(done.get()).isTrue();
                }
                assertThat(root.resolve("ztp.cfg/001122AABBCC.cfg"))
                        .hasSameTextualContentAs(root.resolve("ztp.cfg/001122AABBCC"));
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(all()).hasSize(2);
    }

    private Map<String, String> links() throws IOException {
        var links = new HashMap<String, String>();
        try (var entries = Files.list(root.resolve(HOST + "/grub2"))) {
            for (var entry : entries.filter(Files::isSymbolicLink).toList()) {
                links.put(
                        entry.getFileName().toString(),
                        Files.readSymbolicLink(entry).toString());
            }
        }
        return links;
    }
}
