package smartproxy.dhcp.isc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DhcpdFilesTest {
    private static final Duration TICK = Duration.ofMillis(200);
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String HEADER = "# This lease file was written by isc-dhcp-4.4.3-P1\n\n";
    private static final String SUBNET = "subnet 192.0.2.0 netmask 255.255.255.0 { }\n";

    @TempDir
    Path directory;

    Path conf;
    Path leases;
    DhcpdFiles files;
    volatile Runnable whileReading = () -> {};

    @BeforeEach
    void prepare() throws IOException {
        conf = Files.writeString(directory.resolve("dhcpd.conf"), SUBNET);
        leases = Files.writeString(directory.resolve("dhcpd.leases"), HEADER + lease(1));
        files = files(false);
    }

    @AfterEach
    void close() {
        files.close();
    }

    private static String lease(int number) {
        return Leases.lease("192.0.2." + number, Provider.mac(number).toString(), "active") + "\n";
    }

    private DhcpdFiles start(boolean mounted) throws DhcpdConf.Unusable {
        files = files(mounted);
        files.start();
        return files;
    }

    private DhcpdFiles files(boolean mounted) {
        return files(mounted, DhcpdFiles.STEADY_TICKS);
    }

    private DhcpdFiles files(boolean mounted, int ticksToBeSteady) {
        return new DhcpdFiles("dhcp_isc", conf, leases, mounted, this::now, TICK, ticksToBeSteady);
    }

    /** Asked for while a lease is read. */
    private long now() {
        whileReading.run();
        return Leases.NOW;
    }

    private void append(String text) throws IOException {
        Files.writeString(leases, text, StandardOpenOption.APPEND);
    }

    /** As dhcpd does it: a whole new file takes the old one's place, which stays with a tilde. */
    private void replace(String text) throws IOException {
        var next = Files.writeString(directory.resolve("dhcpd.leases.1"), text);
        Files.deleteIfExists(directory.resolve("dhcpd.leases~"));
        Files.createLink(directory.resolve("dhcpd.leases~"), leases);
        Files.move(next, leases, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private void shows(long count) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(files.view().leases()).isEqualTo(count));
    }

    private void stale(String why) {
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(files.health().ok()).isFalse();
            assertThat(files.health().detail()).contains("stale", why);
        });
    }

    private void fresh() {
        await().atMost(SOON).untilAsserted(() -> assertThat(files.health().ok()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsAppendedIsSeenAlsoInPieces(boolean mounted) throws Exception {
        start(mounted);
        shows(1);
        append(lease(2));
        shows(2);
        var third = lease(3);
        for (var i = 0; i < third.length(); i++) {
            append(third.substring(i, i + 1));
            if (i % 10 == 0 && i < third.length() - 2) {
                assertThat(files.view().leases()).isEqualTo(2);
            }
        }
        shows(3);
        assertThat(files.health().detail()).isEqualTo("0 hosts, 3 leases");
    }

    @Test
    void aFileThatTookItsPlaceIsReadWithTheConfiguration() throws Exception {
        start(false);
        Files.writeString(conf, SUBNET + "host h { hardware ethernet 02:00:00:00:00:01; fixed-address 192.0.2.9; }");
        append(lease(2));
        shows(2);
        assertThat(files.view().hosts()).isZero();
        replace(HEADER + lease(7));
        shows(1);
        assertThat(files.view().hosts()).isEqualTo(1);
        append(lease(8));
        shows(2);
        replace(HEADER + lease(7) + lease(8) + lease(9));
        shows(3);
        fresh();
    }

    @Test
    void aFirstFileThatIsNotDhcpdsIsReadAndHealthSaysSo() throws Exception {
        Files.writeString(leases, lease(1) + lease(2));
        start(false);
        assertThat(files.view().leases()).isEqualTo(2);
        assertThat(files.health().ok()).isFalse();
        assertThat(files.health().detail())
                .isEqualTo(
                        "the leases file " + leases + " does not begin as dhcpd's files do; look whether it is the one"
                                + " that dhcpd writes (0 hosts, 2 leases)");
        append(lease(3));
        shows(3);
        assertThat(files.health().ok()).isFalse();
        replace(HEADER + lease(1));
        shows(1);
        fresh();
    }

    @Test
    void anEmptyFirstFileIsSaidUntilDhcpdWrites() throws Exception {
        Files.writeString(leases, "");
        start(false);
        assertThat(files.health().ok()).isFalse();
        assertThat(files.health().detail()).contains(leases + " is empty; look whether dhcpd runs");
        append(HEADER + lease(1));
        shows(1);
        fresh();
    }

    @Test
    void whileTheFileIsMissingTheLastViewServes() throws Exception {
        start(false);
        Files.move(leases, directory.resolve("dhcpd.leases~"));
        stale("is missing");
        assertThat(files.view().leases()).isEqualTo(1);
        Files.writeString(leases, HEADER + lease(1) + lease(2));
        shows(2);
        fresh();
    }

    @Test
    void atEachStepOfDhcpdsRewriteTheLastViewServesAndHealthIsRight() throws Exception {
        start(false);
        var next = directory.resolve("dhcpd.leases.1767268800");
        var backup = directory.resolve("dhcpd.leases~");
        // the new file is written beside
        Files.writeString(next, HEADER + lease(1));
        stays(1);
        Files.writeString(next, lease(2) + lease(3), StandardOpenOption.APPEND);
        stays(1);
        // the old one gets its second name
        Files.createLink(backup, leases);
        stays(1);
        // the new one takes its place
        Files.move(next, leases, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        shows(3);
        assertThat(files.health().ok()).isTrue();
        // what is written to the one before is nothing to us
        Files.writeString(backup, lease(9), StandardOpenOption.APPEND);
        stays(3);
        // and the same where the file system has no links: for a moment there is none
        Files.writeString(next, HEADER + lease(4));
        Files.move(leases, backup, StandardCopyOption.REPLACE_EXISTING);
        stale("is missing");
        assertThat(files.view().leases()).isEqualTo(3);
        Files.move(next, leases);
        shows(1);
        fresh();
    }

    /** A view that is made now is the same, and healthy. */
    private void stays(long count) {
        assertThat(files.view().leases()).isEqualTo(count);
        assertThat(files.health().ok()).as(files.health().detail()).isTrue();
    }

    @Test
    void anEmptyFileOrOneWithoutItsHeaderIsNotTaken() throws Exception {
        start(false);
        replace("");
        stale("is empty");
        assertThat(files.view().leases()).isEqualTo(1);
        replace(lease(1) + lease(2));
        stale("does not begin as dhcpd's files do");
        assertThat(files.view().leases()).isEqualTo(1);
        replace(HEADER + lease(1) + lease(2));
        shows(2);
        fresh();
    }

    @Test
    void oneThatBecomesShorterIsNotTakenUntilAnotherTakesItsPlace() throws Exception {
        append(lease(2) + lease(3));
        files.close();
        files = files(false, Integer.MAX_VALUE);
        files.start();
        Files.writeString(leases, HEADER);
        stale("became shorter");
        assertThat(files.view().leases()).isEqualTo(3);
        replace(HEADER + lease(4));
        shows(1);
        fresh();
    }

    @Test
    void oneThatWasCopiedOverIsReadAnewWhenItIsSteady() throws Exception {
        append(lease(2) + lease(3));
        start(false);
        Files.writeString(leases, HEADER + lease(4));
        shows(1);
        fresh();
        // longer than before, but not by appending
        Files.writeString(leases, HEADER + lease(5) + lease(6));
        shows(2);
    }

    @Test
    void oneThatChangesInPlaceWhileItIsReadIsNotTakenUntilItIsReadWhole() throws Exception {
        start(false);
        var content = HEADER + lease(7) + lease(8) + "# a\n".repeat(Arena.LARGEST);
        var times = new AtomicInteger();
        // two leases ask, and the text is another one after each time it is read
        whileReading = () -> overwrite(content.replace("a\n", times.incrementAndGet() % 3 + "\n"));
        replace(content);
        stale("it changed while it was read");
        assertThat(files.view().leases()).isEqualTo(1);
        whileReading = () -> {};
        shows(2);
        fresh();
    }

    @Test
    void noRequestWaitsForALargeFileToBeRead() throws Exception {
        start(false);
        var goOn = new CountDownLatch(1);
        whileReading = () -> await().atMost(SOON).until(() -> goOn.getCount() == 0);
        replace(HEADER + lease(7) + lease(8) + "# a\n".repeat(DhcpdFiles.READ_WITHIN_PATIENCE / 4));
        var begin = System.nanoTime();
        for (var i = 0; i < 200; i++) {
            assertThat(files.view().leases()).isEqualTo(1);
        }
        // 200 times 20 ms, if each of them waited for the thread that reads
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        goOn.countDown();
        shows(2);
        fresh();
    }

    private void overwrite(String text) {
        try {
            Files.writeString(leases, text, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aConfigurationThatCannotBeReadLeavesTheLastViewUntilItCan() throws Exception {
        start(false);
        Files.writeString(conf, "subnet 192.0.2.0 netmask {");
        replace(HEADER + lease(1) + lease(2));
        stale(conf + ":1");
        assertThat(files.view().leases()).isEqualTo(1);
        Files.writeString(conf, SUBNET);
        shows(2);
        fresh();
    }

    @Test
    void brokenRecordsAreCounted() throws Exception {
        append("lease 192.0.2.7 {\n  starts\n" + lease(2));
        start(false);
        assertThat(files.view().leases()).isEqualTo(2);
        assertThat(files.health().detail()).contains("1 records of " + leases + " could not be read");
    }

    @Test
    void atStartBothFilesAreNeeded() throws Exception {
        Files.writeString(conf, "\n\nsubnet {");
        assertThatThrownBy(() -> start(false)).hasMessageStartingWith(conf + ":3: ");
        Files.writeString(conf, SUBNET);
        Files.delete(leases);
        assertThatThrownBy(() -> start(false)).hasMessageContainingAll(leases.toString(), "no such leases file");
        Files.createDirectory(leases);
        assertThatThrownBy(() -> start(false)).hasMessageContainingAll(leases.toString(), "not a regular file");
    }

    @Test
    void anEmptyFileIsFineAtStart() throws Exception {
        Files.writeString(leases, "");
        start(false);
        assertThat(files.view().leases()).isZero();
        append(HEADER + lease(1));
        shows(1);
        fresh();
    }
}
