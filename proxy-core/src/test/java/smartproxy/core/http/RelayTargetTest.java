package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.CallerException;

class RelayTargetTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/pulp/x?a=%",
                "/pulp/x?a=%z1",
                "/pulp/x?a=%1",
                "/pulp/%2e%2e/x",
                "/pulp/a%2Fb",
                "/pulp//x",
                "/pulp/..;/x",
                "/pulp/.;a/x"
            })
    void whatTheServerMightReadInAnotherWayIsRefused(String target) {
        assertThatThrownBy(() -> RelayTarget.of(target, Optional.empty()))
                .isInstanceOf(CallerException.class)
                .hasMessageStartingWith("bad URI");
    }

    @Test
    void whatIsRefusedIsShownWithoutItsSecrets() {
        assertThatThrownBy(() -> RelayTarget.of("/pulp//x?a=1&validate_token=sesame", Optional.empty()))
                .hasMessage("bad URI `/pulp//x?a=1?validate_token=***'.");
    }

    @Test
    void aQueryIsPassedOnAsItIs() {
        assertThat(RelayTarget.of("/pulp/x?a=1&a[b]=%2F..", Optional.empty())).isEqualTo("/pulp/x?a=1&a[b]=%2F..");
    }
}
