package smartproxy.tftp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTest {
    /** @param text with | for NUL */
    private static Request parse(String text) throws TftpError {
        return Request.parse(
                Packets.READ, ByteBuffer.wrap(text.replace('|', '\0').getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void readsFileModeAndOptions() throws Exception {
        var request = parse("pxelinux.cfg/01-aa|OcTeT|BlkSize|1428|tsize|0|");
        assertThat(request.file()).isEqualTo("pxelinux.cfg/01-aa");
        assertThat(request.netascii()).isFalse();
        assertThat(request.options().toString()).isEqualTo("{blksize=1428, tsize=0}");
        assertThat(parse("a|netascii|").netascii()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"/boot/linux, boot/linux", "///a, a", "\\\\boot\\x, boot/x", "a/../b, a/../b", "ä, ä"})
    void namesAreBelowTheRoot(String asked, String file) throws Exception {
        assertThat(parse(asked + "|octet|").file()).isEqualTo(file);
    }

    @Test
    void aNameInAnotherEncodingIsTakenByteByByte() throws Exception {
        var request =
                Request.parse(Packets.READ, ByteBuffer.wrap(new byte[] {(byte) 0xe4, 0, 'o', 'c', 't', 'e', 't', 0}));
        assertThat(request.file()).isEqualTo("ä");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a|", "a|octet", "|octet|", "a|mail|", "a|b|octet|", "||", "a||"})
    void whatIsNoWholeRequestIsIllegal(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOfSatisfying(
                        TftpError.class, e -> assertThat(e.code()).isEqualTo(TftpError.ILLEGAL));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a|octet||||", "a|octet|blksize", "a|octet|blksize|99", "a|octet|garbage"})
    void whatIsNoOptionAtTheEndDoesNotCount(String text) throws Exception {
        assertThat(parse(text).options()).isEmpty();
    }

    @Test
    void ofAnOptionAskedTwiceTheFirstCounts() throws Exception {
        assertThat(parse("a|octet|blksize|9|BLKSIZE|10|").options()).hasSize(1).containsEntry("blksize", "9");
    }

    @Test
    void anyBytesAreARequestOrIllegal() {
        var random = new Random(3);
        for (var i = 0; i < 100_000; i++) {
            var bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            for (var j = 0; j < bytes.length; j++) {
                bytes[j] = random.nextInt(6) == 0 ? 0 : bytes[j];
            }
            try {
                assertThat(Request.parse(Packets.READ, ByteBuffer.wrap(bytes)).file())
                        .doesNotStartWith("/");
            } catch (TftpError e) {
                assertThat(e.code()).isEqualTo(TftpError.ILLEGAL);
            }
        }
    }
}
