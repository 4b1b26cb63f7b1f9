package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.InetAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.client.JettyDownloads;

/** A file comes whole, or what was there stays and nothing is left. */
@Timeout(60)
class FetcherIT extends Fetching {
    private static final Instant MODIFIED = Instant.parse("2020-01-01T10:00:00Z");

    @Test
    void aFileComesWholeWithItsTime() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        var have = fetch(fetcher(), file(server.url("/vmlinuz")), Optional.empty());
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
        assertThat(Files.getLastModifiedTime(root.resolve(FILE)).toInstant()).isEqualTo(MODIFIED);
        assertThat(have.length()).isEqualTo(CONTENT.length);
        assertThat(received).isEqualTo(CONTENT.length);
        assertNothingIsLeft();
    }

    @Test
    void whatIsUnchangedIsNotFetchedAgain() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        var source = file(server.url("/vmlinuz"));
        var have = fetch(fetcher(), source, Optional.empty());
        assertThat(fetch(fetcher(), source, Optional.of(have))).isEqualTo(have);
        assertThat(received).isZero();
        assertThat(server.requests().get(1)).contains("If-None-Match: \"1\"");

        var newer = content(1000);
        server.file("/vmlinuz", newer, "\"2\"");
        fetch(fetcher(), source, Optional.of(have));
        assertThat(root.resolve(FILE)).hasBinaryContent(newer);
    }

    @Test
    void aServerWithoutTagsIsAskedByTheTime() throws Exception {
        var time = "Wed, 01 Jan 2020 10:00:00 GMT";
        server.on("/vmlinuz", (request, out) -> {
            var unchanged = request.contains("If-Modified-Since: " + time + "\r\n");
            var length = "Content-Length: " + (unchanged ? 0 : CONTENT.length);
            FakeServer.head(out, unchanged ? "304 Not Modified" : "200 OK", "Last-Modified: " + time, length);
            out.write(CONTENT, 0, unchanged ? 0 : CONTENT.length);
        });
        var source = file(server.url("/vmlinuz"));
        var have = fetch(fetcher(), source, Optional.empty());
        assertThat(fetch(fetcher(), source, Optional.of(have))).isEqualTo(have);
        assertThat(received).isZero();
        assertThat(server.requests()).hasSize(2);
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    /** It sends the file whatever it is asked: what it has is seen from the head. */
    @ParameterizedTest
    @ValueSource(strings = {"ETag: W/\"1\"", "Last-Modified: Wed, 01 Jan 2020 10:00:00 GMT"})
    void aServerThatKnowsNoConditionsIsNotReadAgain(String version) throws Exception {
        serveAlways(CONTENT, version);
        var source = file(server.url("/vmlinuz"));
        var have = fetch(fetcher(), source, Optional.empty());
        assertThat(fetch(fetcher(), source, Optional.of(have))).isEqualTo(have);
        assertThat(received).isZero();
        assertNothingIsLeft();

        var longer = content(CONTENT.length + 1);
        serveAlways(longer, version);
        fetch(fetcher(), source, Optional.of(have));
        assertThat(root.resolve(FILE)).hasBinaryContent(longer);
    }

    private void serveAlways(byte[] content, String version) {
        server.on("/vmlinuz", (request, out) -> {
            FakeServer.head(out, "200 OK", version, "Content-Length: " + content.length);
            out.write(content);
        });
    }

    @Test
    void anAnswerThatIsNoHttpLeavesTheOldFile() throws Exception {
        old();
        for (var length : List.of("many", "-1", "99999999999999999999")) {
            server.on("/length", (request, out) -> {
                FakeServer.head(out, "200 OK", "Content-Length: " + length);
                out.write(CONTENT);
            });
            assertThat(failure(fetcher(), file(server.url("/length"))))
                    .as(length)
                    .hasMessageContaining(server.url("/length") + ": it answers, but not as an HTTP server does")
                    .returns(true, FetchFailed::mayPass);
        }
        server.on("/chunk", (request, out) -> {
            FakeServer.head(out, "200 OK", "Transfer-Encoding: chunked");
            out.write("3\r\nabc\r\nmany\r\nabc".getBytes(StandardCharsets.ISO_8859_1));
        });
        assertThat(failure(fetcher(), file(server.url("/chunk"))))
                .hasMessageContaining(server.url("/chunk"))
                .returns(true, FetchFailed::mayPass);
        assertNothingHasChanged();
    }

    @Test
    void aFileThatWasTouchedOrCameFromElsewhereIsFetchedAgain() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"").file("/other", CONTENT, "\"1\"");
        var have = fetch(fetcher(), file(server.url("/vmlinuz")), Optional.empty());
        fetch(fetcher(), file(server.url("/other")), Optional.of(have));
        assertThat(received).isEqualTo(CONTENT.length);
        Files.writeString(root.resolve(FILE), "half a ker");
        fetch(fetcher(), file(server.url("/vmlinuz")), Optional.of(have));
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    /** Another daemon has fetched it: the time and the length say whether it did so to the end. */
    @Test
    void aFileOfAnotherDaemonStaysWhenItIsWhole() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        Files.createDirectories(root.resolve(FILE).getParent());
        Files.write(root.resolve(FILE), CONTENT);
        fetch(fetcher(), file(server.url("/vmlinuz")), Optional.empty());
        assertThat(received).isZero();
        Files.write(root.resolve(FILE), new byte[] {1, 2, 3});
        fetch(fetcher(), file(server.url("/vmlinuz")), Optional.empty());
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    @Test
    void anAnswerThatIsNoFileLeavesTheOldOne() throws Exception {
        old();
        server.on("/broken", (request, out) -> FakeServer.head(out, "500 Oh", "Content-Length: 0"));
        server.on("/part", (request, out) -> FakeServer.head(out, "206 Part", "Content-Length: 0"));
        assertThat(failure(fetcher(), file(server.url("/missing"))))
                .hasMessageEndingWith("/missing is answered 404")
                .returns(false, FetchFailed::mayPass);
        assertThat(failure(fetcher(), file(server.url("/broken"))))
                .hasMessageEndingWith("is answered 500")
                .returns(true, FetchFailed::mayPass);
        assertThat(failure(fetcher(), file(server.url("/part")))).hasMessageEndingWith("is answered 206");
        assertNothingHasChanged();
    }

    @Test
    void aServerThatIsNotThereIsTriedAgain() throws Exception {
        old();
        assertThat(failure(fetcher(), file("http://127.0.0.1:1/vmlinuz")))
                .hasMessageContaining("http://127.0.0.1:1/vmlinuz")
                .hasMessageContaining("refused")
                .returns(true, FetchFailed::mayPass);
        assertThat(failure(fetcher(), file("http://nobody.invalid/vmlinuz")))
                .hasMessage("nobody.invalid has no address");
        assertNothingHasChanged();
    }

    @Test
    void aFileThatBreaksOffLeavesTheOldOne() throws Exception {
        old();
        server.on("/short", (request, out) -> {
            FakeServer.head(out, "200 OK", "Content-Length: 300000");
            out.write(CONTENT, 0, 100_000);
        });
        server.on("/chunk", (request, out) -> {
            FakeServer.head(out, "200 OK", "Transfer-Encoding: chunked");
            out.write("400\r\nabc".getBytes(StandardCharsets.ISO_8859_1));
        });
        for (var path : List.of("/short", "/chunk")) {
            assertThat(failure(fetcher(), file(server.url(path))))
                    .as(path)
                    .hasMessageContaining("the connection was closed")
                    .returns(true, FetchFailed::mayPass);
        }
        assertNothingHasChanged();
    }

    @Test
    void aFileWithoutEndOrTooLargeIsRefused() throws Exception {
        old();
        server.on("/endless", (request, out) -> {
            FakeServer.head(out, "200 OK");
            while (true) {
                out.write(CONTENT);
            }
        });
        server.on("/large", (request, out) -> FakeServer.head(out, "200 OK", "Content-Length: 1048577"));
        for (var path : List.of("/endless", "/large")) {
            assertThat(failure(fetcher(), file(server.url(path))))
                    .as(path)
                    .hasMessageContaining("is larger than 1 MiB (:max_boot_file_size:)")
                    .returns(false, FetchFailed::mayPass);
        }
        assertNothingHasChanged();
    }

    @Test
    void aServerThatFallsSilentOrDripsIsGivenUp() throws Exception {
        old();
        var end = new CountDownLatch(1);
        server.on("/silent", (request, out) -> {
            FakeServer.head(out, "200 OK", "Content-Length: 300000");
            out.write(1);
            out.flush();
            end.await(30, TimeUnit.SECONDS);
        });
        server.on("/mute", (request, out) -> end.await(30, TimeUnit.SECONDS));
        server.on("/drip", (request, out) -> {
            FakeServer.head(out, "200 OK", "Content-Length: 300000");
            while (!end.await(100, TimeUnit.MILLISECONDS)) {
                out.write(1);
                out.flush();
            }
        });
        assertThat(failure(fetcher(), file(server.url("/silent"))))
                .hasMessageContaining("no answer in time")
                .returns(true, FetchFailed::mayPass);
        assertThat(failure(fetcher(), file(server.url("/mute")))).hasMessageContaining("no answer in time");
        var hasty = new Pace(Duration.ofSeconds(30), Duration.ofSeconds(1), 1000);
        var rules = new SourceRules(Hosts.NONE, Hosts.NONE);
        assertThat(failure(fetcher(rules, 1 << 20, false, hasty), file(server.url("/drip"))))
                .hasMessageContaining("slower than 1000 bytes a second")
                .returns(true, FetchFailed::mayPass);
        var brief = new Pace(Duration.ofSeconds(1), Duration.ofSeconds(30), 1);
        assertThat(failure(fetcher(rules, 1 << 20, false, brief), file(server.url("/drip"))))
                .hasMessageContaining("not whole within 1 s");
        end.countDown();
        assertNothingHasChanged();
    }

    @Test
    void redirectsAreFollowedAndCheckedEach() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"").redirect("/hop", "/vmlinuz").redirect("/jump", server.url("/hop"));
        fetch(fetcher(), file(server.url("/jump")), Optional.empty());
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);

        old();
        server.redirect("/file", "file:///etc/passwd")
                .redirect("/meta", "http://169.254.169.254/latest/meta-data")
                .redirect("/six", "http://[fe80::1]/x")
                .redirect("/mapped", "http://[::ffff:169.254.169.254]/x")
                .redirect("/round", "/round")
                .redirect("/gopher", "gopher://127.0.0.1/x");
        assertThat(failure(fetcher(), file(server.url("/file")))).hasMessageContaining("redirected to file:");
        assertThat(failure(fetcher(), file(server.url("/gopher")))).hasMessageContaining("redirected to gopher:");
        for (var path : List.of("/meta", "/six", "/mapped")) {
            assertThat(failure(fetcher(), file(server.url(path))))
                    .as(path)
                    .hasMessageContaining("is refused")
                    .hasMessageContaining("is link-local");
        }
        assertThat(failure(fetcher(), file(server.url("/round")))).hasMessageContaining("more than 5 times");
        server.on("/nowhere", (request, out) -> FakeServer.head(out, "302 Found", "Content-Length: 0"))
                .redirect("/odd", "http://a b/%zz");
        assertThat(failure(fetcher(), file(server.url("/nowhere"))))
                .hasMessage(server.url("/nowhere") + " is redirected to nowhere")
                .returns(false, FetchFailed::mayPass);
        assertThat(failure(fetcher(), file(server.url("/odd"))))
                .hasMessage(server.url("/odd") + " is redirected to what is no URL")
                .returns(false, FetchFailed::mayPass);
        assertNothingHasChanged();
    }

    @ParameterizedTest
    @CsvSource({
        "/a/vmlinuz, ?token=1, /a/vmlinuz?token=1",
        "//a/vmlinuz, ?token=1, //a/vmlinuz?token=1",
        "/a/vmlinuz, 'real one/{x}', /a/real%20one/%7Bx%7D",
        "/a/vmlinuz, /\u00e4\u00f6%20, /%E4%F6%20",
        "/a/vmlinuz, /b#fragment, /b",
    })
    void aRedirectLeadsWhereOtherClientsAreLed(String path, String location, String target) throws Exception {
        server.redirect(path, location).file(target, CONTENT, "\"1\"");
        fetch(fetcher(), file(server.url(path)), Optional.empty());
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    /** An address that is connected to stands for the server's: the test's own server plays one from elsewhere. */
    @Test
    void anotherServerCannotSendUsToThisHost() throws Exception {
        var elsewhere = List.of(InetAddress.getByName("192.0.2.7"));
        var rules = new SourceRules(Hosts.NONE, Hosts.NONE);
        for (var host : List.of("127.0.0.1", "127.8.9.1", "[::1]", "0.0.0.0", "localhost", "[::ffff:127.0.0.1]")) {
            var source = URI.create("http://" + host + "/x");
            assertThat(rules.addresses(source, List.of())).as(host).isNotEmpty();
            assertThat(catchThrowableOfType(FetchFailed.class, () -> rules.addresses(source, elsewhere)))
                    .as(host)
                    .hasMessageContaining("is this host, and another one has sent us there");
        }
    }

    @Test
    void whatIsInTheWayIsSaid() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        Files.writeString(root.resolve("boot"), "a file where a directory is needed");
        assertThat(failure(fetcher(), file(server.url("/vmlinuz"))))
                .hasMessage(root.resolve("boot") + ": not a directory; nothing is written there")
                .returns(false, FetchFailed::mayPass);
        Files.delete(root.resolve("boot"));
        Files.createSymbolicLink(root.resolve("boot"), Path.of("/"));
        assertThat(failure(fetcher(), file(server.url("/vmlinuz"))))
                .hasMessage("/: outside of the root; nothing is written there")
                .returns(false, FetchFailed::mayPass);
    }

    @Test
    void theAddressThatWasCheckedIsTheOneThatIsConnectedTo() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        var file = URI.create("http://mirror.example.com:" + server.port() + "/vmlinuz");
        var http = new JettyDownloads("test", terms(Optional.empty()));
        try (var answer = http.get(file, Map.of(), List.of(InetAddress.getLoopbackAddress()))) {
            assertThat(answer.body().readAllBytes()).isEqualTo(CONTENT);
        }
        assertThat(server.requests().get(0)).contains("Host: mirror.example.com:" + server.port());
    }

    @Test
    void theDigestDecides() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        var url = URI.create(server.url("/vmlinuz"));
        var right = digest("SHA-512", CONTENT);
        old();
        assertThat(failure(fetcher(), new BootFile(url, FILE, Checksum.parse("sha256:" + "0".repeat(64)))))
                .hasMessageContaining("has not the digest sha256:0000");
        assertNothingHasChanged();
        var wanted = new BootFile(url, FILE, Checksum.parse("sha512:" + right));
        assertThat(fetch(fetcher(), wanted, Optional.empty()).checksum()).isPresent();
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
        var requests = server.requests().size();
        fetch(fetcher(), wanted, Optional.empty());
        assertThat(server.requests())
                .as("what has the digest need not be asked for")
                .hasSize(requests);
    }

    @Test
    void theDigestBesideItDecides() throws Exception {
        var list = "0".repeat(64) + "  other\n" + digest("SHA-256", CONTENT) + " *vmlinuz\n";
        server.file("/a/vmlinuz", CONTENT, "\"1\"")
                .file("/a/vmlinuz.sha256", list.getBytes(StandardCharsets.UTF_8), "\"2\"")
                .file("/b/vmlinuz", content(5), "\"3\"")
                .file("/b/vmlinuz.sha256", list.getBytes(StandardCharsets.UTF_8), "\"2\"")
                .file("/c/vmlinuz", CONTENT, "\"1\"")
                .file("/d/vmlinuz", CONTENT, "\"1\"")
                .file("/d/vmlinuz.sha256", tagged("other", "0".repeat(64)), "\"2\"");
        var fetcher = fetcher(new SourceRules(Hosts.NONE, Hosts.NONE), 1 << 20, true, Pace.DEFAULT);
        old();
        assertThat(failure(fetcher, file(server.url("/b/vmlinuz")))).hasMessageContaining("has not the digest");
        assertThat(failure(fetcher, file(server.url("/c/vmlinuz"))))
                .hasMessageContaining("vmlinuz.sha256 is answered 404");
        assertThat(failure(fetcher, file(server.url("/d/vmlinuz"))))
                .hasMessage(server.url("/d/vmlinuz.sha256") + " has no digest of the file")
                .returns(false, FetchFailed::mayPass);
        server.file("/d/vmlinuz.sha256", tagged("vmlinuz", "0".repeat(64)), "\"2\"");
        assertThat(failure(fetcher, file(server.url("/d/vmlinuz")))).hasMessageContaining("has not the digest");
        assertNothingHasChanged();
        server.file("/d/vmlinuz.sha256", tagged("vmlinuz", digest("SHA-256", CONTENT)), "\"2\"");
        for (var path : List.of("/a/vmlinuz", "/d/vmlinuz")) {
            fetch(fetcher, file(server.url(path)), Optional.empty());
            assertThat(root.resolve(FILE)).as(path).hasBinaryContent(CONTENT);
            old();
        }
    }

    @Test
    void theDigestBesideItIsOfTheSameServerAndOfTheNameItHasThere() throws Exception {
        var list = digest("SHA-256", CONTENT) + "  vm linuz+1\n";
        server.file("//vm%20linuz+1", CONTENT, "\"1\"")
                .file("//vm%20linuz+1.sha256", list.getBytes(StandardCharsets.UTF_8), "\"2\"");
        var fetcher = fetcher(ANY, 1 << 20, true, Pace.DEFAULT);
        fetch(fetcher, file(server.url("//vm%20linuz+1")), Optional.empty());
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    /** As {@code sha256sum --tag} writes it. */
    private static byte[] tagged(String name, String digest) {
        return ("SHA256 (" + name + ") = " + digest + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void aDigestOnTheWayThatBreaksOffIsTriedAgain() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"").on("/vmlinuz.sha256", (request, out) -> {
            FakeServer.head(out, "200 OK", "Content-Length: 100");
            out.write('0');
        });
        var fetcher = fetcher(ANY, 1 << 20, true, Pace.DEFAULT);
        old();
        assertThat(failure(fetcher, file(server.url("/vmlinuz"))))
                .hasMessageContaining("/vmlinuz.sha256")
                .returns(true, FetchFailed::mayPass);
        assertNothingHasChanged();
    }

    @Test
    void thePasswordGoesToItsServerAndIntoNoText() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        var with = "http://user:hush@127.0.0.1:" + server.port();
        fetch(fetcher(), file(with + "/vmlinuz"), Optional.empty());
        assertThat(server.requests().get(0)).contains("Authorization: Basic dXNlcjpodXNo");
        assertThat(failure(fetcher(), file(with + "/missing")).getMessage())
                .doesNotContain("hush")
                .contains("/missing is answered 404");
    }

    /** Else gigabytes were read each time a host is built. */
    @Test
    void aFileWhoseDigestWasFoundRightIsNotReadAgain() throws Exception {
        server.file("/vmlinuz", CONTENT, "\"1\"");
        var url = URI.create(server.url("/vmlinuz"));
        var wanted = new BootFile(url, FILE, Checksum.parse("sha256:" + digest("SHA-256", CONTENT)));
        var have = fetch(fetcher(), wanted, Optional.empty());
        assertThat(fetch(fetcher(), wanted, Optional.empty()))
                .as("one that somebody else has brought")
                .isEqualTo(new Have(url, "", "", wanted.checksum(), CONTENT.length, have.modified(), false));

        Files.write(root.resolve(FILE), new byte[CONTENT.length]); // who reads it sees that
        Files.setLastModifiedTime(root.resolve(FILE), FileTime.from(have.modified()));
        var half = ".x-vmlinuz.0123456789abcdef.part";
        Files.writeString(root.resolve(FILE).resolveSibling(half), "half");
        var part = new Partial(url, half, "\"1\"", "boot");
        assertThat(fetch(fetcher(), wanted, new Known(Optional.of(have), Optional.of(part))))
                .isEqualTo(have);
        assertThat(server.requests()).hasSize(1);
        assertNothingIsLeft();

        var other = new BootFile(url, FILE, Checksum.parse("sha512:" + digest("SHA-512", CONTENT)));
        fetch(fetcher(), other, Optional.of(have));
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    /** Most servers redirect to whole URLs, in which no password is. */
    @Test
    void thePasswordGoesWithARedirectToItsServerAndToNoOther() throws Exception {
        try (var other = FakeServer.start()) {
            server.file("/vmlinuz", CONTENT, "\"1\"")
                    .redirect("/whole", server.url("/vmlinuz"))
                    .redirect("/path", "/vmlinuz")
                    .redirect("/away", other.url("/vmlinuz"))
                    .redirect("/named", "http://user:hush@127.0.0.1:" + other.port() + "/vmlinuz");
            other.file("/vmlinuz", CONTENT, "\"1\"");
            for (var path : List.of("/whole", "/path", "/away", "/named")) {
                fetch(fetcher(), file("http://user:hush@127.0.0.1:" + server.port() + path), Optional.empty());
            }
            assertThat(server.requests()).hasSize(6).allMatch(request -> request.contains("Authorization: Basic "));
            assertThat(other.requests()).hasSize(2).noneMatch(request -> request.contains("Authorization"));
        }
    }

    private static String digest(String algorithm, byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    }
}
