package smartproxy.tftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two hundred clients at once, over a network that loses two of a hundred packets each way. */
class CrowdIT {
    private static final int CLIENTS = 200;
    private static final int NO_NAMESPACES = 3;
    private static final long MEBI = 1 << 20;

    @TempDir
    Path directory;

    @Test
    @Timeout(300)
    void aFileOf200KilobytesEach() throws Exception {
        everybodyReads(200_000);
    }

    @Test
    @Tag("long")
    @Timeout(900)
    void aFileOf5MegabytesEach() throws Exception {
        everybodyReads(5_000_000);
    }

    private void everybodyReads(int size) throws Exception {
        var lossy = Commands.lab().resolve("lossy.sh").toString();
        var made = Commands.run(directory, 300, lossy, "start", directory.toString(), "2");
        if (made.status() == NO_NAMESPACES && !"true".equals(System.getenv("CI"))) {
            Assumptions.abort(made.output());
        }
        assertThat(made.status()).as(made.output()).isZero();
        var root = Files.createDirectory(directory.resolve("root"));
        try (var server = TestServer.start(root, InetAddress.getByName(value(made, "server")))) {
            var sum = sum(server.file("linux", size));
            var heap = heap();
            var direct = direct();
            var most = 0L;
            var crowd = CompletableFuture.supplyAsync(() -> crowd(server, made, sum));
            while (!isDone(crowd)) {
                most = Math.max(most, heap() - heap);
                assertThat(direct()).isLessThan(direct + MEBI);
            }
            var told = crowd.get();
            assertThat(told.status()).as(told.output()).isZero();
            assertThat(told.output()).contains("complete=" + CLIENTS + " wrong=0");
            assertThat(most).as("heap for all of them").isLessThan(8 * MEBI);
            assertThat(server.context.metric("smart_proxy_tftp_retransmissions_total"))
                    .isPositive();
        } finally {
            Commands.run(directory, 60, lossy, "stop", directory.toString());
        }
    }

    private static String sum(byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    }

    /** Waits for it, half a second at most. */
    private static boolean isDone(CompletableFuture<?> future) throws Exception {
        try {
            future.get(500, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private Commands.Result crowd(TestServer server, Commands.Result made, String sum) {
        try {
            return Commands.run(
                    directory,
                    800,
                    "ip",
                    "netns",
                    "exec",
                    value(made, "namespace"),
                    "python3",
                    Commands.lab().resolve("crowd.py").toString(),
                    value(made, "server"),
                    Integer.toString(server.address.getPort()),
                    "linux",
                    sum,
                    value(made, "clients"),
                    Integer.toString(CLIENTS));
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String value(Commands.Result made, String name) {
        return made.output()
                .lines()
                .filter(line -> line.startsWith(name + "="))
                .map(line -> line.substring(name.length() + 1))
                .findFirst()
                .orElseThrow(() -> new AssertionError(made.output()));
    }

    /** What is really in use. */
    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }
}
