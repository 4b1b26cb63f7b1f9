package smartproxy.core.tls;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.conscrypt.Conscrypt;

/**
 * Frees engines of the native library. Each holds memory outside the heap and a pipe, which it gives back at once only when both
 * sides have ended TLS in order and everything is read and sent; else when Java's collector finds it. On a heap that hardly grows
 * that is after the file descriptors have run out.
 */
public final class NativeEngines {
    /** More than the library keeps for one direction. */
    public static final int SCRATCH_BYTES = 40 << 10;

    private NativeEngines() {}

    /**
     * Frees the engine of a connection that has ended; one that is not of the native library is left as it is.
     *
     * @param scratch empty, of {@link #SCRATCH_BYTES}; for what was not read and is not sent
     */
    public static void free(SSLEngine engine, ByteBuffer scratch) {
        if (!Conscrypt.isConscrypt(engine)) {
            return;
        }
        var nothing = ByteBuffer.allocate(0);
        try {
            var handshakes = engine.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING;
            engine.closeOutbound();
            if (!handshakes && !engine.isInboundDone()) {
                engine.unwrap(nothing, scratch);
            }
            engine.closeInbound();
            engine.wrap(nothing, scratch.clear());
        } catch (SSLException e) {
            // what came is broken; the collector does it
        }
    }
}
