package smartproxy.packaging;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a command did.
 *
 * @param output standard output and error
 */
record Command(int status, String output) {
    /**
     * Runs it to its end, ten minutes at most.
     *
     * @param environment all of it, but for PATH
     */
    static Command run(Path directory, Map<String, String> environment, List<String> words)
            throws IOException, InterruptedException {
        return run(directory, environment, words, 600);
    }

    /** The same with another watchdog. */
    static Command run(Path directory, Map<String, String> environment, List<String> words, int seconds)
            throws IOException, InterruptedException {
        var output = Files.createTempFile("command", ".out");
        try {
            var builder = new ProcessBuilder(words)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().keySet().retainAll(List.of("PATH"));
            builder.environment().putAll(environment);
            var process = builder.start();
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("did not end: " + words);
            }
            return new Command(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
        } finally {
            Files.delete(output);
        }
    }
}
