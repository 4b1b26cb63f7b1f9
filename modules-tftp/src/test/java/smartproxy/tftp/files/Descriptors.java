package smartproxy.tftp.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What this process holds open. */
public final class Descriptors {
    private Descriptors() {}

    /** The files and directories at and below a directory that are open now, also such that were removed since. */
    public static List<String> below(Path directory) throws IOException {
        var real = directory.toRealPath().toString();
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            return all.flatMap(Descriptors::target)
                    .filter(target -> target.startsWith(real))
                    .toList();
        }
    }

    private static Stream<String> target(Path descriptor) {
        try {
            return Stream.of(Files.readSymbolicLink(descriptor).toString());
        } catch (IOException e) {
            return Stream.empty(); // closed meanwhile
        }
    }
}
