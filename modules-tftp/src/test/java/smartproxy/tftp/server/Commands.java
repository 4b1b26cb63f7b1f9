package smartproxy.tftp.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of the lab, run to their end. */
public final class Commands {
    /** @param output standard output and error */
    public record Result(int status, String output) {}

    private Commands() {}

    public static Path lab() {
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            if (Files.isExecutable(at.resolve("lab/tftp/install.sh"))) {
                return at.resolve("lab/tftp");
            }
        }
        throw new IllegalStateException("lab/tftp is not in this directory or one above it");
    }

    public static Result run(Path directory, int seconds, String... words) throws IOException, InterruptedException {
        var output = Files.createTempFile("lab-tftp", ".out");
        try {
            var process = new ProcessBuilder(List.of(words))
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(String.join(" ", words) + " does not end: " + Files.readString(output));
            }
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
