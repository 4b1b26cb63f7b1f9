package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;

class FormParserTest {
    private static final FormParser.Bounds BOUNDS = new FormParser.Bounds(500_000, 100);
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final Duration WATCHDOG = Duration.ofSeconds(60);

    private static Parameters query(String query) {
        return FormParser.parse(query, null, new byte[0], BOUNDS);
    }

    private static Parameters form(String body) {
        return FormParser.parse("", FORM, body.getBytes(StandardCharsets.UTF_8), BOUNDS);
    }

    private static String inspected(Parameters parameters) {
        return Parameters.inspect(parameters.all());
    }

    /** The right column is what Rack 2.2.22 answers. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '~',
            value = {
                "a=1&b=2 => {\"a\"=>\"1\", \"b\"=>\"2\"}",
                "a => {\"a\"=>nil}",
                "a= => {\"a\"=>\"\"}",
                "a&a=1 => {\"a\"=>\"1\"}",
                "a=1&a => {\"a\"=>nil}",
                "a=1&a=2 => {\"a\"=>\"2\"}",
                "a[] => {\"a\"=>[nil]}",
                "a[]= => {\"a\"=>[\"\"]}",
                "a[]&a[]=1 => {\"a\"=>[nil, \"1\"]}",
                "a[b] => {\"a\"=>{\"b\"=>nil}}",
                "a[b]&a[b]=2 => {\"a\"=>{\"b\"=>\"2\"}}",
                "a[][x]=1&a[][y]=2&a[][x]=3 => {\"a\"=>[{\"x\"=>\"1\", \"y\"=>\"2\"}, {\"x\"=>\"3\"}]}",
                "a[][x]&a[][y]&a[][x] => {\"a\"=>[{\"x\"=>nil, \"y\"=>nil}, {\"x\"=>nil}]}",
                "users[][a][][r]=1&users[][a][][k]=2&users[][b][][r]=3&users[][a][][r]=4"
                        + " => {\"users\"=>[{\"a\"=>[{\"r\"=>\"1\", \"k\"=>\"2\"}, {\"r\"=>\"4\"}], \"b\"=>[{\"r\"=>\"3\"}]}]}",
                "a[][b][c]=1&a[][b][d]=2&a[][b][c]=3"
                        + " => {\"a\"=>[{\"b\"=>{\"c\"=>\"1\", \"d\"=>\"2\"}}, {\"b\"=>{\"c\"=>\"3\"}}]}",
                "a[][b][]=1&a[][b][]=2&a[][c]=3 => {\"a\"=>[{\"b\"=>[\"1\", \"2\"], \"c\"=>\"3\"}]}",
                "a[][][]=1 => {\"a\"=>[nil]}",
                "a[][]=1&a[][]=2 => {\"a\"=>[[\"1\"], [\"2\"]]}",
                "a[][]&a[][b]=2 => {\"a\"=>[nil, {\"b\"=>\"2\"}]}",
                "a[[]]=1 => {\"a\"=>nil}",
                "a[b=1 => {\"a\"=>{\"b\"=>\"1\"}}",
                "a]b=1 => {\"a\"=>{\"b\"=>\"1\"}}",
                "]=1 => {}",
                "[]=1 => {}",
                "[a]=1 => {\"a\"=>\"1\"}",
                "[=1 => {}",
                "[] => {}",
                "=1 => {}",
                "= => {}",
                "&& => {}",
                "&a=1&&b=2& => {\"a\"=>\"1\", \"b\"=>\"2\"}",
                "a=b=c => {\"a\"=>\"b=c\"}",
                "a== => {\"a\"=>\"=\"}",
                "a=1& b=2 => {\"a\"=>\"1\", \"b\"=>\"2\"}",
                "+a=1 => {\" a\"=>\"1\"}",
                "a+b=c+d => {\"a b\"=>\"c d\"}",
                "a%5Bb%5D=1 => {\"a\"=>{\"b\"=>\"1\"}}",
                "a[%5D]=1 => {\"a\"=>[nil]}",
                "a[b%5Dc]=1 => {\"a\"=>{\"b\"=>{\"c\"=>\"1\"}}}",
                "a[b]c=1 => {\"a\"=>{\"b\"=>{\"c\"=>\"1\"}}}",
                "a[b]c[d]e=1 => {\"a\"=>{\"b\"=>{\"c\"=>{\"d\"=>{\"e\"=>\"1\"}}}}}",
                "a[b]]=1 => {\"a\"=>{\"b\"=>\"1\"}}",
                "a[b][=1 => {\"a\"=>{\"[b][\"=>\"1\"}}",
                "a[b][]]=1 => {\"a\"=>{\"b\"=>[nil]}}",
                "a[][b]c=1 => {\"a\"=>[{\"b\"=>{\"c\"=>\"1\"}}]}",
                "a[]b=1 => {\"a\"=>[{\"b\"=>\"1\"}]}",
                "a[]b[c]=1 => {\"a\"=>[{\"b\"=>{\"c\"=>\"1\"}}]}",
                "a[b].c=1 => {\"a\"=>{\"b\"=>{\".c\"=>\"1\"}}}",
                "a[b][][c]=1&a[b][][c]=2 => {\"a\"=>{\"b\"=>[{\"c\"=>\"1\"}, {\"c\"=>\"2\"}]}}",
                "a[]=1&a=2 => {\"a\"=>\"2\"}",
                "a[b]=1&a=2 => {\"a\"=>\"2\"}",
                "a[][b]=1&a[]=2 => {\"a\"=>[{\"b\"=>\"1\"}, \"2\"]}",
                "a[]=1&a[][b]=2 => {\"a\"=>[\"1\", {\"b\"=>\"2\"}]}",
                "a[][b][]=1&a[][b]=1&a[][c][]=1" + " => {\"a\"=>[{\"b\"=>[\"1\"]}, {\"b\"=>\"1\", \"c\"=>[\"1\"]}]}",
                "a&a[b]=1 => {\"a\"=>{\"b\"=>\"1\"}}",
                "a&a[]=1 => {\"a\"=>[\"1\"]}",
                "a[ ]=1 => {\"a\"=>{\" \"=>\"1\"}}",
                "a[][id]=1&a[][b][c][]=1&a[][b][c][]=2&a[][id]=2"
                        + " => {\"a\"=>[{\"id\"=>\"1\", \"b\"=>{\"c\"=>[\"1\", \"2\"]}}, {\"id\"=>\"2\"}]}",
                "a[][b][c]=1&a[][b]=2 => {\"a\"=>[{\"b\"=>{\"c\"=>\"1\"}}, {\"b\"=>\"2\"}]}"
            })
    void keysNestAsInRack(String text, String expected) {
        assertThat(inspected(form(text))).isEqualTo(expected);
        assertThat(inspected(query(text))).isEqualTo(expected);
    }

    /** The reasons are those of Rack 2.2.22, but for the class of a map, which it calls Rack::QueryParser::Params. */
    @ParameterizedTest
    @CsvSource(
            delimiterString = " => ",
            quoteCharacter = '~',
            value = {
                "a=1&a[b]=2 => expected Hash (got String) for param `a'",
                "a=1&a[]=2 => expected Array (got String) for param `a'",
                "a[]=1&a[b]=2 => expected Hash (got Array) for param `a'",
                "a[b]=1&a[]=2 => expected Array (got Hash) for param `a'",
                "a[b]=1&a[b][c]=2 => expected Hash (got String) for param `b'",
                "a[b]=1&a[b][]=2 => expected Array (got String) for param `b'",
                "a[x][]=1&a[x][y]=1 => expected Hash (got Array) for param `x'",
                "a[][b]=1&a[][b][c]=1 => expected Hash (got String) for param `b'",
                "a[][x]=1&a[][x][]=1 => expected Array (got String) for param `x'",
                "a=1&a[%27]=2 => expected Hash (got String) for param `a'",
                "a[<]=1&a[<][b]=1 => expected Hash (got String) for param `<'",
                "% => invalid %-encoding (%)",
                "a=% => invalid %-encoding (%)",
                "a=%z => invalid %-encoding (%z)",
                "password=a%z => invalid %-encoding (***)",
                "a=%zz&b => invalid %-encoding (%zz)",
                "%zz=1 => invalid %-encoding (%zz)",
                "fqdn=%zz.example.com&value=1 => invalid %-encoding (%zz.example.com)",
                "a=%F => invalid %-encoding (%F)",
                "a[b]=%4 => invalid %-encoding (%4)",
                "%fe=1 => invalid byte sequence in UTF-8",
                "c[%fe]=1 => invalid byte sequence in UTF-8"
            })
    void whatRackCannotReadIsRefused(String text, String reason) {
        assertThatThrownBy(() -> form(text))
                .isInstanceOf(BadParametersException.class)
                .hasMessage(reason);
        assertThatThrownBy(() -> query(text))
                .isInstanceOf(BadParametersException.class)
                .hasMessage(reason);
    }

    @Test
    void theRefusalIsEscapedTwice() {
        assertThatThrownBy(() -> query("a=1&a[b]=2"))
                .isInstanceOfSatisfying(
                        BadParametersException.class,
                        e -> assertThat(e.page())
                                .isEqualTo(
                                        "Invalid query parameters: expected Hash (got String) for param `a&amp;#x27;"));
        assertThatThrownBy(() -> form("<\"/%26>%"))
                .isInstanceOfSatisfying(
                        BadParametersException.class,
                        e -> assertThat(e.page())
                                .isEqualTo(
                                        "Invalid query parameters: invalid %-encoding (&amp;lt;&amp;quot;&amp;#x2F;%26&amp;gt;%)"));
    }

    @Test
    void aLongRefusalIsCut() {
        assertThatThrownBy(() -> form("%" + "x".repeat(1_000_000)))
                .hasMessageMatching("invalid %-encoding \\(%x{199}\\)");
    }

    @Test
    void aSemicolonSeparatesInAQueryButNotInAForm() {
        assertThat(inspected(query("a=1;b=2; c=3"))).isEqualTo("{\"a\"=>\"1\", \"b\"=>\"2\", \"c\"=>\"3\"}");
        assertThat(inspected(form("fqdn=semi.example.com;value=192.0.2.78;type=A")))
                .isEqualTo("{\"fqdn\"=>\"semi.example.com;value=192.0.2.78;type=A\"}");
    }

    @Test
    void whatTheQueryHasIsToldApart() {
        var parameters = FormParser.parse("a=1&c[d]=2", FORM, "b=1&a=3".getBytes(StandardCharsets.UTF_8), BOUNDS);
        assertThat(parameters.all()).containsOnlyKeys("a", "b", "c");
        assertThat(parameters.queried()).containsExactlyInAnyOrder("a", "c");
        assertThat(query("a=1").queried()).containsExactly("a");
    }

    @Test
    void theFormWinsOverTheQueryKeyByKey() {
        var body = "fqdn=body.example.com&a[c]=2".getBytes(StandardCharsets.UTF_8);
        assertThat(inspected(FormParser.parse("fqdn=query.example.com&a[b]=1&type=A", FORM, body, BOUNDS)))
                .isEqualTo("{\"fqdn\"=>\"body.example.com\", \"a\"=>{\"c\"=>\"2\"}, \"type\"=>\"A\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                FORM,
                "application/x-www-form-urlencoded; charset=UTF-8",
                "application/X-WWW-form-urlencoded ;charset=UTF-8"
            })
    void aBodyOfTheseTypesIsAForm(String type) {
        assertThat(inspected(FormParser.parse("", type, "x=1".getBytes(StandardCharsets.UTF_8), BOUNDS)))
                .isEqualTo("{\"x\"=>\"1\"}");
    }

    @Test
    void aBodyWithoutTypeIsAForm() {
        assertThat(inspected(FormParser.parse("", null, "x=1".getBytes(StandardCharsets.UTF_8), BOUNDS)))
                .isEqualTo("{\"x\"=>\"1\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/json", "application/octet-stream", "multipart/digest; boundary=B"})
    void aBodyOfAnotherTypeIsIgnored(String type) {
        var parameters = FormParser.parse("q=1", type, "x=%".getBytes(StandardCharsets.UTF_8), BOUNDS);
        assertThat(inspected(parameters)).isEqualTo("{\"q\"=>\"1\"}");
    }

    @Test
    void nothingIsNothing() {
        assertThat(query("").all()).isEmpty();
        assertThat(form("").all()).isEmpty();
    }

    @Test
    void textIsUtf8AndKeepsItsNuls() {
        assertThat(form("a=caf%C3%A9+%E2%9C%93%0A&b=\u00e9&c=x%00y").all())
                .containsEntry("a", "caf\u00e9 \u2713\n")
                .containsEntry("b", "\u00e9")
                .containsEntry("c", "x\0y");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%ff%fe.example.com", "%c0%80", "%ed%a0%80", "%c3", "a%80"})
    void bytesThatAreNotUtf8AreRefusedOnlyWhenReadAsText(String value) {
        var parameters = form("fqdn=" + value + "&list[]=" + value + "&type=A");
        assertThat(parameters.raw("fqdn")).isInstanceOf(Parameters.Malformed.class);
        assertThat(parameters.raw("list"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .singleElement()
                .isInstanceOf(Parameters.Malformed.class);
        assertThat(parameters.text("type")).isEqualTo("A");
        assertThatThrownBy(() -> parameters.text("fqdn"))
                .isInstanceOf(CallerException.class)
                .hasMessage("invalid byte sequence in UTF-8");
    }

    @Test
    void nestingIsBounded() {
        assertThat(form("a" + "[b]".repeat(99) + "=1").all()).containsKey("a");
        assertThat(form("a" + "[][b]".repeat(99) + "=1").all()).containsKey("a");
        for (var levels : List.of("[b]".repeat(100), "[][b]".repeat(100), "[b]".repeat(150), "[b]".repeat(1_000_000))) {
            assertThatThrownBy(() -> form("a" + levels + "=1"))
                    .isInstanceOfSatisfying(
                            CallerException.class, e -> assertThat(e.status()).isEqualTo(400))
                    .hasMessage(
                            "A parameter is nested deeper than 100 levels, see :max_parameter_depth: in settings.yml");
        }
    }

    @Test
    void theNumberOfParametersIsBoundedOverQueryAndBody() {
        var bounds = new FormParser.Bounds(4, 100);
        var body = "c=1&d=1".getBytes(StandardCharsets.UTF_8);
        assertThat(FormParser.parse("a=1&b=1", FORM, body, bounds).all()).hasSize(4);
        assertThatThrownBy(() -> FormParser.parse("a=1&a=1&a=1", FORM, body, bounds))
                .isInstanceOfSatisfying(
                        CallerException.class, e -> assertThat(e.status()).isEqualTo(400))
                .hasMessage("The request has more than 4 parameters, see :max_parameters: in settings.yml");
    }

    @Test
    void manyKeysAreReadAllTheSame() {
        var body = new StringBuilder();
        for (int i = 0; i < 200_000; i++) {
            body.append("users[][u").append(i).append("][][repository]=r&");
        }
        var parameters = assertTimeoutPreemptively(WATCHDOG, () -> form(body.toString()));
        assertThat(parameters.raw("users"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .singleElement(InstanceOfAssertFactories.MAP)
                .hasSize(200_000);
    }

    @Test
    void manyElementsAreReadAllTheSame() {
        var body = "hosts[][uuid]=1&hosts[][name]=n&".repeat(100_000);
        var parameters = assertTimeoutPreemptively(WATCHDOG, () -> form(body));
        assertThat(parameters.raw("hosts"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(100_000);
    }

    @Test
    void keysOfOneHashValueDoNotSlowIt() {
        var body = new StringBuilder();
        int bits = 17;
        for (int i = 0; i < 1 << bits; i++) {
            for (int bit = 0; bit < bits; bit++) {
                body.append(((i >> bit) & 1) == 0 ? "Aa" : "BB"); // the same String.hashCode
            }
            body.append("=&");
        }
        var parameters = assertTimeoutPreemptively(WATCHDOG, () -> form(body.toString()));
        assertThat(parameters.all()).hasSize(1 << bits);
    }

    @Test
    void oneLongKeyIsReadOnce() {
        var body = "a[" + "x".repeat(8_000_000) + "]=1&a[][b" + "]".repeat(1_000_000);
        assertThatThrownBy(() -> assertTimeoutPreemptively(WATCHDOG, () -> form(body)))
                .isInstanceOf(BadParametersException.class);
    }

    @Test
    void whatRestClientSendsComesBack() {
        var random = new SplittableRandom(20260101);
        for (int round = 0; round < 2000; round++) {
            var sent = map(random, 3);
            var body = new StringBuilder();
            encode(sent, "", body);
            assertThat(form(body.toString()).all()).as(body.toString()).isEqualTo(sent);
        }
    }

    private static Map<String, @Nullable Object> map(SplittableRandom random, int levels) {
        var map = new LinkedHashMap<String, @Nullable Object>();
        int size = random.nextInt(1, 5);
        for (int i = 0; i < size; i++) {
            map.put(text(random) + i, value(random, levels - 1));
        }
        return map;
    }

    private static @Nullable Object value(SplittableRandom random, int levels) {
        return switch (levels == 0 ? random.nextInt(3) : random.nextInt(6)) {
            case 0 -> null;
            case 1, 2 -> text(random);
            case 3 -> {
                var list = new ArrayList<Object>();
                random.ints(random.nextInt(1, 4)).forEach(any -> list.add(text(random)));
                yield list;
            }
            case 4 -> map(random, levels);
            default -> {
                var list = new ArrayList<Map<String, String>>();
                random.ints(random.nextInt(1, 4)).forEach(any -> {
                    // every element has the first key, so the next one is known to begin
                    var element = new LinkedHashMap<String, String>();
                    element.put("id", text(random));
                    element.put("name", text(random));
                    list.add(element);
                });
                yield list;
            }
        };
    }

    private static String text(SplittableRandom random) {
        var alphabet = "abz 09&=;+%#?/\\<>'\"\n\0\u00e9\u2713.-_:@|~";
        var text = new StringBuilder();
        random.ints(random.nextInt(0, 8), 0, alphabet.length()).forEach(i -> text.append(alphabet.charAt(i)));
        return text.toString();
    }

    private static void encode(@Nullable Object value, String key, StringBuilder body) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, inner) ->
                    encode(inner, key.isEmpty() ? escape(name) : key + "[" + escape(name) + "]", body));
        } else if (value instanceof List<?> list) {
            list.forEach(inner -> encode(inner, key + "[]", body));
        } else {
            body.append(body.isEmpty() ? "" : "&").append(key).append(value == null ? "" : "=" + escape(value));
        }
    }

    private static String escape(Object text) {
        return URLEncoder.encode(text.toString(), StandardCharsets.UTF_8);
    }
}
