package smartproxy.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.Security;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.StartException;
import smartproxy.core.http.TestServer;

/** Which library does TLS. The native one is there on every platform that these tests run on. */
class TlsSetupTest {
    private static final String NONE = "";
    private static final TestPki PKI = TestPki.create();

    @TempDir
    Path directory;

    @BeforeEach
    void files() {
        PKI.writeTo(directory);
    }

    @Test
    void takesTheNativeOneByItself() throws StartException {
        var setup = setup("auto", NONE);

        assertThat(setup.crypto().isNative()).isTrue();
        assertThat(notes(setup))
                .contains("TLS is done by Conscrypt 2.9.0 (native); it lacks AES128-SHA256, AES256-SHA256");
        assertThat(Security.getProviders())
                .as("nothing else shall use it")
                .noneMatch(provider -> provider.getName().contains("Conscrypt"));
    }

    @Test
    void takesTheRuntimesWhereToldTo() throws StartException {
        var setup = setup("jdk", NONE);

        assertThat(setup.crypto().isNative()).isFalse();
        assertThat(notes(setup)).contains("TLS is done by Java " + System.getProperty("java.version"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256",
                "AES128-GCM-SHA256:TLS_AES_256_GCM_SHA384",
                "PROFILE=SYSTEM"
            })
    void leavesToTheRuntimeWhatTheNativeOneLacks(String ciphers) throws StartException {
        var setup = setup("auto", ciphers);

        assertThat(setup.crypto().isNative()).isFalse();
        assertThat(notes(setup)).contains("Native crypto is not used: it ", "TLS is done by Java");
    }

    @Test
    void takesTheNativeOneForSuitesThatItHas() throws StartException {
        assertThat(setup("auto", "ECDHE-RSA-AES256-GCM-SHA384").crypto().isNative())
                .isTrue();
        assertThat(setup("native", "PROFILE=SYSTEM").crypto().isNative()).isTrue();
    }

    private TlsSetup setup(String crypto, String ciphers) throws StartException {
        var base = TestServer.tlsSettings(directory);
        return TlsSetup.of(new TlsSettings(
                base.certificate(),
                base.ca(),
                base.privateKey(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                "1.2",
                Optional.of(ciphers).filter(text -> !text.isEmpty()),
                crypto));
    }

    private static String notes(TlsSetup setup) {
        return setup.notes().stream().map(CipherSuites.Note::text).collect(Collectors.joining("\n"));
    }
}
