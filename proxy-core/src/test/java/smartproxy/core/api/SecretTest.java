package smartproxy.core.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SecretTest {
    @Test
    void neverPrints() {
        var secret = new Secret("hunter2");
        assertThat(secret).hasToString("***").isEqualTo(new Secret("hunter2")).isNotEqualTo(new Secret("other"));
        assertThat(secret.reveal()).isEqualTo("hunter2");
    }
}
