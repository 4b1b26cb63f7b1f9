package smartproxy.core.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.StartException;

class CipherSuitesTest {
    private static final List<String> TLS_1_3 = List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256");
    private static final CipherSuites.Engine ENGINE = new CipherSuites.Engine(
            List.of(
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"),
            List.of(
                    "TLS_AES_256_GCM_SHA384",
                    "TLS_AES_128_GCM_SHA256",
                    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                    "TLS_RSA_WITH_AES_256_CBC_SHA",
                    "TLS_EMPTY_RENEGOTIATION_INFO_SCSV"));

    @ParameterizedTest
    @CsvSource({
        "ECDHE-RSA-AES128-GCM-SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-RSA-AES256-GCM-SHA384, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "AES128-GCM-SHA256, TLS_RSA_WITH_AES_128_GCM_SHA256",
        "AES256-GCM-SHA384, TLS_RSA_WITH_AES_256_GCM_SHA384",
        "AES128-SHA256, TLS_RSA_WITH_AES_128_CBC_SHA256",
        "AES256-SHA256, TLS_RSA_WITH_AES_256_CBC_SHA256",
        "AES128-SHA, TLS_RSA_WITH_AES_128_CBC_SHA",
        "AES256-SHA, TLS_RSA_WITH_AES_256_CBC_SHA",
        "ECDHE-ECDSA-AES256-SHA384, TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
        "ECDHE-RSA-CHACHA20-POLY1305, TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "DHE-RSA-AES256-SHA256, TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
        "DHE-RSA-AES128-CCM, TLS_DHE_RSA_WITH_AES_128_CCM"
    })
    void knowsOpenSslName(String openSsl, String engine) {
        assertThat(CipherSuites.engineName(openSsl)).contains(engine);
    }

    @Test
    void takesBuiltInListInItsOrderAndReportsWhatIsLacking() throws Exception {
        var choice = choose(List.of(), List.of(), "1.2", null);
        assertThat(choice.protocols()).containsExactly("TLSv1.3", "TLSv1.2");
        assertThat(choice.suites())
                .containsExactly(
                        TLS_1_3.get(0),
                        TLS_1_3.get(1),
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                        "TLS_RSA_WITH_AES_256_CBC_SHA");
        assertThat(choice.lacking())
                .containsExactly(
                        "AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA256", "AES256-SHA256", "AES128-SHA");
        assertThat(choice.notes()).isEmpty();
    }

    @Test
    void takesDisabledSuitesOut() throws Exception {
        var choice = choose(List.of("ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA"), List.of(), "1.2", null);
        assertThat(choice.suites()).doesNotContain("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assertThat(choice.lacking()).doesNotContain("AES128-SHA");
    }

    @Test
    void warnsOfDisabledSuitesThatMeanNothing() throws Exception {
        var choice = choose(List.of("CIPHER-SUITE-1", "TLS_AES_128_GCM_SHA256"), List.of(), "1.2", null);
        assertThat(choice.suites()).containsAll(TLS_1_3);
        assertThat(choice.notes())
                .filteredOn(CipherSuites.Note::warning)
                .extracting(CipherSuites.Note::text)
                .anyMatch(text -> text.contains("CIPHER-SUITE-1"))
                .anyMatch(text -> text.contains("TLS_AES_128_GCM_SHA256"));
    }

    @Test
    void namedSuitesReplaceTheList() throws Exception {
        var choice = choose(
                List.of(), List.of(), "1.2", "ECDHE-RSA-AES256-GCM-SHA384:TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assertThat(choice.suites())
                .containsExactly(
                        TLS_1_3.get(0),
                        TLS_1_3.get(1),
                        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
    }

    @Test
    void namedTls13SuitesReplaceThoseOfTheEngine() throws Exception {
        var choice = choose(List.of(), List.of(), "1.2", "TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256");
        assertThat(choice.suites()).containsExactly("TLS_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256");
        assertThat(choose(List.of(), List.of(), "1.2", "TLS_AES_128_GCM_SHA256").protocols())
                .containsExactly("TLSv1.3");
    }

    @Test
    void systemProfileIsTheEnginesOwnList() throws Exception {
        assertThat(choose(List.of(), List.of(), "1.2", "PROFILE=SYSTEM").suites())
                .isEqualTo(ENGINE.enabled());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HIGH",
                "!aNULL",
                "DEFAULT",
                "ECDHE+AESGCM",
                "@SECLEVEL=2",
                "PROFILE=FUTURE",
                "-RC4",
                "kRSA",
                "ALL"
            })
    void refusesKeywordByName(String keyword) {
        assertThatThrownBy(() -> choose(List.of(), List.of(), "1.2", "ECDHE-RSA-AES128-GCM-SHA256:" + keyword))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("tls_ciphers: the keyword '" + keyword + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ECDHE-RSA-AES129-GCM-SHA256", "RC4-MD5", "TLS_RSA_WITH_NULL_SHA"})
    void refusesUnknownName(String name) {
        assertThatThrownBy(() -> choose(List.of(), List.of(), "1.2", name))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("tls_ciphers: unknown cipher suite '" + name + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "1.3, TLSv1.2, TLSv1.3 will be disabled.",
        "TLSv1.3, TLSv1.2, TLSv1.3 will be disabled.",
        "1.2, TLSv1.3, TLSv1.2 will be disabled.",
        "1.1, TLSv1.3 TLSv1.2, TLSv1.1 will be disabled.",
        "9.9, TLSv1.3 TLSv1.2, TLSv9.9 was not found."
    })
    void disablesVersion(String disabled, String left, String note) throws Exception {
        var choice = choose(List.of(), List.of(disabled), "1.2", null);
        assertThat(String.join(" ", choice.protocols())).isEqualTo(left);
        assertThat(choice.notes()).contains(new CipherSuites.Note(note.endsWith("found."), note));
    }

    @Test
    void minimumVersionDisablesWhatIsBelow() throws Exception {
        var choice = choose(List.of(), List.of(), "1.3", null);
        assertThat(choice.protocols()).containsExactly("TLSv1.3");
        assertThat(choice.suites()).isEqualTo(TLS_1_3);
    }

    @Test
    void nothingLeftIsAnError() {
        assertThatThrownBy(() -> choose(List.of(), List.of("1.2", "1.3"), "1.2", null))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("tls_disabled_versions");
        assertThatThrownBy(() -> choose(List.of(), List.of("1.3"), "1.2", "AES128-SHA"))
                .hasMessageContaining("lacks AES128-SHA");
    }

    @Test
    void ecKeyHasNoBuiltInSuiteOfTls12() throws Exception {
        assertThat(choose(List.of(), List.of(), "1.2", null).fitting("EC"))
                .hasValueSatisfying(note -> assertThat(note.warning()).isTrue());
        assertThat(choose(List.of(), List.of(), "1.2", null).fitting("RSA")).isEmpty();
        assertThat(choose(List.of(), List.of(), "1.2", "ECDHE-ECDSA-AES128-GCM-SHA256")
                        .fitting("EC"))
                .isEmpty();
        var tls12 = choose(List.of(), List.of("1.3"), "1.2", null);
        assertThatThrownBy(() -> tls12.fitting("EC")).hasMessageContaining("EC key of ssl_private_key");
    }

    private static CipherSuites choose(
            List<String> disabledCiphers, List<String> disabledVersions, String minVersion, @Nullable String ciphers)
            throws StartException {
        return CipherSuites.choose(
                new TlsSettings(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        disabledCiphers,
                        disabledVersions,
                        minVersion,
                        Optional.ofNullable(ciphers),
                        TlsSettings.AUTO),
                ENGINE);
    }
}
