package smartproxy.dhcp.unused;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.dhcp.Ipv4;

/** On loopback: whether port 7 is refused or open, the host is there. */
final class NetworkProbeIT {
    private final NetworkProbe probe = new NetworkProbe();

    @Test
    void aHostThatRefusesIsThere() throws Exception {
        assertThat(probe.answers(Ipv4.of("127.0.0.1"), Duration.ofSeconds(10))).isTrue();
        assertThat(probe.answers(Ipv4.of("127.77.88.99"), Duration.ofSeconds(10)))
                .isTrue();
    }

    @Test
    void whatCannotBeReachedIsNot() throws Exception {
        assertThat(probe.answers(Ipv4.of("255.255.255.255"), Duration.ofMillis(200)))
                .isFalse();
    }

    @Test
    void withoutADescriptorLeftNothingIsFoundOut(@TempDir Path directory) throws Exception {
        var told = directory.resolve("told");
        var child = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -n 200 && exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FewDescriptors.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        try {
            assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            child.destroyForcibly();
        }
        assertThat(Files.readAllLines(told))
                .hasSize(8)
                .startsWith("unknown")
                .endsWith("true")
                .doesNotContain("false");
    }

    /** Probes a host that is there with no descriptor left, then with one more each time. */
    static final class FewDescriptors {
        private FewDescriptors() {}

        public static void main(String[] arguments) throws IOException {
            // these load all that it takes
            var probed = new StringBuilder(answer());
            assertThat(Security.getProviders()).isNotEmpty();
            var taken = new ArrayList<Closeable>();
            try {
                while (true) {
                    taken.add(new FileInputStream("/dev/null"));
                }
            } catch (IOException e) {
                probed.setLength(0);
            }
            for (var free = 0; free < 8; free++) {
                probed.append(answer()).append('\n');
                taken.remove(taken.size() - 1).close();
            }
            System.out.print(probed);
        }

        private static String answer() {
            try {
                return String.valueOf(new NetworkProbe().answers(Ipv4.of("127.0.0.1"), Duration.ofSeconds(10)));
            } catch (IOException e) {
                return "unknown";
            }
        }
    }
}
