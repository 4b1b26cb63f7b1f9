package smartproxy.packaging;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The built daemon as a process of its own. */
final class DaemonProcess implements AutoCloseable {
    private static final Duration WATCHDOG = Duration.ofSeconds(90);

    private final Site site;
    private final Process process;
    private final Path out;
    private final Path err;

    private DaemonProcess(Site site, Process process, Path out, Path err) {
        this.site = site;
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** @param environment all of it, but for PATH */
    static DaemonProcess launch(Site site, Map<String, String> environment, List<String> words) {
        try {
            var out = Files.createTempFile(site.directory(), "stdout", "");
            var err = Files.createTempFile(site.directory(), "stderr", "");
            var builder = new ProcessBuilder(words)
                    .directory(site.directory().toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().keySet().retainAll(List.of("PATH"));
            builder.environment().putAll(environment);
            return new DaemonProcess(site, builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it takes requests; fails when it ends before. */
    void awaitAnswer() {
        var client = site.foreman();
        await().atMost(WATCHDOG).pollInterval(Duration.ofMillis(100)).until(() -> {
            if (!process.isAlive()) {
                throw new AssertionError("it ended with " + process.exitValue() + ": " + output() + site.log());
            }
            return client.answers();
        });
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Processes it has started and that live, and theirs. */
    List<String> descendants() {
        return process.descendants().map(child -> child.info().toString()).toList();
    }

    /** The files that are mapped into it: the JVM's, native libraries, archives. */
    String mappings() {
        return read(Path.of("/proc/" + pid() + "/maps"));
    }

    /** @param name without SIG */
    void signal(String name) {
        try {
            var told = Command.run(site.directory(), Map.of(), List.of("kill", "-" + name, Long.toString(pid())));
            if (told.status() != 0) {
                throw new IllegalStateException(told.output());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Waits for its end. */
    int exitStatus() throws InterruptedException {
        if (!process.waitFor(WATCHDOG.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it does not end: " + output() + site.log());
        }
        return process.exitValue();
    }

    /** Standard output until now. */
    String output() {
        return read(out);
    }

    /** Standard error until now. */
    String errors() {
        return read(err);
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends it as a power cut would. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        exitStatus();
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
