package smartproxy.core.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.daemon.Wire.Reply;

/** What a client sees of HTTP itself, through the whole daemon. */
class HttpContractIT {
    private static final String NOT_FOUND = "Requested url was not found";

    @TempDir
    static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static DaemonFixture proxy;

    @BeforeAll
    static void start() throws Exception {
        proxy = DaemonFixture.in(directory)
                .with(new ProbeModule())
                .unset("trusted_hosts")
                .set("allow_http_without_trusted_hosts", "true")
                .set("max_body_size", "100000")
                .set("max_header_size", "20000")
                .start();
    }

    @AfterAll
    static void stop() {
        proxy.close();
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /nope",
        "GET, /",
        "GET, /features/x",
        "GET, /features/",
        "GET, /probe/word/",
        "GET, /probe/nope",
        "POST, /features",
        "DELETE, /features",
        "PUT, /probe/word",
        "OPTIONS, /features",
        "OPTIONS, /probe/word",
        "TRACE, /features",
        "PROPFIND, /features",
        "BREW, /probe/word"
    })
    void whatIsNoRouteIs404(String method, String path) throws Exception {
        try (var client = proxy.http()) {
            var reply = client.request(method, path, "Accept: text/html");
            assertThat(reply)
                    .returns(404, Reply::status)
                    .returns(NOT_FOUND, Reply::body)
                    .returns("application/json", r -> r.header("Content-Type"))
                    .returns("pass", r -> r.header("X-Cascade"))
                    .returns("nosniff", r -> r.header("X-Content-Type-Options"))
                    .returns("", r -> r.header("Allow"));
        }
    }

    @Test
    void connectIs404AndNoTunnel() throws Exception {
        try (var client = proxy.http()) {
            var reply = client.send("CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n")
                    .read();
            assertThat(reply.status()).isIn(400, 404);
            assertThat(reply.body()).doesNotContain("Exception", "Jetty");
        }
    }

    @Test
    void optionsOfTheServerListsMethods() throws Exception {
        try (var client = proxy.http()) {
            assertThat(client.request("OPTIONS", "*"))
                    .returns(200, Reply::status)
                    .returns("GET,HEAD,POST,OPTIONS", r -> r.header("Allow"));
        }
    }

    @Test
    void textHasTheHeadersOfAPage() throws Exception {
        try (var client = proxy.http()) {
            assertThat(client.get("/probe/word"))
                    .returns(200, Reply::status)
                    .returns("one", Reply::body)
                    .returns("text/html;charset=utf-8", r -> r.header("Content-Type"))
                    .returns("1; mode=block", r -> r.header("X-Xss-Protection"))
                    .returns("SAMEORIGIN", r -> r.header("X-Frame-Options"))
                    .returns("nosniff", r -> r.header("X-Content-Type-Options"))
                    .returns("foreman-proxy/3.11.0-develop", r -> r.header("Server"))
                    .returns("", r -> r.header("Strict-Transport-Security"))
                    .matches(r -> r.header("Date").endsWith("GMT"), "has a date");
        }
    }

    @Test
    void jsonHasNoCharsetAndNoneOfThePagesHeaders() throws Exception {
        try (var client = proxy.https()) {
            assertThat(client.get("/features", "Accept: text/plain"))
                    .returns(200, Reply::status)
                    .returns("[\"logs\",\"probe\"]", Reply::body)
                    .returns("application/json", r -> r.header("Content-Type"))
                    .returns("", r -> r.header("X-Xss-Protection"))
                    .returns("", r -> r.header("X-Frame-Options"))
                    .returns("max-age=31536000", r -> r.header("Strict-Transport-Security"));
        }
    }

    @Test
    void headIsGetWithoutItsBody() throws Exception {
        try (var client = proxy.http()) {
            var get = client.get("/features");
            var head = client.request("HEAD", "/features");
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).isEqualTo(get.header("Content-Length"));
            assertThat(head.header("Content-Type")).isEqualTo("application/json");
            assertThat(client.request("HEAD", "/nope").status()).isEqualTo(404);
            assertThat(client.get("/features").body()).isEqualTo(get.body());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//features",
                "/./features",
                "/x/../features",
                "/%66eatures",
                "/probe/word",
                "//probe//word",
                "/probe/./word",
                "/probe/x/../word",
                "/probe/x/%2e%2e/word",
                "/probe/%77ord",
                "/probe/slash",
                "/probe/slash/",
                "/probe/word?a=1#fragment",
                "http://other.example.com/probe/word"
            })
    void oneRouteHasManySpellings(String path) throws Exception {
        try (var client = proxy.http()) {
            assertThat(client.get(path).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/../features, 400",
        "/x/../../features, 400",
        "/%2e%2e/features, 400",
        "/probe/thing/a%2Fb, 404",
        "/probe/thing/%ff, 400",
        "/probe/thing/%zz, 400",
        "/probe/thing/%, 400",
        "/features?%, 400",
    })
    void aPathThatLeadsNowhereIsRefused(String path, int status) throws Exception {
        try (var client = proxy.http()) {
            var reply = client.get(path);
            assertThat(reply.status()).isEqualTo(status);
            assertThat(reply.body()).doesNotContain("Exception", "org.", "Jetty");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /features?%",
        "GET, /nope?a=%zz",
        "OPTIONS, /features?%",
        "DELETE, /probe/thing/x?a=%",
        "GET, /probe/word?a=1&a[b]=2"
    })
    void aQueryThatCannotBeReadIsToldWhateverIsAskedFor(String method, String target) throws Exception {
        try (var client = proxy.http()) {
            var reply = client.request(method, target);
            assertThat(reply.status()).isEqualTo(400);
            assertThat(reply.header("Content-Type")).isEqualTo("text/html;charset=utf-8");
            assertThat(reply.body()).startsWith("Invalid query parameters: ");
        }
    }

    @ParameterizedTest
    @CsvSource({"HTTP/x, 400", "HTTP/2.0, 505"})
    void anotherVersionIsRefused(String version, int status) throws Exception {
        try (var client = proxy.http()) {
            var reply = client.send("GET /features " + version + "\r\nHost: x\r\n\r\n")
                    .read();
            assertThat(reply.status()).isEqualTo(status);
        }
    }

    @Test
    void partsOfThePathArePercentDecoded() throws Exception {
        try (var client = proxy.http()) {
            assertThat(client.request("DELETE", "/probe/thing/a%20b%C3%A4+c").body())
                    .isEqualTo("a bä+c");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Accept: */*|application/json",
                "X-Nothing: none|application/json",
                "Accept: application/json;version=2|application/json",
                "Accept: text/html|text/html;charset=utf-8",
                "Accept: text/plain|text/html;charset=utf-8"
            })
    void anErrorIsPlainTextWhateverItsTypeSays(String accept, String type) throws Exception {
        try (var client = proxy.http()) {
            assertThat(client.post("/probe/text", "a[]=1", accept))
                    .returns(400, Reply::status)
                    .returns(type, r -> r.header("Content-Type"))
                    .returns("Parameter 'a' is expected to be a text, not [\"1\"]", Reply::body);
        }
    }

    @Test
    void jsonIsNotShownToPagesOfOtherSites() throws Exception {
        try (var client = proxy.http()) {
            assertThat(client.get("/features", "Referer: http://evil.example/x"))
                    .returns(403, Reply::status)
                    .returns("Forbidden", Reply::body)
                    .returns("text/plain", r -> r.header("Content-Type"));
            assertThat(client.get("/features", "Referer: http://proxy.example.com/x")
                            .status())
                    .isEqualTo(200);
            assertThat(client.get("/features", "Origin: http://evil.example").status())
                    .isEqualTo(200);
            assertThat(client.get("/probe/word", "Referer: http://evil.example/x")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aConnectionServesOneRequestAfterTheOtherAlsoWhenSentAtOnce() throws Exception {
        try (var client = proxy.https()) {
            assertThat(client.get("/probe/word").body()).isEqualTo("one");
            var request = Wire.head("GET", "/probe/word") + "\r\n";
            client.send(request + Wire.head("GET", "/nope") + "\r\n" + request);
            assertThat(client.read().body()).isEqualTo("one");
            assertThat(client.read().body()).isEqualTo(NOT_FOUND);
            assertThat(client.read().body()).isEqualTo("one");
        }
    }

    @Test
    void aClientThatAsksForItIsToldToContinue() throws Exception {
        try (var client = proxy.http()) {
            client.send(Wire.head("POST", "/probe/echo", "Expect: 100-continue", "Content-Length: 3") + "\r\n");
            assertThat(client.readHead().status()).isEqualTo(100);
            assertThat(client.send("a=1").read().body()).isEqualTo("{\"a\"=>\"1\"}");
        }
    }

    @Test
    void aRefusedClientIsNotToldToContinue() throws Exception {
        try (var client = Wire.open(proxy.httpPort())) {
            client.send(Wire.head("POST", "/probe/echo", "Expect: 100-continue", "Content-Length: 200000") + "\r\n");
            assertThat(client.read().status()).isEqualTo(413);
        }
    }

    @Test
    void http10IsServedAndClosed() throws Exception {
        try (var client = proxy.http()) {
            client.send("GET /features HTTP/1.0\r\n\r\n");
            assertThat(client.read().body()).isEqualTo("[\"logs\",\"probe\"]");
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void queryAndFormAreOneAndTheFormWins() throws Exception {
        try (var client = proxy.http()) {
            assertThat(client.post("/probe/echo?a=1&b=2", "b=3&c[]=4&c[]=5&d[x][y]=6&e=%C3%A4+%26")
                            .body())
                    .contains("\"a\"=>\"1\"", "\"b\"=>\"3\"", "\"c\"=>[\"4\", \"5\"]", "\"d\"=>{\"x\"=>{\"y\"=>\"6\"}}")
                    .contains("\"e\"=>\"ä &\"")
                    .doesNotContain("\"2\"");
        }
    }

    @Test
    void aFormIsReadWithoutAType() throws Exception {
        try (var client = proxy.http()) {
            client.send(Wire.head("POST", "/probe/echo", "Content-Length: 3") + "\r\na=1");
            assertThat(client.read().body()).isEqualTo("{\"a\"=>\"1\"}");
            client.send(Wire.head("POST", "/probe/echo", "Content-Length: 7", "Content-Type: application/json")
                    + "\r\n{\"a\":1}");
            assertThat(client.read().body()).isEqualTo("{}");
        }
    }

    @Test
    void aFormInChunksAndOneOfManyPartsAreRead() throws Exception {
        try (var client = proxy.http()) {
            client.send(Wire.head(
                            "POST",
                            "/probe/echo",
                            "Transfer-Encoding: chunked",
                            "Content-Type: application/x-www-form-urlencoded")
                    + "\r\n3\r\na=1\r\n4\r\n&b=2\r\n0\r\n\r\n");
            assertThat(client.read().body()).isEqualTo("{\"a\"=>\"1\", \"b\"=>\"2\"}");
            var parts = String.join(
                    "\r\n",
                    "--x",
                    "Content-Disposition: form-data; name=\"a\"",
                    "",
                    "1",
                    "--x",
                    "Content-Disposition: form-data; name=\"b[]\"",
                    "",
                    "2",
                    "--x--",
                    "");
            client.send(Wire.head(
                            "POST",
                            "/probe/echo?q=0",
                            "Content-Type: multipart/form-data; boundary=x",
                            "Content-Length: " + parts.length())
                    + "\r\n" + parts);
            assertThat(client.read().body()).contains("\"a\"=>\"1\"", "\"b\"=>[\"2\"]", "\"q\"=>\"0\"");
        }
    }

    @Test
    void parametersThatAreNestedTooDeeplyAre400() throws Exception {
        try (var client = proxy.http()) {
            assertThat(client.get("/probe/word?a" + "[x]".repeat(150) + "=1").status())
                    .isEqualTo(400);
            assertThat(client.get("/probe/word").status()).isEqualTo(200);
        }
    }

    @Test
    void aPostMustAnnounceItsLength() throws Exception {
        for (var method : List.of("POST", "PUT")) {
            try (var client = proxy.http()) {
                client.send(Wire.head(method, "/probe/echo") + "\r\n");
                assertThat(client.read().status()).isEqualTo(411);
            }
        }
        try (var client = proxy.http()) {
            client.send(Wire.head("DELETE", "/probe/thing/x") + "\r\n");
            assertThat(client.read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /features HTTP/1.1\r\n\r\n",
                "GET /features HTTP/1.1\r\nHost: x\r\nno colon here\r\n\r\n",
                "GET /features HTTP/1.1\r\nHost: x\r\nBad Name: x\r\n\r\n",
                "GET /features HTTP/9.9\r\nHost: x\r\n\r\n",
                "GET /fea tures HTTP/1.1\r\nHost: x\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\r\n\r\n",
                "POST /probe/echo HTTP/1.1\r\nHost: x\r\nContent-Length: abc\r\n\r\n",
                "POST /probe/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\na=1",
                "POST /probe/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /probe/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /probe/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                "POST /probe/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"
            })
    void whatIsNotHttpIsRefusedWithoutTellingAnything(String message) throws Exception {
        try (var client = proxy.http()) {
            var reply = client.send(message).read();
            assertThat(reply.status()).isIn(400, 501, 505);
            assertThat(reply.header("Content-Type")).startsWith("text/plain");
            assertThat(reply.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(reply.head() + reply.body()).doesNotContainIgnoringCase("jetty", "eclipse", "exception", "java");
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void anUnknownTransferCodingIs501() throws Exception {
        try (var client = proxy.http()) {
            client.send(Wire.head("POST", "/probe/echo", "Transfer-Encoding: gzip") + "\r\n");
            assertThat(client.read().status()).isEqualTo(501);
        }
    }

    @Test
    void aHeaderThatIsTooLargeIsRefused() throws Exception {
        try (var client = proxy.http()) {
            assertThat(client.get("/features", "X-Long: " + "x".repeat(15_000)).status())
                    .isEqualTo(200);
            assertThat(client.get("/features", "X-Long: " + "x".repeat(30_000)).status())
                    .isIn(413, 431);
        }
    }

    @Test
    void somethingUnforeseenIs500WithAnIdAndTheRestIsInTheLog() throws Exception {
        try (var client = proxy.http()) {
            var reply = client.get("/probe/broken", "X-Request-Id: 1234abcd-5678");
            assertThat(reply)
                    .returns(500, Reply::status)
                    .returns("text/plain", r -> r.header("Content-Type"))
                    .returns("Internal error, see the log of the proxy for request 1234abcd-5678", Reply::body);
            assertThat(proxy.log()).contains("the inside of the probe", "ProbeModule");
        }
    }

    /** The answer is in one piece: in two, the second waits for the acknowledgement of the first. */
    @Test
    void headAndBodyLeaveTogether() throws Exception {
        try (var plain = proxy.http();
                var tls = proxy.https()) {
            for (var client : new Wire[] {plain, tls, plain, tls}) {
                client.send(Wire.head("GET", "/features") + "\r\n");
                var piece = new byte[65536];
                var length = client.socket().getInputStream().read(piece);
                assertThat(new String(piece, 0, length, StandardCharsets.ISO_8859_1))
                        .startsWith("HTTP/1.1 200")
                        .endsWith("\r\n\r\n[\"logs\",\"probe\"]");
            }
        }
    }

    @Test
    void theRequestIdIsInTheLinesOfItsRequest() throws Exception {
        try (var client = proxy.http()) {
            client.get("/probe/word?a=1&token=hush", "X-Request-Id: feedbeef-1");
            client.get("/version", "X-Request-Id: feedbeef-2");
        }
        DaemonFixture.await()
                .untilAsserted(() -> assertThat(proxy.log())
                        .contains("feedbeef [I] Started GET /probe/word a=1&token=***\n")
                        .containsPattern("feedbeef \\[I] Finished GET /probe/word with 200 \\(\\d+\\.\\d{1,2} ms\\)\n")
                        .contains("feedbeef [I] Started GET /version \n"));
    }
}
