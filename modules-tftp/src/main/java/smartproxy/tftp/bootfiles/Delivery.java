package smartproxy.tftp.bootfiles;

import java.io.InputStream;

/**
 * What a server answers; its body has not been read yet.
 *
 * @param unchanged what is here already is its newest; there is no body
 * @param offset where in the file the body begins: 0, or where it was asked to go on
 * @param length of the whole file; -1: it does not say
 * @param body ends when it is whole; throws when it breaks off
 * @param end what closing it does
 */
record Delivery(boolean unchanged, long offset, long length, Version version, InputStream body, Runnable end)
        implements AutoCloseable {
    @Override
    public void close() {
        end.run();
    }
}
