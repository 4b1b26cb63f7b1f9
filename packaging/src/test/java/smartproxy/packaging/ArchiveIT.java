package smartproxy.packaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The class-data archive on the real JVM: whether it is in use is seen in what the process has mapped. */
class ArchiveIT {
    private static final String USED = "Started with the class-data archive ";
    private static final Duration WATCHDOG = Duration.ofMinutes(10);

    @TempDir
    Path directory;

    @Test
    void isMadeUsedRemadeAndBroken() throws Exception {
        var site = Site.in(directory).tree(copyOfTree());
        Files.createSymbolicLink(cache(), Files.createDirectory(directory.resolve("elsewhere")));
        assertThat(make(site, Map.of()).output()).contains("Made " + cache(), "crypto: native");
        var first = archive();
        assertThat(starts(site, Map.of(), Optional.of(first))).contains(USED + first);

        // a jar that only looks new is another one to the JVM
        var jar = directory.resolve("tree/lib/smart-proxy-core-0.1.0.jar");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.now().minusSeconds(3600)));
        assertThat(starts(site, Map.of(), Optional.empty()))
                .contains("Started without a class-data archive", "in the background");
        await().atMost(WATCHDOG).until(() -> !archive().equals(first) && making() == 0);
        var second = archive();
        assertThat(starts(site, Map.of(), Optional.of(second))).contains(USED + second);

        breakIt(second);
        assertThat(starts(site, Map.of(), Optional.empty()))
                .contains("this JVM cannot use the class-data archive " + second);
    }

    @Test
    void isMadeAndUsedOnTheNewestJvmToo() throws Exception {
        var site = Site.in(directory);
        for (var java : newest()) {
            var environment = Map.of("SMART_PROXY_JAVA", java.toString());
            assertThat(make(site, environment).status()).isZero();
            assertThat(starts(site, environment, Optional.of(archive()))).contains(USED + archive());
        }
    }

    private Path cache() {
        return directory.resolve("cache");
    }

    private Path archive() throws IOException {
        var line = Files.readAllLines(cache().resolve("launch")).get(1);
        return cache().resolve(line.substring(0, line.indexOf(' ')));
    }

    private long making() throws IOException {
        try (var files = Files.list(cache())) {
            return files.filter(file -> String.valueOf(file.getFileName()).startsWith("making."))
                    .count();
        }
    }

    private Map<String, String> environment(Map<String, String> more) {
        var all = new HashMap<>(more);
        all.put("SMART_PROXY_CACHE", cache().toString());
        return all;
    }

    private Command make(Site site, Map<String, String> more) throws Exception {
        return site.command(environment(more), "archive");
    }

    /**
     * Starts the daemon, asks it and ends it.
     *
     * @param mapped the archive it must have mapped
     * @return what it wrote into the log
     */
    private String starts(Site site, Map<String, String> more, Optional<Path> mapped) throws Exception {
        Files.deleteIfExists(site.logFile());
        try (var daemon = site.start(environment(more))) {
            await().atMost(WATCHDOG).until(() -> site.log().contains("Started "));
            var maps = daemon.mappings();
            if (mapped.isPresent()) {
                assertThat(maps).contains(mapped.get().toRealPath().toString());
            } else {
                assertThat(maps).doesNotContain(cache().toRealPath().toString());
            }
            daemon.signal("TERM");
            assertThat(daemon.exitStatus()).isZero();
        }
        return site.log();
    }

    private static void breakIt(Path archive) throws IOException {
        var size = Files.size(archive);
        try (var file = Files.newByteChannel(archive, StandardOpenOption.WRITE)) {
            file.position(size / 2);
            file.write(ByteBuffer.wrap(new byte[1 << 20]));
        }
        assertThat(Files.size(archive)).isEqualTo(size);
    }

    private Path copyOfTree() throws Exception {
        var tree = directory.resolve("tree");
        var copied = Command.run(directory, Map.of(), List.of("cp", "-a", House.TREE + "/.", tree.toString()));
        assertThat(copied.output()).isEmpty();
        return tree;
    }

    /** Java 25 where it is installed, unless the tests run on it anyway. */
    private static List<Path> newest() throws IOException {
        var home = Path.of("/usr/lib/jvm");
        if (!Files.isDirectory(home) || Runtime.version().feature() >= 25) {
            return List.of();
        }
        try (Stream<Path> jvms = Files.list(home)) {
            return jvms.filter(jvm -> jvm.getFileName().toString().contains("25"))
                    .map(jvm -> jvm.resolve("bin/java"))
                    .filter(Files::isExecutable)
                    .limit(1)
                    .toList();
        }
    }
}
