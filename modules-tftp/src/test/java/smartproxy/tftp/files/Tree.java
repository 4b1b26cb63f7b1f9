package smartproxy.tftp.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A root with files, among others that are not below it and say so. */
final class Tree {
    static final String CANARY = "outside";

    final Path top;
    final Path root;

    Tree(Path top) throws IOException {
        this.top = top.toRealPath();
        this.root = this.top.resolve("tftp");
        file("tftp/boot/vmlinuz", "kernel");
        file("tftp/grub.cfg", "config");
        file("tftp/..a/b..c/d", "dots");
        file("tftp-evil/x", CANARY);
        file("tftp-evil/boot/vmlinuz", CANARY);
        file("outside/passwd", CANARY);
        file("x", CANARY);
    }

    /** Writes a file below the top. */
    Path file(String path, String content) throws IOException {
        var file = top.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    /** Makes a link below the top. */
    Path link(String path, String target) throws IOException {
        return Files.createSymbolicLink(top.resolve(path), Path.of(target));
    }

    static String read(OpenFile file) throws IOException {
        try (file) {
            var content = new byte[(int) file.size()];
            var buffer = java.nio.ByteBuffer.wrap(content);
            while (buffer.hasRemaining() && file.channel().read(buffer) >= 0) {
                // go on
            }
            return new String(content, StandardCharsets.UTF_8);
        }
    }
}
