package smartproxy.core.api;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Files of HTTP servers that no setting names, read as a stream. Nothing is followed, retried or decoded. */
public interface HttpDownloads {
    /**
     * Asks for a file.
     *
     * @param file {@code http} or {@code https}, with a host; its user and password are not sent
     * @param headers sent too
     * @param addresses where to connect, one after the other until one answers; the host stays that of {@code file}, in the request
     *     as in what is asked of the certificate
     * @return to be closed by the caller
     * @throws IOException when there is no answer; the message names the file and says why
     */
    Answer get(URI file, Map<String, String> headers, List<InetAddress> addresses)
            throws IOException, InterruptedException;

    /**
     * How they are fetched.
     *
     * @param connect longest wait for a connection
     * @param idle longest time without a byte
     * @param caFile PEM file of the authorities that may have signed the servers' certificates; empty: those of the Java runtime
     * @param caSetting key of the setting that names the file, for errors
     * @param verify false: any certificate is taken
     */
    record Terms(Duration connect, Duration idle, Optional<Path> caFile, String caSetting, boolean verify) {}

    /** An answer; its body has not been read yet. */
    interface Answer extends AutoCloseable {
        int status();

        /** By name in lower case; of several the first. */
        Map<String, String> headers();

        /**
         * Ends when the body is whole; throws when the connection ends before that, or is idle for too long. A body without a
         * length ends with its connection.
         */
        InputStream body();

        @Override
        void close();
    }
}
