package smartproxy.core.health;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Counting costs no library; the JVM itself tells what it loaded. */
class LazyLoadingIT {
    @Test
    void nothingOfMicrometerIsLoadedBeforeTheFirstScrape() throws Exception {
        assertThat(loadedBy("count"))
                .contains(Metrics.class.getName())
                .doesNotContain("io.micrometer", "io.prometheus");
        assertThat(loadedBy("scrape")).contains("io.micrometer", "io.prometheus");
    }

    private static String loadedBy(String what) throws Exception {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load:stdout",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Counter.class.getName(),
                        what)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
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
}
