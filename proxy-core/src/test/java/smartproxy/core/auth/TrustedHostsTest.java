package smartproxy.core.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedHostsTest {
    private static final TrustedHosts HOSTS = new TrustedHosts(
            "trusted_hosts",
            List.of("Foreman.Example.COM", "dot.example.com.", "*.example.org", "", ".", "fe80::1%eth0"));

    @ParameterizedTest
    @ValueSource(
            strings = {"foreman.example.com", "FOREMAN.example.com", "dot.example.com", "fe80::1%eth0", "*.example.org"
            })
    void anEntryIsLetIn(String name) {
        assertThat(HOSTS.contains(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "foreman",
                "foreman.example.com.",
                "foreman.example.com.evil.org",
                "evil.foreman.example.com",
                "foreman.example.com\0",
                "foreman.example.com\0.evil.org",
                " foreman.example.com",
                "foreman.example.com\n",
                "a.example.org"
            })
    void nothingElseIs(String name) {
        assertThat(HOSTS.contains(name)).isFalse();
    }

    @Test
    void lettersThatOnlyBecomeAsciiInLowerCaseAreOthers() {
        assertThat("\u212Aelvin.example.com".toLowerCase(java.util.Locale.ROOT)).isEqualTo("kelvin.example.com");
        assertThat(new TrustedHosts("trusted_hosts", List.of("kelvin.example.com")).contains("\u212Aelvin.example.com"))
                .isFalse();
        assertThat(new TrustedHosts("trusted_hosts", List.of("\u212Aelvin.example.com")).contains("kelvin.example.com"))
                .isFalse();
        assertThat(new TrustedHosts("trusted_hosts", List.of("h\u00e9.example.com")).contains("h\u00e9.example.com"))
                .isFalse();
    }
}
