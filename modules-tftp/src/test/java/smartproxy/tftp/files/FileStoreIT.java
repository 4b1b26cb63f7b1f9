package smartproxy.tftp.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.tftp.files.FileRefused.Reason;

/** What lies in a root besides files, and disks that are full. */
class FileStoreIT {
    @TempDir
    Path top;

    @Test
    @Timeout(20)
    void pipesAndSocketsAreNotWaitedFor() throws Exception {
        var tree = new Tree(top);
        var store = new FileStore(tree.root);
        run("mkfifo", tree.root.resolve("pipe").toString());
        tree.link("tftp/link", "pipe");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(tree.root.resolve("socket")));
            for (var path : new String[] {"pipe", "socket", "link"}) {
                assertThatThrownBy(() -> store.open(path))
                        .as(path)
                        .isInstanceOfSatisfying(
                                FileRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_REGULAR));
                assertThatThrownBy(() -> store.write(Map.of(path, new byte[] {1})))
                        .as(path)
                        .isInstanceOfSatisfying(
                                FileRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_REGULAR));
            }
        }
        assertThatThrownBy(() -> store.open("pipe/below"))
                .isInstanceOfSatisfying(
                        FileRefused.class, e -> assertThat(e.reason()).isEqualTo(Reason.NOT_FOUND));
        assertThat(store.opened()).isZero();
    }

    @Test
    void aFullDiskKeepsTheOldFilesAndLeavesNothing() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "a small disk can be mounted by root only");
        var root = Files.createDirectory(top.resolve("small"));
        run("mount", "-t", "tmpfs", "-o", "size=256k", "smart-proxy-test", root.toString());
        try {
            var store = new FileStore(root);
            store.write(Map.of("grub.cfg", new byte[] {1, 2, 3}));
            var contents = new LinkedHashMap<String, byte[]>();
            contents.put("grub.cfg", new byte[] {4});
            contents.put("large", new byte[1 << 20]);

            assertThatThrownBy(() -> store.write(contents)).isInstanceOf(IOException.class);

            assertThat(Files.readAllBytes(root.resolve("grub.cfg"))).containsExactly(1, 2, 3);
            try (var all = Files.list(root)) {
                assertThat(all).containsExactly(root.resolve("grub.cfg"));
            }
            store.write(Map.of("grub.cfg", new byte[] {5}));
            assertThat(Files.readAllBytes(root.resolve("grub.cfg"))).containsExactly(5);
        } finally {
            run("umount", root.toString());
        }
    }

    /** Its own main program, run with an umask that leaves nothing to others. */
    static final class Writing {
        private Writing() {}

        public static void main(String[] arguments) throws Exception {
            new FileStore(Path.of(arguments[0])).write(Map.of("new/deep/grub.cfg", new byte[] {1}));
        }
    }

    @Test
    @Timeout(60)
    void theTftpServerOfAnotherUserCanReadWhateverTheUmask() throws Exception {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        run(
                "sh",
                "-c",
                "umask 077; exec \"$0\" -cp \"$1\" '" + Writing.class.getName() + "' \"$2\"",
                java,
                System.getProperty("java.class.path"),
                top.toString());
        for (var directory : new String[] {"new", "new/deep"}) {
            assertThat(mode(directory)).as(directory).isEqualTo("rwxr-xr-x");
        }
        assertThat(mode("new/deep/grub.cfg")).isEqualTo("rw-r--r--");
    }

    private String mode(String path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(top.resolve(path)));
    }

    static void run(String... command) throws Exception {
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .isZero();
    }
}
