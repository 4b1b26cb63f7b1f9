package smartproxy.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process that writes and looks for what it had said was written. */
class StoreDurabilityIT {
    private static final int KILLS = 4;
    private static final List<String> TABLES = List.of("CREATE TABLE numbers (n INTEGER PRIMARY KEY)");

    @TempDir
    Path directory;

    @Test
    void whatWasAnsweredSurvivesKill9() throws Exception {
        var random = new Random();
        var promised = new ArrayList<Integer>();
        for (var kill = 0; kill < KILLS; kill++) {
            var child = start(promised.size());
            var before = promised.size();
            try (var lines = output(child)) {
                var wanted = 1 + random.nextInt(200);
                for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                    promised.add(Integer.valueOf(line));
                    if (promised.size() == before + wanted) {
                        kill(child);
                    }
                }
            }
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(child.exitValue()).as("ended by SIGKILL").isEqualTo(128 + 9);
            assertThat(promised).as("numbers it committed").hasSizeGreaterThan(before);

            // the last commit may have been made without being said
            assertThat(stored()).containsAll(promised).hasSizeBetween(promised.size(), promised.size() + kill + 1);
        }
    }

    @Test
    void aKilledProcessLeavesNoLibraryBehindForGood() throws Exception {
        for (var kill = 0; kill < 2; kill++) {
            var child = start(1000 * kill);
            try (var lines = output(child)) {
                assertThat(lines.readLine()).isEqualTo(Integer.toString(1000 * kill));
                kill(child);
            }
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }

        try (var copies = Files.newDirectoryStream(directory.resolve("native"), "*.so")) {
            assertThat(copies).hasSize(1);
        }
    }

    private Process start(int first) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        directory.toString(),
                        Integer.toString(first))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** By its handle: {@link Process#destroyForcibly()} would also close the pipe that still holds what the child said. */
    private static void kill(Process child) {
        assertThat(child.toHandle().destroyForcibly()).isTrue();
    }

    private static BufferedReader output(Process child) {
        return new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8));
    }

    private Set<Integer> stored() throws Exception {
        try (var store = SqliteStore.open(directory)) {
            return store.transaction(connection -> {
                var numbers = new HashSet<Integer>();
                try (var statement = connection.createStatement();
                        var rows = statement.executeQuery("SELECT n FROM numbers")) {
                    while (rows.next()) {
                        numbers.add(rows.getInt(1));
                    }
                }
                return numbers;
            });
        }
    }

    /** Commits one number after the other and says so. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            try (var store = new LazyStore(Path.of(arguments[0]))) {
                store.migrate("test", TABLES);
                for (var n = Integer.parseInt(arguments[1]); n < Integer.MAX_VALUE; n++) {
                    var number = n;
                    store.transaction(connection -> {
                        try (var insert = connection.prepareStatement("INSERT OR IGNORE INTO numbers (n) VALUES (?)")) {
                            insert.setInt(1, number);
                            return insert.executeUpdate();
                        }
                    });
                    System.out.println(number);
                    System.out.flush();
                }
            }
        }
    }
}
