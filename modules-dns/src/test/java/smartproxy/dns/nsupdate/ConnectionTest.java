package smartproxy.dns.nsupdate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

class ConnectionTest {
    private static final int MOST = 4;

    /** Notes what is written. */
    private static final class Recording extends Connection {
        final List<byte[]> written = new ArrayList<>();
        boolean closed;

        Recording() {
            super(new InetSocketAddress(InetAddress.getLoopbackAddress(), 53), null, MOST);
        }

        @Override
        void read() {}

        @Override
        void write(byte[] wire) {
            written.add(wire);
        }

        @Override
        void closeChannel() {
            closed = true;
        }
    }

    private final Recording connection = new Recording();
    private final BlockingQueue<Exchange> inbox = new LinkedBlockingQueue<>();

    private Exchange send() throws IOException {
        var question = Record.newRecord(Name.fromConstantString("example.com."), Type.SOA, DClass.IN);
        return connection.send(Message.newQuery(question), Duration.ofSeconds(1), inbox);
    }

    private static byte[] answerTo(byte[] wire) {
        var answer = wire.clone();
        answer[2] |= (byte) 0x80;
        return answer;
    }

    @Test
    void idsOfMessagesInFlightDiffer() throws Exception {
        var ids = new HashSet<Integer>();
        for (var i = 0; i < MOST; i++) {
            send();
        }
        for (var wire : connection.written) {
            ids.add(new Message(wire).getHeader().getID());
        }
        assertThat(ids).hasSize(MOST);
    }

    @Test
    void messagesInFlightAreBounded() throws Exception {
        for (var i = 0; i < MOST; i++) {
            send();
        }
        assertThatThrownBy(this::send).isInstanceOf(IOException.class).hasMessageContaining("wait for an answer");
        connection.received(answerTo(connection.written.get(0)));
        assertThat(inbox).hasSize(1);
        send();
        assertThat(connection.isUsable()).isTrue();
    }

    @Test
    void aServerThatAnswersNothingIsLeftBeforeBuffersFill() throws Exception {
        for (var i = 0; i < MOST; i++) {
            connection.giveUp(send());
        }
        assertThatThrownBy(this::send).isInstanceOf(IOException.class).hasMessageContaining("answers none");
        assertThat(connection.closed).isTrue();
        assertThat(connection.isUsable()).isFalse();
    }

    @Test
    void oneAnswerShowsThatItReads() throws Exception {
        for (var i = 0; i < 3 * MOST; i++) {
            connection.giveUp(send());
            send();
            connection.received(answerTo(connection.written.get(connection.written.size() - 1)));
        }
        assertThat(connection.isUsable()).isTrue();
        assertThat(connection.heardWithin(Duration.ofSeconds(10))).isTrue();
    }

    @Test
    void aFailureEndsAllThatIsInFlightOnce() throws Exception {
        var first = send();
        var second = send();
        connection.fail(new IOException("gone"));
        connection.fail(new IOException("again"));
        assertThat(inbox).containsExactlyInAnyOrder(first, second);
        assertThat(first.failure()).hasMessage("gone");
        connection.received(answerTo(connection.written.get(0)));
        assertThat(first.answer()).isNull();
        assertThatThrownBy(this::send).hasMessage("gone");
    }
}
