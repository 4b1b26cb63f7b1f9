package smartproxy.core.http;

import java.net.InetSocketAddress;
import javax.net.ssl.SSLEngine;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import smartproxy.core.tls.NativeEngines;

/** TLS connections whose handshakes pass a {@link HandshakeGate}; what comes after does not. */
final class GatedTls extends SslConnectionFactory {
    private final HandshakeGate gate;
    private final ConnectionBounds bounds;

    /** @param bounds told which connections are refused */
    GatedTls(SslContextFactory.Server engines, String next, HandshakeGate gate, ConnectionBounds bounds) {
        super(engines, next);
        this.gate = gate;
        this.bounds = bounds;
    }

    @Override
    protected SslConnection newSslConnection(Connector connector, EndPoint endPoint, SSLEngine engine) {
        return new Gated(connector, endPoint, engine);
    }

    private final class Gated extends SslConnection implements SslHandshakeListener, HandshakeGate.Step {
        private final HandshakeGate.Held places = new HandshakeGate.Held();
        private final ByteBufferPool buffers;
        private volatile boolean begun;
        private volatile boolean ended;

        Gated(Connector connector, EndPoint endPoint, SSLEngine engine) {
            super(
                    connector.getByteBufferPool(),
                    connector.getExecutor(),
                    getSslContextFactory(),
                    endPoint,
                    engine,
                    isDirectBuffersForEncryption(),
                    isDirectBuffersForDecryption());
            buffers = connector.getByteBufferPool();
            addHandshakeListener(this);
        }

        @Override
        public void onFillable() {
            if (ended) {
                super.onFillable();
            } else {
                gate.enter(this);
            }
        }

        @Override
        public void proceed() {
            places.take();
            begun = true;
            try {
                super.onFillable();
            } finally {
                leave();
            }
        }

        @Override
        public void refuse() {
            bounds.refuse(getEndPoint());
            super.onFillable(); // finds the end, and lets go of the rest
        }

        @Override
        public boolean isFirst() {
            return !begun;
        }

        @Override
        public Object client() {
            return getEndPoint().getRemoteSocketAddress() instanceof InetSocketAddress remote
                    ? remote.getAddress()
                    : this;
        }

        /** The request that came with the end of the handshake runs on this thread, without a place. */
        @Override
        public void handshakeSucceeded(Event event) {
            ended = true;
            leave();
        }

        @Override
        public void handshakeFailed(Event event, Throwable failure) {
            ended = true;
            leave();
        }

        @Override
        public void onClose(Throwable cause) {
            super.onClose(cause);
            var scratch = buffers.acquire(NativeEngines.SCRATCH_BYTES, true);
            NativeEngines.free(getSSLEngine(), scratch.getByteBuffer().clear());
            scratch.release();
        }

        private void leave() {
            if (places.give()) {
                gate.leave();
            }
        }
    }
}
