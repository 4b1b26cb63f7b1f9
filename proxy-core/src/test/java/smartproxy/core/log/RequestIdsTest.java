package smartproxy.core.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;

class RequestIdsTest {
    @Test
    void whatTheCallerSendsIsKept() {
        assertThat(RequestIds.of("5f4c3aed-1", "s 1")).isEqualTo(new RequestIds("5f4c3aed-1", "s 1"));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "  "})
    void withoutOneAUuidIsMade(@Nullable String header) {
        var seen = new HashSet<String>();
        for (int i = 0; i < 1000; i++) {
            var ids = RequestIds.of(header, header);
            for (var id : new String[] {ids.request(), ids.session()}) {
                var uuid = UUID.fromString(id);
                assertThat(uuid.version()).isEqualTo(4);
                assertThat(uuid.variant()).isEqualTo(2);
                seen.add(id);
            }
        }
        assertThat(seen).hasSize(2000);
    }

    @Test
    void nothingButPrintableAsciiPasses() {
        var ids = RequestIds.of("a\u00ff\r\n\u001bb\u2028c\ud83d\ude00~\u007f", "x".repeat(1000));

        assertThat(ids.request()).isEqualTo("a????b?c??~?");
        assertThat(ids.session()).hasSize(128);
    }

    @Test
    void theContextIsThereForTheRequestAlone() {
        try (var scope = new RequestIds("r", "s").enter("192.0.2.1")) {
            assertThat(scope).isNotNull();
            assertThat(MDC.get("request")).isEqualTo("r");
            assertThat(MDC.get("session")).isEqualTo("s");
            assertThat(MDC.get("remote_ip")).isEqualTo("192.0.2.1");
        }

        assertThat(MDC.get("request")).isNull();
        assertThat(MDC.get("session")).isNull();
        assertThat(MDC.get("remote_ip")).isNull();
    }
}
