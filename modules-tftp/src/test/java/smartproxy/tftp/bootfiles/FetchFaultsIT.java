package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.client.JettyDownloads;
import smartproxy.core.log.Capture;
import smartproxy.core.tls.TestPki;
import smartproxy.core.tls.TestPki.Purpose;

/** Connections that are reset, certificates that are wrong, disks that are full: the old file stays, and nothing is left. */
@Timeout(60)
class FetchFaultsIT extends Fetching {
    private static final TestPki PKI = TestPki.create("Mirrors", TestPki.KeyType.EC_P256);

    @TempDir
    Path files;

    @Test
    void aConnectionThatIsResetLeavesTheOldFile() throws Exception {
        old();
        server.on("/vmlinuz", (request, out) -> {
            FakeServer.head(out, "200 OK", "Content-Length: 300000");
            out.write(CONTENT, 0, 100_000);
            out.flush();
            throw new FakeServer.Reset();
        });
        assertThat(failure(fetcher(), file(server.url("/vmlinuz"))))
                .hasMessageContaining(server.url("/"))
                .returns(true, FetchFailed::mayPass);
        assertNothingHasChanged();
    }

    /** What follows the announced length is not of the file; a digest tells that there was more. */
    @Test
    void aLengthThatIsTooShortIsSeenByTheDigest() throws Exception {
        old();
        server.on("/vmlinuz", (request, out) -> {
            FakeServer.head(out, "200 OK", "Content-Length: 100000");
            out.write(CONTENT);
        });
        var wanted = Checksum.parse("sha256:" + "0".repeat(64));
        var told = failure(fetcher(), new BootFile(URI.create(server.url("/vmlinuz")), FILE, wanted));
        assertThat(told).hasMessageContaining("has not the digest");
        assertThat(received).isEqualTo(100_000);
        assertNothingHasChanged();
    }

    @Test
    void anotherHostCannotSendUsToThisOne() throws Exception {
        old();
        server.file("/secret", CONTENT, "\"1\"");
        try (var elsewhere = FakeServer.start(outside())) {
            elsewhere.file("/vmlinuz", content(1000), "\"1\"");
            for (var target : List.of("127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]")) {
                elsewhere.redirect("/out", "http://" + target + ":" + server.port() + "/secret");
                assertThat(failure(fetcher(), file(elsewhere.url("/out"))))
                        .as(target)
                        .hasMessageContaining("is this host, and another one has sent us there")
                        .returns(false, FetchFailed::mayPass);
            }
            assertNothingHasChanged();
            assertThat(server.requests()).isEmpty();

            server.redirect("/in", elsewhere.url("/vmlinuz"));
            fetch(fetcher(), file(server.url("/in")), Optional.empty());
            assertThat(root.resolve(FILE)).hasBinaryContent(content(1000));
        }
    }

    /** An address of this machine that is none of loopback: for the rules it is another host's. */
    private static InetAddress outside() throws SocketException {
        var found = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(Inet4Address.class::isInstance)
                .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
                .findFirst();
        if (found.isEmpty() && !"true".equals(System.getenv("CI"))) {
            Assumptions.abort("this machine has no address but loopback");
        }
        return found.orElseThrow();
    }

    @Test
    void aFullDiskKeepsTheOldFileAndLeavesNothing() throws Exception {
        Assumptions.assumeTrue("root".equals(System.getProperty("user.name")), "root alone can mount a small disk");
        server.resumable("/vmlinuz", CONTENT, "\"1\"", CONTENT.length, new AtomicLong());
        run("mount", "-t", "tmpfs", "-o", "size=256k", "smart-proxy-test", root.toString());
        try {
            old();
            assertThat(failure(fetcher(), file(server.url("/vmlinuz"))))
                    .hasMessageContaining("writing below " + root + " failed: ")
                    .hasMessageContaining("look at its disk")
                    .returns(false, FetchFailed::mayPass);
            assertNothingHasChanged();
            server.file("/small", content(1000), "\"1\"");
            fetch(fetcher(), file(server.url("/small")), Optional.empty());
            assertThat(root.resolve(FILE)).hasBinaryContent(content(1000));
        } finally {
            run("umount", root.toString());
        }
    }

    /** An administrator tidies up, or another daemon of the same root does: what was lost is fetched by the next try. */
    @ParameterizedTest
    @ValueSource(strings = {"nothing else", "boot"})
    void whatIsTakenAwayOnItsWayIsFetchedAnew(String lost) throws Exception {
        onTheWay(part -> {
            Files.delete(part);
            Files.deleteIfExists(root.resolve(lost));
        });
        assertThat(failure(fetcher(), file(server.url("/vmlinuz"))))
                .hasMessage(root.resolve(FILE) + ": what had come of it was removed by somebody else")
                .returns(true, FetchFailed::mayPass);
        assertNothingIsLeft();
        server.file("/vmlinuz", CONTENT, "\"1\"");
        fetch(fetcher(), file(server.url("/vmlinuz")), Optional.empty());
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatComesToATreeThatWasMovedAwayIsFetchedToTheNewOne(boolean wholeTree) throws Exception {
        var link = Files.createSymbolicLink(files.resolve("link"), root);
        var other = Files.createDirectory(files.resolve("other"));
        onTheWay(part -> {
            if (wholeTree) {
                Files.delete(link);
                Files.createSymbolicLink(link, other);
            } else {
                Files.move(root.resolve("boot"), root.resolve("aside"));
            }
        });
        var terms = terms(Optional.empty());
        var source = new HttpSource(new JettyDownloads("test", terms), ANY);
        var fetcher = fetcher(link, source, terms, 1 << 20, false, Pace.DEFAULT);
        assertThat(failure(fetcher, file(server.url("/vmlinuz"))))
                .hasMessage(link.resolve(FILE) + ": somebody else has moved its directory or changed it while it came")
                .returns(true, FetchFailed::mayPass);
        assertThat(link.resolve(FILE)).doesNotExist();
        server.file("/vmlinuz", CONTENT, "\"1\"");
        fetch(fetcher, file(server.url("/vmlinuz")), Optional.empty());
        assertThat(link.resolve(FILE)).hasBinaryContent(CONTENT);
        assertNothingIsLeft();
    }

    /** What is done with a part once a third of the file has come. */
    private interface Meddling {
        void with(Path part) throws IOException;
    }

    private void onTheWay(Meddling meddling) {
        server.on("/vmlinuz", (request, out) -> {
            FakeServer.head(out, "200 OK", "Content-Length: " + CONTENT.length);
            out.write(CONTENT, 0, 100_000);
            out.flush();
            var part = await().until(
                            this::onlyFile,
                            file -> file != null && file.toFile().length() == 100_000);
            meddling.with(part);
            out.write(CONTENT, 100_000, CONTENT.length - 100_000);
        });
    }

    private @Nullable Path onlyFile() throws IOException {
        try (var all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).findFirst().orElse(null);
        }
    }

    private static void run(String... command) throws Exception {
        var process = new ProcessBuilder(command).inheritIO().start();
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @Test
    void certificatesAreVerified() throws Exception {
        var trusted = TestPki.write(files.resolve("ca.pem"), PKI.ca().pem());
        old();
        var good = PKI.issue("mirror").ip("127.0.0.1").purposes(Purpose.SERVER);
        var named = PKI.issue("127.0.0.1").dns("mirror.example.com").purposes(Purpose.SERVER);
        var expired =
                PKI.issue("mirror").ip("127.0.0.1").purposes(Purpose.SERVER).expired();
        var unknown = TestPki.create("Unknown", TestPki.KeyType.EC_P256)
                .issue("mirror")
                .ip("127.0.0.1")
                .purposes(Purpose.SERVER);
        for (var bad : List.of(named, expired, unknown)) {
            var certificate = bad.sign();
            try (var secure = FakeServer.start(certificate.sslContext(PKI.ca()))) {
                secure.file("/vmlinuz", CONTENT, "\"1\"");
                assertThat(failure(trusting(trusted), file(secure.url("/vmlinuz"))))
                        .as(certificate.certificate().toString())
                        .hasMessageContaining(secure.url(""))
                        .hasMessageContaining("certificate")
                        .returns(false, FetchFailed::mayPass);
                assertThat(secure.requests()).isEmpty();
            }
        }
        assertNothingHasChanged();
        try (var secure = FakeServer.start(good.sign().sslContext(PKI.ca()))) {
            secure.file("/vmlinuz", CONTENT, "\"1\"");
            fetch(trusting(trusted), file(secure.url("/vmlinuz")), Optional.empty());
            assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
        }
    }

    @Test
    void aRedirectThatGivesUpTlsIsTold() throws Exception {
        var trusted = TestPki.write(files.resolve("ca.pem"), PKI.ca().pem());
        var mirror = PKI.issue("mirror").ip("127.0.0.1").purposes(Purpose.SERVER);
        server.file("/vmlinuz", CONTENT, "\"1\"");
        try (var secure = FakeServer.start(mirror.sign().sslContext(PKI.ca()));
                var log = new Capture(HttpSource.class, Level.WARN)) {
            secure.redirect("/out", server.url("/vmlinuz")).redirect("/in", secure.url("/vmlinuz"));
            secure.file("/vmlinuz", CONTENT, "\"1\"");
            fetch(trusting(trusted), file(secure.url("/in")), Optional.empty());
            assertThat(log.lines()).isEmpty();
            fetch(trusting(trusted), file(secure.url("/out")), Optional.empty());
            assertThat(log.lines())
                    .containsExactly("WARN TFTP: " + secure.url("/out")
                            + " is redirected to http, which anybody on the way can change: "
                            + server.url("/vmlinuz"));
        }
    }

    private Fetcher trusting(Path authorities) {
        var terms = terms(Optional.of(authorities));
        var source = new HttpSource(new JettyDownloads("test", terms), ANY);
        return fetcher(root, source, terms, 1 << 20, false, Pace.DEFAULT);
    }
}
