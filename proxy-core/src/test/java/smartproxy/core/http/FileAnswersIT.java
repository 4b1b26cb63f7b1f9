package smartproxy.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import smartproxy.core.api.FileSource.ServedFile;
import smartproxy.core.api.ProxyException;
import smartproxy.core.tls.TestPki;
import smartproxy.core.tls.TlsContexts;

/** Clients that take a file slowly or not at all, and those who wait for them. */
class FileAnswersIT {
    private static final Duration WATCHDOG = Duration.ofSeconds(20);
    private static final long SIZE = 256L << 20; // more than sockets keep

    @TempDir
    static Path directory;

    private static final TestPki PKI = TestPki.create();

    private final List<FileChannel> opened = new CopyOnWriteArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    @BeforeEach
    void write() throws IOException {
        PKI.writeTo(directory);
        try (var file = new RandomAccessFile(directory.resolve("large").toFile(), "rw")) {
            file.setLength(SIZE);
        }
    }

    private TestServer start(FileTransfers transfers, Duration deadline) throws Exception {
        return new TestServer(
                TestServer.settings(),
                Optional.of(TlsContexts.load(TestServer.tlsSettings(directory))),
                new Serving(new FileAnswers(transfers), deadline));
    }

    private static Socket ask(TestServer server, boolean tls) throws IOException {
        var socket = tls
                ? TestServer.connectTls(server.httpsPort(), TestPki.anonymousContext(PKI.ca()))
                : TestServer.connect("127.0.0.1", server.httpPort());
        TestServer.send(socket, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
        return socket;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aClientThatStopsInTheMidstOfAPartIsCutOff(boolean tls) throws Exception {
        var transfers = new FileTransfers(1, 1, new FileTransfer.Pace(SIZE, Duration.ofMillis(200)));
        try (var server = start(transfers, WATCHDOG);
                var socket = ask(server, tls)) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            Awaitility.await().atMost(WATCHDOG).until(() -> failures.size() == 1);
            assertThat(failures.get(0)).hasMessage("the client takes the file too slowly");
            Awaitility.await().atMost(WATCHDOG).until(() -> !opened.get(0).isOpen());
        }
    }

    @Test
    void whoWaitsForAPlaceLongerThanItsDeadlineIsToldAndTakesNone() throws Exception {
        var transfers = new FileTransfers(1, 1, FileTransfer.Pace.USUAL);
        try (var server = start(transfers, Duration.ofMillis(300));
                var first = ask(server, false)) {
            assertThat(first.getInputStream().read()).isEqualTo('H');
            try (var second = ask(server, false)) {
                var head = new String(second.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
                assertThat(head).isEqualTo("HTTP/1.1 503");
            }
        }
        Awaitility.await().atMost(WATCHDOG).until(() -> !opened.get(0).isOpen());
        assertThat(opened).hasSize(1);
    }

    /** Serves the one file. */
    private final class Serving extends ExchangeHandler {
        private final FileAnswers answers;

        Serving(FileAnswers answers, Duration deadline) {
            super(deadline);
            this.answers = answers;
        }

        @Override
        void failed(Throwable failure) {
            failures.add(failure);
        }

        @Override
        void handle(Exchange exchange) {
            answers.serve(exchange, this::open, "", step -> {
                try {
                    step.run();
                } catch (ProxyException e) {
                    exchange.answer(Answer.of(e));
                }
            });
        }

        private ServedFile open(String path) {
            try {
                var channel = FileChannel.open(directory.resolve("large"));
                opened.add(channel);
                return new ServedFile(channel, SIZE, Instant.EPOCH, "application/octet-stream");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
