package smartproxy.core.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import smartproxy.core.api.BusyException;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.FileSource;
import smartproxy.core.api.FileSource.ServedFile;

/** Answers requests for the files of a mount. */
final class FileAnswers {
    private static final Logger LOG = LoggerFactory.getLogger(FileAnswers.class);

    private final FileTransfers transfers;

    FileAnswers(FileTransfers transfers) {
        this.transfers = transfers;
    }

    /** Runs a step of a request and answers what it throws. */
    interface Steps {
        void run(Runnable step);
    }

    /**
     * Has the request answered by other threads, after those that came before it.
     *
     * @param path below the mount, percent-encoded, empty or with a slash before it
     */
    void serve(Exchange exchange, FileSource source, String path, Steps steps) {
        Runnable begin = () -> {
            var sending = new boolean[1];
            steps.run(() -> sending[0] = begin(exchange, source, path));
            if (!sending[0]) {
                transfers.leave();
            }
        };
        if (!transfers.enter(begin)) {
            var scheduler = exchange.request().getComponents().getScheduler();
            scheduler.schedule(() -> giveUp(begin, steps), exchange.deadline().leftMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void giveUp(Runnable begin, Steps steps) {
        if (transfers.giveUp(begin)) {
            steps.run(() -> {
                throw new BusyException("Too many files are being sent");
            });
        }
    }

    /** @return whether a transfer was begun, whose end lets others begin */
    private boolean begin(Exchange exchange, FileSource source, String path) {
        var file = source.open(decode(path.startsWith("/") ? path.substring(1) : path));
        var transferred = false;
        try {
            var head = FileHead.of(exchange.request().getHeaders(), file);
            if (!head.ofFile()) {
                exchange.answer(head.answer());
            } else if (exchange.begin(head.answer(), head.length())) {
                if (head.length() == 0 || exchange.request().getMethod().equals("HEAD")) {
                    exchange.write(true, ByteBuffer.allocate(0), exchange.callback());
                } else {
                    transferred = true;
                    new FileTransfer(transfers, exchange, file, head, cause -> end(exchange, file, cause)).start();
                }
            }
        } finally {
            if (!transferred) {
                close(file);
            }
        }
        return transferred;
    }

    private void end(Exchange exchange, ServedFile file, @Nullable Throwable cause) {
        close(file);
        transfers.leave();
        if (cause == null) {
            exchange.callback().succeeded();
        } else {
            LOG.info("A file was not sent to its end: {}", cause.toString());
            exchange.breakOff(cause);
        }
    }

    private static void close(ServedFile file) {
        try {
            file.channel().close();
        } catch (IOException e) {
            LOG.warn("Closing a file failed", e);
        }
    }

    private static String decode(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        var octets = ByteBuffer.allocate(path.length());
        for (var i = 0; i < path.length(); i++) {
            var c = path.charAt(i);
            if (c == '%') {
                octets.put((byte) Integer.parseInt(path.substring(i + 1, i + 3), 16));
                i += 2;
            } else {
                octets.put((byte) c); // a path has ASCII characters alone
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(octets.flip()).toString();
        } catch (CharacterCodingException e) {
            throw CallerException.notFound("Not found");
        }
    }
}
