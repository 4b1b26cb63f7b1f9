package smartproxy.tftp.httpboot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.CallerException;
import smartproxy.tftp.files.FileStore;

class HttpBootFilesTest {
    @TempDir
    Path directory;

    private void assertRefused(String path, int status) {
        var files = new HttpBootFiles(new FileStore(directory.resolve("tftp")));
        assertThatThrownBy(() -> files.open(path))
                .isInstanceOfSatisfying(
                        CallerException.class,
                        refusal -> assertThat(refusal.status()).isEqualTo(status));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "grub.efi"})
    void belowARootThatIsMissingThereIsNothing(String path) {
        assertRefused(path, 404);
    }

    @Test
    void theRootItselfIsNoFile() throws Exception {
        Files.createDirectory(directory.resolve("tftp"));
        assertRefused("", 403);
    }
}
