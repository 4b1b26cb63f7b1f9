package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;

class MultipartParserTest {
    private static final FormParser.Bounds BOUNDS = new FormParser.Bounds(1000, 10);
    private static final String TYPE = "multipart/form-data; boundary=B";
    private static final String END = "--B--\r\n";

    private static Parameters parse(String type, String body) {
        return FormParser.parse("", type, body.getBytes(StandardCharsets.ISO_8859_1), BOUNDS);
    }

    private static String parsed(String body) {
        return Parameters.inspect(parse(TYPE, body).all());
    }

    private static String part(String head, String content) {
        return "--B\r\n" + head + "\r\n\r\n" + content + "\r\n";
    }

    private static String field(String name, String content) {
        return part("Content-Disposition: form-data; name=\"" + name + "\"", content);
    }

    @Test
    void fieldsAreValues() {
        assertThat(parsed(field("fqdn", "mp.example.com") + field("value", "192.0.2.73") + field("type", "A") + END))
                .isEqualTo("{\"fqdn\"=>\"mp.example.com\", \"value\"=>\"192.0.2.73\", \"type\"=>\"A\"}");
    }

    @Test
    void keysNestAndAreNotPercentDecoded() {
        assertThat(parsed(field("a[]", "1") + field("a[]", "%41+") + field("b[c]", "") + END))
                .isEqualTo("{\"a\"=>[\"1\", \"%41+\"], \"b\"=>{\"c\"=>\"\"}}");
        assertThat(parsed(field("a%5B%5D", "1") + END)).isEqualTo("{\"a%5B%5D\"=>\"1\"}");
    }

    @Test
    void contentIsTakenAsItIs() {
        assertThat(parse(TYPE, field("a", "1\r\n2\r\n") + END).text("a")).isEqualTo("1\r\n2\r\n");
        assertThat(parse(TYPE, field("a", "1\r\n--BX\r\n--") + END).text("a")).isEqualTo("1\r\n--BX\r\n--");
        assertThat(parse(TYPE, field("a", "") + END).text("a")).isEmpty();
        assertThat(parse(TYPE, field("a", "\u00c3\u00a9") + END).text("a")).isEqualTo("\u00e9");
        assertThat(parse(TYPE, field("a", "\u00e9") + END).raw("a")).isInstanceOf(Parameters.Malformed.class);
    }

    @Test
    void aFileIsDescribedButNotKept() {
        assertThat(parsed(part(
                                "Content-Disposition: form-data; name=\"a\"; filename=\"f;\\\"x.txt\"\r\nContent-Type: text/x",
                                "content")
                        + END))
                .isEqualTo("{\"a\"=>{\"filename\"=>\"f;\\\"x.txt\", \"type\"=>\"text/x\", \"name\"=>\"a\", \"head\"=>"
                        + "\"Content-Disposition: form-data; name=\\\"a\\\"; filename=\\\"f;\\\\\\\"x.txt\\\"\\r\\n"
                        + "Content-Type: text/x\\r\\n\"}}");
    }

    @Test
    void anEmptyFileFieldIsNone() {
        assertThat(parsed(part("Content-Disposition: form-data; name=\"a\"; filename=\"\"", "") + END))
                .isEqualTo("{}");
    }

    @Test
    void noKeyLeadsIntoAFile() {
        var file = part("Content-Disposition: form-data; name=\"a\"; filename=\"f\"", "");
        assertThatThrownBy(() -> parsed(file + field("a[filename]", "x") + END))
                .isInstanceOf(BadParametersException.class)
                .hasMessage("expected Hash (got Hash) for param `a'");
    }

    @Test
    void theBodyIsReadLeniently() {
        assertThat(parsed("preamble\r\n" + field("a", "1") + END + "epilogue")).isEqualTo("{\"a\"=>\"1\"}");
        assertThat(parsed("--B \t\r\ncontent-disposition: FORM-DATA; NAME=a\r\n\r\n1\r\n--B--"))
                .isEqualTo("{\"a\"=>\"1\"}");
        assertThat(parsed(END)).isEqualTo("{}");
        assertThat(parsed("pre\r\n" + END)).isEqualTo("{}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data; boundary=\"B\"",
                "Multipart/Form-Data; charset=x; BOUNDARY=B; y",
            })
    void theBoundaryIsFound(String type) {
        assertThat(parse(type, field("a", "1") + END).text("a")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "junk",
                "--B",
                "--B\r\n",
                "--B\r\nContent-Disposition",
                "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
                "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B",
                "--B\nContent-Disposition: form-data; name=\"a\"\n\n1\n--B--\n",
                "--B x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n",
                "--B\r\n\r\n1\r\n--B--\r\n",
                "--B\r\nContent-Type: text/plain\r\n\r\n1\r\n--B--\r\n",
                "--B\r\nContent-Disposition: form-data\r\n\r\n1\r\n--B--\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"\"\r\n\r\n1\r\n--B--\r\n",
                "--B\r\nContent-Disposition: form-data; name\r\n\r\n1\r\n--B--\r\n"
            })
    void aMalformedBodyIsRefused(String body) {
        assertThatThrownBy(() -> parsed(body))
                .isInstanceOfSatisfying(
                        BadParametersException.class,
                        e -> assertThat(e.page()).startsWith("Invalid multipart&#x2F;form-data: "));
    }

    @Test
    void aBodyThatEndsEarlyIsToldInTheWordsOfTheReference() {
        for (var body : List.of("garbage", "--B\r\nContent-Disposition: form-data; name=\"a\"", field("a", "1"))) {
            assertThatThrownBy(() -> parsed(body))
                    .isInstanceOfSatisfying(
                            BadParametersException.class,
                            e -> assertThat(e.page()).isEqualTo("Invalid multipart&#x2F;form-data: EOFError"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"multipart/mixed; boundary=B", "multipart/related; boundary=B"})
    void partsOfOtherMultipartTypesAreFieldsToo(String type) {
        assertThat(parse(type, field("a", "1") + END).all()).isEqualTo(Map.of("a", "1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""})
    void aBodyWithoutBoundaryIsReadAsAnUrlencodedForm(String type) {
        assertThat(parse(type, "x=1").all()).isEqualTo(Map.of("x", "1"));
    }

    @Test
    void thoseOfTheQueryCountToo() {
        var bounds = new FormParser.Bounds(4, 10);
        var two = (field("c", "1") + field("d", "1") + END).getBytes(StandardCharsets.ISO_8859_1);
        assertThat(FormParser.parse("a=1&b=1", TYPE, two, bounds).all()).containsOnlyKeys("a", "b", "c", "d");
        assertThatThrownBy(() -> FormParser.parse("a=1&b=1&b=1", TYPE, two, bounds))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("more than 4 parameters");
    }

    @Test
    void aRequestWithoutBodyIsNoMalformedOne() {
        assertThat(FormParser.parse("a=1", TYPE, new byte[0], BOUNDS).all()).isEqualTo(Map.of("a", "1"));
    }

    @Test
    void everythingIsBounded() {
        assertThatThrownBy(() -> parsed(field("a", "1").repeat(1001) + END))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("more than 1000 parameters");
        assertThatThrownBy(() -> parsed(part("X: " + "x".repeat(20_000), "") + END))
                .hasMessage("a part's header is too long");
        assertThatThrownBy(() -> parse("multipart/form-data; boundary=" + "b".repeat(71), "x"))
                .hasMessage("Content-Type names no usable boundary");
        assertThatThrownBy(() -> parsed(field("a" + "[b]".repeat(10), "1") + END))
                .isInstanceOf(CallerException.class)
                .hasMessageContaining("deeper than 10 levels");
    }

    @Test
    void whatAlmostIsABoundaryDoesNotSlowIt() {
        var boundary = "-".repeat(70);
        var body = "--" + boundary + "\r\nContent-Disposition: form-data; name=a\r\n\r\n"
                + ("\r\n" + "-".repeat(71)).repeat(50_000);
        assertThatThrownBy(() -> assertTimeoutPreemptively(
                        Duration.ofSeconds(60), () -> parse("multipart/form-data; boundary=" + boundary, body)))
                .isInstanceOf(BadParametersException.class);
    }
}
