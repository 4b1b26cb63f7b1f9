package smartproxy.core.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * How requests below a mount are passed on to an HTTP server, as they are and in streams (RFC 9110, section 7.6). The target is
 * forwarded byte for byte; one with {@code //}, {@code ..}, an encoded slash or backslash is 400. What the client says of
 * itself, its credentials and hop-by-hop headers stay here; {@code Host} passes. Immutable; the methods return changed copies.
 *
 * @param upstream the server, without a path, and as whom it is spoken to
 * @param backend its guard: each request holds a permit until its answer has left
 * @param methods that pass; others are 404
 * @param times that the server has
 * @param whole a body is passed on when it is complete, with its length, for a server that serves one request at a time or
 *     takes no chunks; empty: as it comes
 * @param certificateHeader gets the client's verified certificate, PEM, URL-encoded; empty: nobody is told
 * @param schemes of {@code Authorization} that pass, in lower case: {@code bearer}
 * @param rewrite of the begin of the target; empty: it passes as it came
 * @param gate asked before each request; empty: all that may come here pass
 * @param content whether it serves content, which listeners of content alone serve, too
 */
public record Relay(
        HttpIdentity upstream,
        Backend backend,
        Set<String> methods,
        Times times,
        Optional<Spool> whole,
        Optional<String> certificateHeader,
        Set<String> schemes,
        Optional<Rewrite> rewrite,
        Optional<Gate> gate,
        boolean content) {
    /** Methods that change nothing. */
    public static final Set<String> READ = Set.of("GET", "HEAD");

    /** All methods that an API has. */
    public static final Set<String> ALL = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    /**
     * Where bodies are collected that are too large for memory; relays of the same directory share it.
     *
     * @param bytes at most, of all of them; one more is 507
     */
    public record Spool(Path directory, long bytes) {}

    /**
     * How long a server may take.
     *
     * @param total for the whole answer, and a second more for each MiB of a body that was collected; empty: it may take as
     *     long as it moves
     * @param firstByte until the answer begins
     * @param idle in which a part of the answer must come
     */
    public record Times(Optional<Duration> total, Duration firstByte, Duration idle) {
        /** So long for all. */
        public static Times all(Duration time) {
            return new Times(Optional.of(time), time, time);
        }
    }

    /**
     * What the target of the server begins with, in place of what that of the client does. All mounts of the relay lie below
     * {@code from}.
     */
    public record Rewrite(String from, String to) {}

    /** Whether the server is fit to be spoken to. Asked on the request's thread: it may wait a little. */
    @FunctionalInterface
    public interface Gate {
        /** @throws ProxyException the answer, when it is not */
        void check();
    }

    public Relay {
        methods = Set.copyOf(methods);
        schemes = Set.copyOf(schemes);
    }

    /** Streams both ways, and tells the server nothing of the client. */
    public static Relay to(HttpIdentity upstream, Backend backend, Set<String> methods, Times times) {
        return new Relay(
                upstream,
                backend,
                methods,
                times,
                Optional.empty(),
                Optional.empty(),
                Set.of(),
                Optional.empty(),
                Optional.empty(),
                false);
    }

    /** Bodies are collected first. */
    public Relay collecting(Spool spool) {
        return new Relay(
                upstream,
                backend,
                methods,
                times,
                Optional.of(spool),
                certificateHeader,
                schemes,
                rewrite,
                gate,
                content);
    }

    /** The server is told the client's certificate. */
    public Relay telling(String header) {
        return new Relay(
                upstream, backend, methods, times, whole, Optional.of(header), schemes, rewrite, gate, content);
    }

    /** The client's own credentials of this scheme pass. */
    public Relay passing(String scheme) {
        return new Relay(
                upstream,
                backend,
                methods,
                times,
                whole,
                certificateHeader,
                Set.of(scheme.toLowerCase(Locale.ROOT)),
                rewrite,
                gate,
                content);
    }

    /** The target begins with something else there. */
    public Relay rewriting(String from, String to) {
        return new Relay(
                upstream,
                backend,
                methods,
                times,
                whole,
                certificateHeader,
                schemes,
                from.equals(to) ? Optional.empty() : Optional.of(new Rewrite(from, to)),
                gate,
                content);
    }

    /** Nothing passes that the gate does not let. */
    public Relay behind(Gate keeper) {
        return new Relay(
                upstream,
                backend,
                methods,
                times,
                whole,
                certificateHeader,
                schemes,
                rewrite,
                Optional.of(keeper),
                content);
    }

    /** It serves content. */
    public Relay ofContent() {
        return new Relay(upstream, backend, methods, times, whole, certificateHeader, schemes, rewrite, gate, true);
    }
}
