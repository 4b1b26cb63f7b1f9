package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.StartException;
import smartproxy.dns.nsupdate.TsigKey.Algorithm;

class KeyFileTest {
    private static final String SECRET = "Ly8jLyo7e30iIGFiYw//#/8=";

    @TempDir
    Path directory;

    private TsigKey read(String text) throws IOException, StartException {
        return KeyFile.read(file("rndc.key", text));
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8);
    }

    @Test
    void readsWhatRndcConfgenWrites() throws Exception {
        var key = read("key \"rndc-key\" {\n\talgorithm hmac-sha256;\n\tsecret \"c2VjcmV0IHNlY3JldA==\";\n};\n");
        assertThat(key.name()).hasToString("rndc-key.");
        assertThat(key.algorithm()).isEqualTo(Algorithm.HMAC_SHA256);
        assertThat(key.macBytes()).isEqualTo(32);
        assertThat(key.secret().getEncoded())
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("secret secret");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key k{algorithm hmac-md5;secret c2VjcmV0;};",
                "KEY k { Algorithm hmac-md5; SECRET c2VjcmV0; };",
                "# one\n// two\n/* three\n key x { */ key /* four */ \"k\"\n{ secret \"c2Vj cmV0\"; algorithm \"HMAC-MD5\" ; } ; # five",
                "key k. { algorithm hmac-md5.sig-alg.reg.int; secret c2VjcmV0; };",
                "key k { algorithm hmac-md5.SIG-ALG.REG.INT.; secret \"c2VjcmV0\"; };\nkey other { algorithm hmac-sha1; secret eHg=; };",
                "options { default-key k; default-server 127.0.0.1; };\r\nkey k {\r\n algorithm hmac-md5; secret c2VjcmV0;\r\n};\r\n",
            })
    void readsWhatNamedConfAllows(String text) throws Exception {
        var key = read(text);
        assertThat(key.name()).hasToString("k.");
        assertThat(key.algorithm()).isEqualTo(Algorithm.HMAC_MD5);
        assertThat(key.secret().getEncoded())
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("secret");
    }

    @Test
    void aBareSecretMayHoldSlashes() throws Exception {
        assertThat(read("key k { algorithm hmac-sha1; secret ab//cd==; };")
                        .secret()
                        .getEncoded())
                .hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({
        "hmac-md5, HMAC_MD5, 16",
        "hmac-md5-80, HMAC_MD5, 10",
        "hmac-sha1, HMAC_SHA1, 20",
        "hmac-sha1-80, HMAC_SHA1, 10",
        "hmac-sha224, HMAC_SHA224, 28",
        "hmac-sha256-128, HMAC_SHA256, 16",
        "hmac-sha384-192, HMAC_SHA384, 24",
        "hmac-sha512-512, HMAC_SHA512, 64",
        "hmac-sha512-256, HMAC_SHA512, 32",
    })
    void knowsAlgorithmsAndTruncation(String text, Algorithm algorithm, int macBytes) throws Exception {
        var key = read("key k { algorithm " + text + "; secret c2VjcmV0; };");
        assertThat(key.algorithm()).isEqualTo(algorithm);
        assertThat(key.macBytes()).isEqualTo(macBytes);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2 | key k {#    algorithm hmac-sha3; secret c2VjcmV0; }; | unknown algorithm 'hmac-sha3'",
                "1 | key k { algorithm hmac-sha256-120; secret c2VjcmV0; }; | cannot be truncated to 120 bits",
                "1 | key k { algorithm hmac-sha256-129; secret c2VjcmV0; }; | cannot be truncated",
                "2 | key k { algorithm hmac-sha256;#secret \"c2Vj!!!cmV0\"; }; | the secret is not base64",
                "1 | key k { algorithm hmac-sha256; secret \"\"; }; | the secret is empty",
                "1 | key k { algorithm hmac-sha256; }; | key 'k' has no secret clause",
                "1 | key k { secret c2VjcmV0; }; | key 'k' has no algorithm clause",
                "1 | key k algorithm hmac-sha256; | expected '{' after the key's name",
                "2 | key k { algorithm hmac-sha256;#secret c2VjcmV0 } | expected ';' at the end of the clause",
                "1 | key k { algorithm hmac-sha256; secret c2VjcmV0; } | expected ';' after the closing brace",
                "2 | key k {#c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0; }; | expected algorithm or secret, not '...'",
                "2 | key k {#c2VjcmV0; }; | expected algorithm or secret, not '...'",
                "2 | key k {#  algorithm c2VjcmV0; secret hmac-sha256; }; | unknown algorithm '...'",
                "1 | key k { algorithm; secret c2VjcmV0; }; | expected the algorithm's name, not ';'",
                "1 | key \"k { | a quotation mark is not closed",
                "1 | /* key | a comment is not closed",
                "1 | zone x { }; | has no statement such as key",
                "1 | key k { algorithm | ends where the algorithm's name is expected",
                "1 | key a..b { algorithm hmac-md5; secret c2VjcmV0; }; | 'a..b' is no name for a key",
            })
    void namesFileAndLineOfAMistakeAndNoSecret(int line, String text, String message) {
        assertThatThrownBy(() -> read(text.replace('#', '\n')))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(directory.resolve("rndc.key") + ":" + line + ": ")
                .hasMessageContaining(message)
                .hasMessageNotContaining("c2Vj");
    }

    @Test
    void readsThePairByEitherName() throws Exception {
        var publicHalf = file("Kfoo.example.+157+00042.key", "; comment\nfoo.example. IN KEY 512 3 157 c2VjcmV0\n");
        var privateHalf = file(
                "Kfoo.example.+157+00042.private",
                "Private-key-format: v1.2\nAlgorithm: 157 (HMAC_MD5)\nKey: c2VjcmV0\nBits: AFA=\n");
        for (var named : new Path[] {publicHalf, privateHalf}) {
            var key = KeyFile.read(named);
            assertThat(key).hasToString("key foo.example (hmac-md5-80)");
            assertThat(key.secret().getEncoded())
                    .asString(StandardCharsets.US_ASCII)
                    .isEqualTo("secret");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Algorithm: 8 (RSASHA256)#Key: c2VjcmV0 | :1: algorithm '8' is none of the HMAC ones",
                "Algorithm: 157#Bits: AAA= | has no line that begins with Key:",
                "Key: c2VjcmV0 | has no line that begins with Algorithm:",
                "Algorithm: 157#Key: !!! | :2: the secret is not base64",
                "Algorithm: 157#Key: c2VjcmV0#Bits: x | :3: Bits: is not two octets in base64",
            })
    void namesMistakesInThePair(String text, String message) throws Exception {
        file("Kfoo.+157+00042.key", "foo. IN KEY 512 3 157 c2VjcmV0\n");
        var named = file("Kfoo.+157+00042.private", text.replace('#', '\n'));
        assertThatThrownBy(() -> KeyFile.read(named))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(named.toString())
                .hasMessageContaining(message);
    }

    @Test
    void aMissingHalfIsNamed() throws Exception {
        var named = file("Kfoo.+157+00042.private", "Algorithm: 157\nKey: c2VjcmV0\n");
        assertThatThrownBy(() -> KeyFile.read(named))
                .isInstanceOf(StartException.class)
                .hasMessage(directory.resolve("Kfoo.+157+00042.key") + ": does not exist");
    }

    @Test
    void aPublicHalfWithoutAKeyIsNamed() throws Exception {
        var named = file("Kfoo.+157+00042.private", "Algorithm: 157\nKey: c2VjcmV0\n");
        for (var text : new String[] {"; nothing\n", "\nfoo. IN A 192.0.2.1\n"}) {
            var other = file("Kfoo.+157+00042.key", text);
            assertThatThrownBy(() -> KeyFile.read(named))
                    .isInstanceOf(StartException.class)
                    .hasMessage(other + (text.startsWith(";") ? ":1: holds no KEY record" : ":2: is no KEY record"));
        }
    }

    @Test
    void whatCannotBeReadIsNamedOnceAndSaysWhy() throws Exception {
        var round = directory.resolve("round.key");
        Files.createSymbolicLink(round, round);
        assertThatThrownBy(() -> KeyFile.read(round))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(round + ": cannot be read: ")
                .message()
                .satisfies(message -> assertThat(message.lastIndexOf(round.toString()))
                        .as(message)
                        .isZero());
    }

    @Test
    void aHugeFileIsNotRead() throws Exception {
        assertThatThrownBy(() -> read(" ".repeat(70_000)))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("no key file");
    }

    @Test
    void neverPrintsTheSecret() throws Exception {
        assertThat(read("key k { algorithm hmac-sha256; secret \"" + SECRET.replace("#", "+") + "\"; };"))
                .hasToString("key k (hmac-sha256)");
    }
}
