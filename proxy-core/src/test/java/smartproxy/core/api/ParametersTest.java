package smartproxy.core.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ParametersTest {
    @Test
    void givesTextsAndRefusesOtherShapes() {
        var values = new LinkedHashMap<String, @Nullable Object>();
        values.put("text", "a");
        values.put("empty", "");
        values.put("bare", null);
        values.put("list", List.of("A"));
        values.put("malformed", new Parameters.Malformed(new byte[] {(byte) 0xff}));
        var parameters = new Parameters(values);
        assertThat(parameters.text("text")).isEqualTo("a");
        assertThat(parameters.has("empty")).isTrue();
        assertThat(parameters.has("bare")).isFalse();
        assertThat(parameters.text("bare")).isNull();
        assertThat(parameters.text("absent")).isNull();
        assertThatThrownBy(() -> parameters.text("list"))
                .isInstanceOf(CallerException.class)
                .hasMessage("Parameter 'list' is expected to be a text, not [\"A\"]");
        assertThatThrownBy(() -> parameters.text("malformed")).hasMessage("invalid byte sequence in UTF-8");
    }

    @Test
    void printsValuesAsTheReferenceDoes() {
        assertThat(Parameters.inspect(Map.of("a", "arr.example.com"))).isEqualTo("{\"a\"=>\"arr.example.com\"}");
        assertThat(Parameters.inspect(Arrays.asList("a", null, List.of()))).isEqualTo("[\"a\", nil, []]");
        assertThat(Parameters.inspect("say \"x\\\"")).isEqualTo("\"say \\\"x\\\\\\\"\"");
        assertThat(Parameters.inspect(Map.of())).isEqualTo("{}");
        assertThat(Parameters.inspect("a\r\n\t\f\b\u000b\u0007\u001b\u007f\u0001\u0085\u00fc"))
                .as("a message stays one line")
                .isEqualTo("\"a\\r\\n\\t\\f\\b\\v\\a\\e\\x7F\\u0001\\u0085\u00fc\"");
    }
}
