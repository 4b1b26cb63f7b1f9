package smartproxy.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.Jobs.Next;
import smartproxy.core.store.LazyStore;

/** Counting costs no library; the JVM itself tells what it loaded. */
class LazyLoadingIT {
    @Test
    void nothingOfMicrometerIsLoadedBeforeTheFirstScrape() throws Exception {
        assertThat(loadedBy("count"))
                .contains(Metrics.class.getName())
                .doesNotContain("io.micrometer", "io.prometheus");
        assertThat(loadedBy("scrape")).contains("io.micrometer", "io.prometheus");
    }

    @Test
    void noDatabaseIsLoadedBeforeTheStoreIsUsed() throws Exception {
        assertThat(loadedBy(Storing.class, "open"))
                .contains(LazyStore.class.getName())
                .doesNotContain("org.sqlite", "com.zaxxer.hikari", "org.postgresql", "com.github.kagkarlsson");
        assertThat(loadedBy(Storing.class, "sqlite"))
                .contains("org.sqlite")
                .doesNotContain("com.zaxxer.hikari", "org.postgresql", "com.github.kagkarlsson");
        assertThat(loadedBy(Storing.class, "jobs"))
                .contains("org.sqlite", "com.github.kagkarlsson")
                .doesNotContain("com.zaxxer.hikari", "org.postgresql");
    }

    private static String loadedBy(String what) throws Exception {
        return loadedBy(Counter.class, what);
    }

    private static String loadedBy(Class<?> main, String what) throws Exception {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:stdout",
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        what)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(child.exitValue()).isZero();
        return output;
    }

    /** Counts one of each, and scrapes when told to. */
    static final class Counter {
        private Counter() {}

        public static void main(String[] arguments) {
            try (var metrics = new Metrics()) {
                metrics.requestFinished("/dns", "GET", 200, 1);
                metrics.backendCall("dns_nsupdate", "update", "timeout", 1);
                metrics.backendRefused("dns_nsupdate", "no_permit");
                metrics.handshakeDone();
                metrics.handshakeFailed("expired");
                var scope = metrics.scope();
                scope.gauge("smart_proxy_connections", "Open connections", Map.of(), () -> 1);
                if (arguments[0].equals("scrape")) {
                    System.out.println(metrics.scrape());
                }
            }
        }
    }

    /** A store that is made, and used when told to. */
    static final class Storing {
        private Storing() {}

        public static void main(String[] arguments) throws Exception {
            var directory = Files.createTempDirectory("lazy-store");
            try (var store = new LazyStore(directory)) {
                System.out.println(store.state());
                System.out.println(store.exclusively("key", Deadline.in(Duration.ofSeconds(1)), () -> "no store"));
                var jobs = store.jobs();
                if (!arguments[0].equals("open")) {
                    store.migrate("test", List.of("CREATE TABLE test (n BIGINT)"));
                }
                if (arguments[0].equals("jobs")) {
                    jobs.open("test", job -> Next.done()).close();
                }
            }
        }
    }
}
