package smartproxy.tftp.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import smartproxy.core.log.Capture;
import smartproxy.tftp.files.OpenFile;

/** What is sent when, without a socket and with a clock that is moved by hand. */
class TftpTransferTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    @TempDir
    Path directory;

    private final List<byte[]> sent = new ArrayList<>();
    private final Counters counters = new Counters();
    private boolean full;
    private long now;
    private byte[] content = {};

    @BeforeEach
    void begin() {
        now = 1000 * MILLI;
    }

    private TftpTransfer transfer(int size, String... options) throws IOException {
        content = new byte[size];
        new Random(size).nextBytes(content);
        var file = Files.write(directory.resolve("file"), content);
        var asked = new java.util.LinkedHashMap<String, String>();
        for (var i = 0; i < options.length; i += 2) {
            asked.put(options[i], options[i + 1]);
        }
        var request = new Request(false, "file", false, asked);
        var terms = Terms.of(request, size);
        var transfer = new TftpTransfer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 5000),
                request,
                Blocks.of(new OpenFile("file", FileChannel.open(file), size, Instant.EPOCH), false, terms),
                terms,
                this::take,
                ByteBuffer.allocate(Packets.HEADER + Terms.MOST_BLOCK),
                counters,
                now);
        transfer.start(now);
        return transfer;
    }

    private boolean take(ByteBuffer packet) {
        if (full) {
            return false;
        }
        var bytes = new byte[packet.remaining()];
        packet.get(bytes);
        sent.add(bytes);
        return true;
    }

    /** The numbers of the blocks sent since the last call; -1: options, -2: an error. */
    private List<Integer> sent() {
        var numbers = sent.stream()
                .map(packet -> switch (packet[1]) {
                    case Packets.DATA -> (packet[2] & 0xff) << 8 | (packet[3] & 0xff);
                    case Packets.OPTIONS_ACK -> -1;
                    default -> -2;
                })
                .toList();
        sent.clear();
        return numbers;
    }

    private void ack(TftpTransfer transfer, int number) {
        transfer.receive(ByteBuffer.wrap(new byte[] {0, Packets.ACK, (byte) (number >> 8), (byte) number}), now);
    }

    private void pass(TftpTransfer transfer, long millis) {
        now += millis * MILLI;
        transfer.tick(now);
    }

    @Test
    void sendsABlockForEachAcknowledgement() throws Exception {
        var transfer = transfer(1024);
        assertThat(sent()).containsExactly(1);
        ack(transfer, 1);
        assertThat(sent()).containsExactly(2);
        ack(transfer, 2);
        assertThat(sent).singleElement().satisfies(last -> assertThat(last).hasSize(4));
        assertThat(transfer.end()).isNull();
        ack(transfer, 3);
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.COMPLETE);
        assertThat(counters.bytes.sum()).isEqualTo(1024);
    }

    @Test
    void aSecondAcknowledgementOfABlockSendsNothing() throws Exception {
        var transfer = transfer(2000);
        ack(transfer, 1);
        sent();
        ack(transfer, 1);
        ack(transfer, 1);
        ack(transfer, 0);
        assertThat(sent()).isEmpty();
        ack(transfer, 2);
        assertThat(sent()).containsExactly(3);
        assertThat(counters.retransmissions.sum()).isZero();
    }

    @Test
    void anAcknowledgementOfWhatWasNotSentIsNone() throws Exception {
        var transfer = transfer(2000);
        sent();
        ack(transfer, 2);
        ack(transfer, 65535);
        assertThat(sent()).isEmpty();
        assertThat(transfer.end()).isNull();
    }

    @Test
    void sendsAgainWithin200MillisecondsThenLessAndLessOften() throws Exception {
        var transfer = transfer(2000);
        sent();
        var times = new ArrayList<Long>();
        for (var at = 0; at < 11_000; at += 50) {
            pass(transfer, 50);
            if (!sent().isEmpty()) {
                times.add(at + 50L);
            }
        }
        assertThat(times.get(0)).isLessThanOrEqualTo(200);
        assertThat(times).hasSizeBetween(5, 8);
        for (var i = 2; i < times.size(); i++) {
            assertThat(times.get(i) - times.get(i - 1)).isGreaterThan(times.get(i - 1) - times.get(i - 2));
        }
        assertThat(transfer.end()).isNull();
        pass(transfer, 1000);
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.FAILED);
        assertThat(counters.retransmissions.sum()).isEqualTo(times.size());
    }

    @Test
    void goesOnBackingOffUntilATimeIsMeasuredThatIsNoRepetitions() throws Exception {
        var transfer = transfer(100_000);
        pass(transfer, 150);
        sent();
        now += 300 * MILLI; // a round trip of 450 ms
        ack(transfer, 1);
        assertThat(sent()).containsExactly(2);
        pass(transfer, 250);
        assertThat(sent()).as("not before 300 ms").isEmpty();
        pass(transfer, 60);
        assertThat(sent()).containsExactly(2);
        now += 140 * MILLI;
        ack(transfer, 2);
        sent();
        now += 450 * MILLI;
        ack(transfer, 3); // sent once: measured
        sent();
        pass(transfer, 850);
        assertThat(sent()).isEmpty();
        pass(transfer, 60);
        assertThat(sent()).containsExactly(4);
    }

    @Test
    void keepsToTheTimeoutThatWasAgreedOn() throws Exception {
        var transfer = transfer(2000, "timeout", "3");
        assertThat(sent()).containsExactly(-1);
        for (var i = 0; i < 3; i++) {
            pass(transfer, 2900);
            assertThat(sent()).isEmpty();
            pass(transfer, 100);
            assertThat(sent()).containsExactly(-1);
        }
        assertThat(counters.retransmissions.sum()).isEqualTo(3);
    }

    @Test
    void waitsTwiceAsLongAsAnswersTakeOnAverage() throws Exception {
        var transfer = transfer(100_000);
        now += 145 * MILLI;
        ack(transfer, 1); // 290 ms
        now += 800 * MILLI;
        ack(transfer, 2); // (7 * 145 + 800) / 8 ms, about 227
        sent();
        pass(transfer, 445);
        assertThat(sent()).isEmpty();
        pass(transfer, 15);
        assertThat(sent()).containsExactly(3);
    }

    @Test
    void waitsForAcknowledgementOfTheOptionsBeforeItSendsData() throws Exception {
        var transfer = transfer(2000, "blksize", "1000");
        assertThat(sent()).containsExactly(-1);
        ack(transfer, 1);
        assertThat(sent()).isEmpty();
        ack(transfer, 0);
        assertThat(sent()).containsExactly(1);
        ack(transfer, 0);
        assertThat(sent()).as("the options once more").isEmpty();
    }

    @Test
    void sendsAWindowForOneAcknowledgement() throws Exception {
        var transfer = transfer(5000, "windowsize", "4");
        sent();
        ack(transfer, 0);
        assertThat(sent()).containsExactly(1, 2, 3, 4);
        ack(transfer, 4);
        assertThat(sent()).containsExactly(5, 6, 7, 8);
        ack(transfer, 8);
        assertThat(sent()).containsExactly(9, 10);
        ack(transfer, 10);
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.COMPLETE);
        assertThat(counters.bytes.sum()).isEqualTo(5000);
    }

    @Test
    void countsWhatHasArrivedOfTheLastWindow() throws Exception {
        var transfer = transfer(5000, "windowsize", "16");
        ack(transfer, 0);
        ack(transfer, 9);
        assertThat(counters.bytes.sum()).isEqualTo(9 * 512);
        ack(transfer, 10);
        assertThat(counters.bytes.sum()).isEqualTo(5000);
    }

    @Test
    void theLastBlockIsSentAgainToo() throws Exception {
        var transfer = transfer(600);
        ack(transfer, 1);
        sent();
        pass(transfer, 200);
        assertThat(sent()).containsExactly(2);
    }

    @Test
    void goesOnBehindWhatTheClientHasOfAWindow() throws Exception {
        var transfer = transfer(50_000, "windowsize", "4");
        ack(transfer, 0);
        sent();
        ack(transfer, 2);
        assertThat(sent()).containsExactly(3, 4, 5, 6);
        ack(transfer, 2);
        assertThat(sent()).as("a duplicate").isEmpty();
        ack(transfer, 1);
        assertThat(sent()).as("a late one").isEmpty();
        assertThat(counters.retransmissions.sum()).isEqualTo(2);
    }

    @Test
    void sendsTheWholeWindowAgainWhenNothingIsHeard() throws Exception {
        var transfer = transfer(50_000, "windowsize", "3");
        ack(transfer, 0);
        sent();
        pass(transfer, 200);
        assertThat(sent()).containsExactly(1, 2, 3);
    }

    @Test
    void numbersGoOnAtZeroAfter65535() throws Exception {
        var size = 8 * 70_000 + 3;
        var transfer = transfer(size, "blksize", "8", "windowsize", "64");
        sent();
        ack(transfer, 0);
        var received = ByteBuffer.allocate(size);
        var block = 0;
        while (transfer.end() == null) {
            for (var packet : List.copyOf(sent)) {
                block++;
                assertThat((packet[2] & 0xff) << 8 | (packet[3] & 0xff)).isEqualTo(block & 0xffff);
                received.put(packet, 4, packet.length - 4);
            }
            sent.clear();
            ack(transfer, block & 0xffff);
        }
        assertThat(block).isEqualTo(70_001);
        assertThat(received.array()).isEqualTo(content);
        assertThat(counters.retransmissions.sum()).isZero();
    }

    @Test
    void whatFindsNoRoomIsSentWithTheNextTick() throws Exception {
        var transfer = transfer(5000, "windowsize", "3");
        sent();
        full = true;
        ack(transfer, 0);
        pass(transfer, 10);
        full = false;
        assertThat(sent()).isEmpty();
        pass(transfer, 10);
        assertThat(sent()).containsExactly(1, 2, 3);
        assertThat(counters.retransmissions.sum()).isZero();
    }

    /** The answer to what was sent at first comes while its repetition finds no room. */
    @Test
    void whatWasSentBeforeIsAcknowledgedThoughItIsBeingRepeated() throws Exception {
        var transfer = transfer(5000, "windowsize", "4");
        ack(transfer, 0);
        full = true;
        pass(transfer, 200);
        full = false;
        sent();
        ack(transfer, 4);
        assertThat(sent()).containsExactly(5, 6, 7, 8);
    }

    /** Where a firewall lets nothing through, no file is read, however short. */
    @Test
    void aShortFileIsNotReadByWhoNeverAnswers() throws Exception {
        var transfer = transfer(300);
        pass(transfer, 12_000);
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.FAILED);
    }

    @Test
    void aFileWithoutAcknowledgementOfItsLastBlockWasRead() throws Exception {
        var transfer = transfer(600);
        ack(transfer, 1);
        pass(transfer, 31_000);
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.COMPLETE);
    }

    @Test
    void aSilentClientIsGivenUp() throws Exception {
        var transfer = transfer(6000);
        ack(transfer, 1);
        pass(transfer, 29_000);
        assertThat(transfer.end()).isNull();
        pass(transfer, 1_000);
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.FAILED);
    }

    @Test
    void aLongTimeoutDoesNotHoldAPlaceForSomebodyWhoNeverAnswered() throws Exception {
        var transfer = transfer(6000, "timeout", "255");
        pass(transfer, 12_000);
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.FAILED);
    }

    @Test
    void noTransferTakesLongerThanItsBound() throws Exception {
        var transfer = transfer(60_000);
        for (var block = 1; block <= 4 * 60 * 3 && transfer.end() == null; block++) {
            now += 20_000 * MILLI;
            ack(transfer, Math.min(block, 100));
            pass(transfer, 1);
        }
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.FAILED);
    }

    @Test
    void anErrorOfTheClientEndsIt() throws Exception {
        var transfer = transfer(6000);
        transfer.receive(ByteBuffer.wrap(new byte[] {0, 5, 0, 8, 0}), now);
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.ABORTED);
    }

    @Test
    void otherPacketsOfTheClientDoNotDisturbIt() throws Exception {
        var transfer = transfer(600);
        sent();
        for (var packet :
                List.of(new byte[] {}, new byte[] {0, 4, 0}, new byte[] {0, 3, 0, 1, 7}, new byte[] {9, 9, 9, 9})) {
            transfer.receive(ByteBuffer.wrap(packet), now);
        }
        assertThat(sent()).isEmpty();
        assertThat(transfer.end()).isNull();
        assertThat(counters.strays.sum()).isEqualTo(4);
    }

    /** In the words of docs/tftp_server.md. */
    @Test
    void theLogTellsHowATransferEnded() throws Exception {
        try (var log = new Capture(TftpTransfer.class, Level.INFO)) {
            var transfer = transfer(600, "blksize", "1000");
            pass(transfer, 200);
            ack(transfer, 0);
            now += 1050 * MILLI;
            ack(transfer, 1);
            transfer.close(now);

            var broken = transfer(3000);
            ack(broken, 1);
            broken.receive(ByteBuffer.wrap(new byte[] {0, 5, 0, 8, 0}), now);
            broken.close(now);

            var silent = transfer(3000);
            pass(silent, 12_000);
            silent.close(now);

            assertThat(log.lines())
                    .containsExactly(
                            "INFO tftp_server: 127.0.0.1 read file: 600 bytes in 1.25 s, blksize 1000, windowsize 1,"
                                    + " 1 packets sent again",
                            "INFO tftp_server: 127.0.0.1 did not read file to its end: the client broke it off with"
                                    + " error 8; 512 of 3000 bytes in 0.00 s",
                            "WARN tftp_server: 127.0.0.1 did not read file to its end: no answer for 12 s;"
                                    + " 0 of 3000 bytes in 12.00 s");
        }
        assertThat(List.of(counters.complete.sum(), counters.aborted.sum(), counters.failed.sum()))
                .containsExactly(1L, 1L, 1L);
    }

    @Test
    void aFileThatIsCutOffMeanwhileIsAnError() throws Exception {
        var transfer = transfer(6000);
        try (var file = FileChannel.open(directory.resolve("file"), java.nio.file.StandardOpenOption.WRITE)) {
            file.truncate(700);
        }
        ack(transfer, 1);
        assertThat(sent()).containsExactly(1, -2);
        assertThat(transfer.end()).isEqualTo(TftpTransfer.End.FAILED);
    }

    @Test
    void theSameRequestIsARepetitionUntilTheClientHasFallenSilent() throws Exception {
        var transfer = transfer(6000);
        var same = new Request(false, "file", false, Map.of());
        assertThat(transfer.isRepeatedBy(same, now)).isTrue();
        assertThat(transfer.isRepeatedBy(new Request(false, "other", false, Map.of()), now))
                .isFalse();
        transfer.repeatAnswer(now);
        assertThat(sent()).containsExactly(1, 1);
        ack(transfer, 1);
        sent();
        assertThat(transfer.isRepeatedBy(same, now)).isTrue();
        transfer.repeatAnswer(now);
        assertThat(sent()).isEmpty();
        now += 1001 * MILLI;
        assertThat(transfer.isRepeatedBy(same, now)).isFalse();
    }
}
