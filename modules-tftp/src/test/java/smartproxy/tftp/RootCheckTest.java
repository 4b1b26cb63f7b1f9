package smartproxy.tftp;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.api.Finding;

class RootCheckTest {
    private static final String ADVICE = "make it a directory of the daemon's user";

    @TempDir
    Path directory;

    @Test
    void theRootIsADirectoryThatCanBeWritten() throws Exception {
        assertThat(new RootCheck(directory).finding()).isEqualTo(Finding.ok("tftproot", directory + " can be written"));
        var missing = directory.resolve("missing");
        var file = Files.createFile(directory.resolve("file"));
        for (var none : new Path[] {missing, file}) {
            assertThat(new RootCheck(none).finding())
                    .isEqualTo(Finding.error("tftproot", none + " is not a directory", ADVICE));
        }
    }

    /** Written by nobody, whoever runs this. */
    @Test
    void aRootThatMayNotBeWrittenIsAnError() {
        var kernel = Path.of("/proc/sys");
        assertThat(new RootCheck(kernel).finding())
                .isEqualTo(Finding.error(
                        "tftproot", kernel + " may not be written by " + System.getProperty("user.name"), ADVICE));
    }
}
