package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.Parameters;

class MethodOverrideTest {
    @ParameterizedTest
    @CsvSource({
        "POST, DELETE, , DELETE",
        "POST, delete, , DELETE",
        "POST, , DELETE, DELETE",
        "POST, , put, PUT",
        "POST, PUT, DELETE, PUT",
        "POST, nonsense, DELETE, POST",
        "POST, GET, , POST",
        "POST, OPTIONS, , POST",
        "POST, , , POST",
        "GET, DELETE, DELETE, GET",
        "PUT, DELETE, , PUT"
    })
    void readsFormThenHeader(String method, String field, String header, String meant) {
        var form = field == null ? Parameters.none() : new Parameters(Map.of("_method", field));
        assertThat(MethodOverride.of(method, form, header)).isEqualTo(meant);
    }

    @Test
    void aListIsNoMethod() {
        var form = new Parameters(Map.of("_method", List.of("DELETE")));
        assertThat(MethodOverride.of("POST", form, null)).isEqualTo("POST");
        assertThat(MethodOverride.of(
                        "POST",
                        new Parameters(Map.of("_method", new Parameters.Malformed(new byte[] {(byte) 0xff}))),
                        null))
                .isEqualTo("POST");
    }
}
