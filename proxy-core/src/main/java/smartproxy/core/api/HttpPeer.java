package smartproxy.core.api;

import java.io.IOException;

/**
 * An HTTP server, spoken to as one {@link HttpIdentity}. Connections are kept and shared by all callers; the first call opens
 * the first one. Certificates and host names are always verified, redirects are never followed, cookies are not kept, bodies
 * are not decompressed. Thread-safe.
 */
public interface HttpPeer {
    /**
     * Sends a request and waits for the whole answer. To be called within {@link Backend#call}, which makes of what is thrown
     * the answer to the caller.
     *
     * @param deadline of the attempt
     * @return the answer, of any status
     * @throws java.net.ConnectException when there was no connection, {@link java.net.UnknownHostException} when there is no
     *     such host, {@link javax.net.ssl.SSLHandshakeException} when the two did not agree on TLS, a certificate that is not
     *     trusted above all: nothing was sent
     * @throws OutcomeUnknownException when the transport failed later, and the request was not a {@linkplain HttpCall#isSafe()
     *     safe} one
     * @throws java.net.SocketTimeoutException when a safe one had no answer by the deadline
     * @throws IOException when the transport of a safe one failed otherwise
     * @throws BackendException {@code REJECTED} when the answer is larger than the call allows, or not HTTP
     */
    HttpReply send(HttpCall call, Deadline deadline) throws IOException, InterruptedException;
}
