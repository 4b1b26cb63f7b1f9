package smartproxy.core.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import smartproxy.core.api.HttpCall;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.Secret;
import smartproxy.core.api.StartException;
import smartproxy.core.tls.TestPki;

/** What is wrong with an identity is said before it is used, and no secret with it. */
class LazyPeerTest {
    @TempDir
    private Path files;

    private static HttpIdentity identity(String base) {
        return HttpIdentity.of(URI.create(base), "test_ca_file");
    }

    @ParameterizedTest
    @CsvSource({
        "ftp://host, ftp is not a way",
        "https:///path, no host",
        "https://me:hidden@host, may not have a user",
        "https://host?token=hidden, a query",
        "https://host/#hidden, a fragment"
    })
    void theUrlNamesASchemeAHostAndAPath(String base, String text) {
        assertThatThrownBy(() -> new LazyPeer("test", identity(base)))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith("test: ")
                .hasMessageContaining(text)
                .satisfies(thrown -> assertThat(thrown.getMessage()).doesNotContain("hidden"));
    }

    @Test
    void aMissingFileIsNamed() {
        var missing = files.resolve("missing.pem");
        assertThatThrownBy(() -> new LazyPeer("test", identity("https://host").trusting(missing)))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(missing + ": no such file");
    }

    @Test
    void certificateAndKeyMustBelongTogether() {
        var pki = TestPki.create("CA", TestPki.KeyType.EC_P256);
        pki.client("one").writeTo(files, "one");
        pki.client("two").writeTo(files, "two");
        var mixed = identity("https://host").presenting(files.resolve("one.pem"), files.resolve("two.key"));
        assertThatThrownBy(() -> new LazyPeer("test", mixed))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("one.pem")
                .hasMessageContaining("two.key");
    }

    @Test
    void secretsAreNotPrinted() {
        assertThat(identity("https://host").basic("me", new Secret("hidden")).toString())
                .doesNotContain("hidden", "bWU6aGlkZGVu");
        assertThat(HttpCall.post("a").with("token", "hidden").json("hidden").toString())
                .isEqualTo("POST a");
    }
}
