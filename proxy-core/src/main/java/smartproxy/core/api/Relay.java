package smartproxy.core.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How requests below a mount are passed on to an HTTP server, as they are and in streams (RFC 9110, section 7.6). The target is
 * forwarded byte for byte; one with {@code //}, {@code ..}, an encoded slash or backslash, or in absolute form, is 400. What the
 * client says of itself, its credentials and hop-by-hop headers stay here; {@code Host} passes. Immutable.
 *
 * @param upstream the server, without a path, and as whom it is spoken to
 * @param backend its guard: each request holds a permit until its answer has left
 * @param methods that pass; others are 404
 * @param whole a body is passed on when it is complete, with its length, for a server that serves one request at a time or
 *     takes no chunks; empty: as it comes
 * @param certificateHeader gets the client's verified certificate, PEM, URL-encoded; empty: nobody is told
 * @param schemes of {@code Authorization} that pass, in lower case: {@code bearer}
 * @param total time for the whole answer; empty: it may take as long as it moves
 * @param firstByte time until the answer begins
 * @param idle time in which a part of the answer must come
 */
public record Relay(
        HttpIdentity upstream,
        Backend backend,
        Set<String> methods,
        Optional<Spool> whole,
        Optional<String> certificateHeader,
        Set<String> schemes,
        Optional<Duration> total,
        Duration firstByte,
        Duration idle) {
    /**
     * Where bodies are collected that are too large for memory; relays of the same directory share it.
     *
     * @param bytes at most, of all of them; one more is 507
     */
    public record Spool(Path directory, long bytes) {}

    public Relay {
        methods = Set.copyOf(methods);
        schemes = Set.copyOf(schemes);
    }
}
