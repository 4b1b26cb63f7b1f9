package smartproxy.core.api;

import java.io.IOException;

/**
 * One server behind a provider, guarded: bulkhead, deadline, retries, circuit breaker, metrics and health are the core's, the
 * provider writes the attempt.
 */
public interface Backend {
    /** What it is called in errors, metrics and health: {@code dns_nsupdate}. */
    String name();

    /**
     * Takes one of the backend's permits, or fails at once. Take it before waiting for anything, so that requests stuck at one
     * backend hold its permits and not the threads of others.
     *
     * @throws BusyException when all permits are taken
     */
    Permit admit();

    /**
     * Calls the backend. A transport failure ({@link IOException}) of a repeatable operation is tried again after a short
     * random pause while the deadline allows; it counts against the circuit breaker. A {@link ProxyException} ends the call and
     * does not count: the backend answered. One that does is a {@link BackendException} {@code UNAVAILABLE} or {@code TIMEOUT}
     * that an {@link IOException} caused: the transport failed, and there is nothing to be tried again.
     *
     * @throws BackendException {@code UNAVAILABLE} when it cannot be reached or the breaker is open, {@code TIMEOUT} when the
     *     deadline passed or an attempt threw {@link java.net.SocketTimeoutException}
     */
    <T> T call(Operation operation, Deadline deadline, Attempt<T> attempt);

    /**
     * Begins a call whose answer comes later and on other threads, as a stream does; it is sent once and takes a permit.
     *
     * @throws BusyException when all permits are taken
     * @throws BackendException {@code UNAVAILABLE} when the breaker is open
     */
    default Passage begin(Operation operation) {
        throw new UnsupportedOperationException("only a guarded backend has it");
    }

    /** A call on its way. To be closed in any case; what is told after the first word does not count. */
    interface Passage extends AutoCloseable {
        /** The server answered, whatever it said. */
        void answered();

        /**
         * It did not answer.
         *
         * @return the answer to the caller
         */
        BackendException failed(IOException cause);

        /** Gives the permit back. */
        @Override
        void close();
    }

    /** One try. */
    @FunctionalInterface
    interface Attempt<T> {
        /**
         * @param deadline of this attempt, never later than that of the call
         * @throws OutcomeUnknownException when the transport failed and the change may have been made
         * @throws IOException when the transport failed
         */
        T run(Deadline deadline) throws IOException, InterruptedException;
    }

    /** A permit; closing gives it back. */
    @FunctionalInterface
    interface Permit extends AutoCloseable {
        @Override
        void close();
    }
}
