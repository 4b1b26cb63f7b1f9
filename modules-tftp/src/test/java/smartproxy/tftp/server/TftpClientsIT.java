package smartproxy.tftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that people have, with their own ideas of the protocol. */
@Timeout(120)
class TftpClientsIT {
    private static final int WATCHDOG_SECONDS = 30;

    /** Each with the options it knows. */
    enum Client {
        CURL("curl", "-sS", "-m", "20", "-o", "got", "--tftp-blksize", "1428", "tftp://127.0.0.1:PORT/FILE"),
        CURL_WITHOUT_OPTIONS("curl", "-sS", "-m", "20", "-o", "got", "--tftp-no-options", "tftp://127.0.0.1:PORT/FILE"),
        HPA("tftp", "-4", "127.0.0.1", "PORT", "-m", "binary", "-c", "get", "FILE", "got"),
        ATFTP("atftp", "-g", "-r", "FILE", "-l", "got", "127.0.0.1", "PORT"),
        ATFTP_LARGE_BLOCKS("atftp", "--option", "blksize 16384", "-g", "-r", "FILE", "-l", "got", "127.0.0.1", "PORT"),
        ATFTP_ALL_OPTIONS(
                "atftp",
                "--option",
                "blksize 1428",
                "--option",
                "windowsize 16",
                "--option",
                "timeout 2",
                "--option",
                "tsize 0",
                "-g",
                "-r",
                "FILE",
                "-l",
                "got",
                "127.0.0.1",
                "PORT"),
        BUSYBOX("busybox", "tftp", "-b", "1428", "-g", "-r", "FILE", "-l", "got", "127.0.0.1", "PORT");

        /** Separated by |. */
        private final String words;

        Client(String... words) {
            this.words = String.join("|", words);
        }

        List<String> words(int port, String file) {
            var all = words.replace("PORT", Integer.toString(port)).replace("FILE", file);
            return List.of(all.split("[|]", -1));
        }
    }

    @TempDir
    Path directory;

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        var installed = Commands.run(
                directory, 300, Commands.lab().resolve("install.sh").toString());
        assertThat(installed.status()).as(installed.output()).isZero();
        server = TestServer.start(Files.createDirectory(directory.resolve("root")));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Commands.Result get(Client client, String file) throws Exception {
        return Commands.run(
                directory,
                WATCHDOG_SECONDS,
                client.words(server.address.getPort(), file).toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void readsFiles(Client client) throws Exception {
        for (var size : List.of(14, 1428 * 30, 400_001)) {
            var content = server.file("pxelinux.cfg/file" + size, size);
            var told = get(client, "pxelinux.cfg/file" + size);
            assertThat(directory.resolve("got")).as(told.output()).hasBinaryContent(content);
            Files.delete(directory.resolve("got"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void hearsThatThereIsNoFile(Client client) throws Exception {
        var told = get(client, "absent");
        // tftp-hpa and atftp do not tell by their status
        assertThat(told.status() != 0 || told.output().contains("not found"))
                .as(told.output())
                .isTrue();
        assertThat(directory.resolve("got").toFile().length()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void readsFromTheOnePort(Client client) throws Exception {
        server.reload(true, TestServer.WIDE);
        var content = server.file("linux", 100_000);
        var told = get(client, "linux");
        assertThat(directory.resolve("got")).as(told.output()).hasBinaryContent(content);
    }
}
