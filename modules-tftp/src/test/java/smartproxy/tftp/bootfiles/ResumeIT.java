package smartproxy.tftp.bootfiles;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.client.JettyDownloads;

/** A try goes on with the bytes of the one before where the server shows that they are of the same file; else it begins anew. */
@Timeout(60)
class ResumeIT extends Fetching {
    private final AtomicLong served = new AtomicLong();

    private Known partial() {
        return new Known(Optional.empty(), Optional.ofNullable(noted));
    }

    /** The first try, which brings 100 000 of 300 000 bytes. */
    private BootFile begun(String validator) {
        server.resumable("/vmlinuz", CONTENT, validator, 100_000, served);
        var file = file(server.url("/vmlinuz"));
        assertThat(failure(fetcher(), file)).returns(true, FetchFailed::mayPass);
        return file;
    }

    private List<Path> parts() throws IOException {
        try (var all = Files.walk(root)) {
            return all.filter(path -> path.toString().endsWith(".part")).toList();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "Wed, 01 Jan 2020 10:00:00 GMT"})
    void theRestIsFetched(String validator) throws Exception {
        var file = begun(validator);
        assertThat(parts()).hasSize(1);
        assertThat(noted).isNotNull().returns(validator, Partial::validator);
        assertThat(parts().get(0)).hasFileName(noted.name()).hasSize(100_000);
        server.resumable("/vmlinuz", CONTENT, validator, CONTENT.length, served);
        var have = fetch(fetcher(), file, partial());
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
        assertThat(have.length()).isEqualTo(CONTENT.length);
        assertThat(served).as("one byte is asked for twice").hasValue(CONTENT.length + 1);
        assertThat(received).isEqualTo(200_001);
        assertNothingIsLeft();
    }

    @Test
    void itMayBreakOffAgainAndAgain() throws Exception {
        var file = begun("\"1\"");
        var first = partial();
        for (var size : List.of(199_999, 299_998)) {
            assertThat(failure(fetcher(), file, first)).returns(true, FetchFailed::mayPass);
            assertThat(parts())
                    .singleElement()
                    .satisfies(part -> assertThat(part).hasSize(size));
        }
        fetch(fetcher(), file, first);
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
        assertThat(served.get()).isLessThan(CONTENT.length + 10);
        assertNothingIsLeft();
    }

    @Test
    void aPartThatHadAllIsNotFetchedAgain() throws Exception {
        var file = begun("\"1\"");
        Files.write(parts().get(0), CONTENT);
        server.resumable("/vmlinuz", CONTENT, "\"1\"", CONTENT.length, served);
        fetch(fetcher(), file, partial());
        assertThat(received).isEqualTo(1);
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    @Test
    void anotherVersionIsFetchedFromItsStart() throws Exception {
        var file = begun("\"1\"");
        var newer = content(250_000);
        newer[7]++;
        server.resumable("/vmlinuz", newer, "\"2\"", newer.length, served);
        fetch(fetcher(), file, partial());
        assertThat(root.resolve(FILE)).hasBinaryContent(newer);
        assertThat(received).isEqualTo(newer.length);
        assertNothingIsLeft();
    }

    /** RFC 9110, 13.1.5: neither a weak tag nor a time just passed tells that not a byte has changed. */
    @ParameterizedTest
    @ValueSource(strings = {"W/\"1\"", "Wed, 01 Jan 2020 11:59:30 GMT", "yesterday"})
    void aWeakValidatorIsNone(String validator) throws Exception {
        begun(validator);
        assertThat(noted).isNull();
        assertNothingIsLeft();
    }

    @Test
    void anAnswerThatDoesNotFitIsNotTaken() throws Exception {
        for (var range : List.of(
                "bytes 0-299999/300000", "bytes 99999-199999/300000", "bytes 99999-299999/*", "bytes */300000", "")) {
            var file = begun("\"1\"");
            server.on("/vmlinuz", (request, out) -> {
                var asked = request.contains("Range: ");
                FakeServer.head(
                        out,
                        asked ? "206 Part" : "200 OK",
                        "ETag: \"1\"",
                        asked ? "Content-Range: " + range : "X: y",
                        "Content-Length: " + (asked ? 200_001 : CONTENT.length));
                out.write(CONTENT, asked ? 99_999 : 0, asked ? 200_001 : CONTENT.length);
            });
            fetch(fetcher(), file, partial());
            assertThat(root.resolve(FILE)).as(range).hasBinaryContent(CONTENT);
            assertThat(received).as(range).isEqualTo(CONTENT.length);
            assertNothingIsLeft();
            Files.delete(root.resolve(FILE));
        }
    }

    /** One that knows ranges and not If-Range, and whose file was replaced meanwhile. */
    @ParameterizedTest
    @ValueSource(strings = {"ETag: \"2\"", "Last-Modified: Wed, 01 Jan 2020 10:00:01 GMT"})
    void aPartOfAnotherVersionIsNotTaken(String version) throws Exception {
        var file = begun(version.startsWith("E") ? "\"1\"" : "Wed, 01 Jan 2020 10:00:00 GMT");
        var newer = content(250_000);
        newer[7]++;
        server.on("/vmlinuz", (request, out) -> {
            var from = request.contains("Range: ") ? 99_999 : 0;
            FakeServer.head(
                    out,
                    from > 0 ? "206 Part" : "200 OK",
                    version,
                    "Content-Range: bytes " + from + "-249999/250000",
                    "Content-Length: " + (newer.length - from));
            out.write(newer, from, newer.length - from);
        });
        fetch(fetcher(), file, partial());
        assertThat(root.resolve(FILE)).hasBinaryContent(newer);
        assertNothingIsLeft();
    }

    /** RFC 9110, 15.3.7: what the validator in If-Range says need not be said again. */
    @ParameterizedTest
    @ValueSource(strings = {"\"1\"", "Wed, 01 Jan 2020 10:00:00 GMT"})
    void theRestHasTheVersionOfThePart(String validator) throws Exception {
        var file = begun(validator);
        server.on("/vmlinuz", (request, out) -> {
            FakeServer.head(out, "206 Part", "Content-Range: bytes 99999-299999/300000", "Content-Length: 200001");
            out.write(CONTENT, 99_999, 200_001);
        });
        var have = fetch(fetcher(), file, partial());
        assertThat(List.of(have.etag(), have.lastModified())).containsExactlyInAnyOrder(validator, "");
        if (have.etag().isEmpty()) {
            assertThat(Files.getLastModifiedTime(root.resolve(FILE)).toInstant())
                    .isEqualTo("2020-01-01T10:00:00Z");
        }
    }

    @Test
    void aServerThatCannotGoOnBeginsAnew() throws Exception {
        for (var status : List.of("416 No", "200 OK")) {
            var file = begun("\"1\"");
            server.on("/vmlinuz", (request, out) -> {
                if (status.startsWith("416") && request.contains("Range: ")) {
                    FakeServer.head(out, status, "Content-Length: 0");
                } else {
                    FakeServer.head(out, "200 OK", "Content-Length: 300000");
                    out.write(CONTENT);
                }
            });
            fetch(fetcher(), file, partial());
            assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
            assertNothingIsLeft();
            Files.delete(root.resolve(FILE));
        }
    }

    /** What was written before a power cut may not be on disk, whatever the length of the file says. */
    @Test
    void aPartOfAnotherBootOrSourceIsRemoved() throws Exception {
        var file = begun("\"1\"");
        var mine = partial().partial().orElseThrow();
        server.resumable("/vmlinuz", CONTENT, "\"1\"", CONTENT.length, served);
        var earlier = new Partial(mine.source(), mine.name(), mine.validator(), "another boot");
        fetch(fetcher(), file, new Known(Optional.empty(), Optional.of(earlier)));
        assertThat(received).isEqualTo(CONTENT.length);
        assertNothingIsLeft();

        Files.delete(root.resolve(FILE));
        begun("\"1\"");
        var other = new Partial(
                URI.create(server.url("/other")),
                partial().partial().orElseThrow().name(),
                "\"1\"",
                "boot");
        server.resumable("/vmlinuz", CONTENT, "\"1\"", CONTENT.length, served);
        fetch(fetcher(), file, new Known(Optional.empty(), Optional.of(other)));
        assertThat(received).isEqualTo(CONTENT.length);
        assertNothingIsLeft();
    }

    @Test
    void aPartThatIsGoneOrIsNoFileOfOursIsNotUsed() throws Exception {
        var file = begun("\"1\"");
        var mine = partial();
        Files.delete(parts().get(0));
        server.resumable("/vmlinuz", CONTENT, "\"1\"", CONTENT.length, served);
        fetch(fetcher(), file, mine);
        assertThat(received).isEqualTo(CONTENT.length);

        Files.writeString(root.resolve("boot/secret"), "secret");
        for (var name : List.of("secret", "../boot/secret", "x-vmlinuz", "../../.x.0123456789abcdef.part")) {
            Files.delete(root.resolve(FILE));
            var strange = new Partial(file.source(), name, "\"1\"", "boot");
            fetch(fetcher(), file, new Known(Optional.empty(), Optional.of(strange)));
            assertThat(received).as(name).isEqualTo(CONTENT.length);
        }
        assertThat(root.resolve("boot/secret")).hasContent("secret");
    }

    @Test
    void theDigestIsOfTheWholeFile() throws Exception {
        server.resumable("/vmlinuz", CONTENT, "\"1\"", 100_000, served);
        var digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(CONTENT));
        var file = new BootFile(URI.create(server.url("/vmlinuz")), FILE, Checksum.parse("sha256:" + digest));
        assertThat(failure(fetcher(), file)).isNotNull();
        server.resumable("/vmlinuz", CONTENT, "\"1\"", CONTENT.length, served);
        var part = parts().get(0);
        var spoiled = Files.readAllBytes(part);
        spoiled[5]++;
        Files.write(part, spoiled);
        assertThat(failure(fetcher(), file, partial()))
                .hasMessageContaining("has not the digest")
                .hasMessageContaining("it is fetched anew")
                .returns(true, FetchFailed::mayPass);
        assertNothingIsLeft();
        assertThat(root.resolve(FILE)).doesNotExist();

        server.resumable("/vmlinuz", CONTENT, "\"1\"", 100_000, served);
        assertThat(failure(fetcher(), file)).isNotNull();
        server.resumable("/vmlinuz", CONTENT, "\"1\"", CONTENT.length, served);
        fetch(fetcher(), file, partial());
        assertThat(received).isEqualTo(200_001);
        assertThat(root.resolve(FILE)).hasBinaryContent(CONTENT);
    }

    @Test
    void aFileThatGrowsTooLargeIsRemoved() throws Exception {
        var file = begun("\"1\"");
        var terms = terms(Optional.empty());
        var small = fetcher(
                root, new HttpSource(new JettyDownloads("test", terms), ANY), terms, 200_000, false, Pace.DEFAULT);
        assertThat(failure(small, file, partial()))
                .hasMessageContaining("is larger than")
                .returns(false, FetchFailed::mayPass);
        assertNothingIsLeft();
    }
}
