package smartproxy.core.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A connection that lets the server's answer decide. A server that answers before it has read the whole request, and closes, makes
 * the next write fail, while its answer is there to be read (RFC 9112, section 9.6). The library would drop the answer; here what
 * the server does not take is dropped instead, and reading finds the answer, or the end.
 */
final class ReadingEndPoint extends SocketChannelEndPoint {
    private volatile boolean taken = true;

    ReadingEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
        super(channel, selector, key, scheduler);
    }

    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        if (taken) {
            try {
                return super.flush(buffers);
            } catch (EofException e) {
                if (!getChannel().isOpen()) { // by us
                    throw e;
                }
                taken = false;
            }
        }
        for (var buffer : buffers) {
            buffer.position(buffer.limit());
        }
        return true;
    }
}
