package smartproxy.core.api;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Work to be done later, kept in the store until it is done: a daemon that ends, or is killed, leaves it to its next start or to
 * another daemon that shares the store. A job is done by one daemon at a time, and may be done again when that daemon was killed
 * (about a minute later) or lost the store: doing it twice must do no harm. Times are as good as the daemons' clocks.
 *
 * <p>Nothing runs, and no library is loaded, until somebody {@linkplain #open opens} a queue.
 */
public interface Jobs {
    /**
     * The queue of a name, whose jobs are done by the worker from now on. During a reload the newer generation's queue takes over: it
     * gets all jobs that begin from then on. A daemon leaves jobs of queues that it has not open to others, for as long as it takes.
     *
     * @param name begins with the owner's name: {@code tftp download}. Where only this daemon can do the work, such as writing a file
     *     of this host, the name holds the host's
     * @throws SQLException when the store cannot be used
     */
    Queue open(String name, Worker worker) throws SQLException;

    /** Does jobs; several at once. */
    @FunctionalInterface
    interface Worker {
        /**
         * Does a job. It is interrupted when the daemon ends, and begun anew later.
         *
         * @throws Exception when it failed: it is tried again after 10 s, then twice that, up to an hour, until it is done. A worker
         *     that wants to give up looks at {@link Job#failures}
         */
        Next run(Job job) throws Exception;
    }

    /** A queue that is open. Not to be used within a transaction of the store. */
    interface Queue extends AutoCloseable {
        /**
         * Adds a job; it is on disk when this returns.
         *
         * @param id of the job in this queue, 200 characters at most
         * @param data for the worker, at most 64 KiB
         * @param due when it is to be done, or soon afterwards: at once in this daemon, within ten seconds in others
         * @return false when one of this id is there, waiting or running; nothing was changed
         */
        boolean add(String id, String data, Instant due) throws SQLException;

        /**
         * Takes a job out.
         *
         * @return false when there is none, or it runs
         */
        boolean remove(String id) throws SQLException;

        /** The job of an id, waiting or running; empty when it is done, or never was. */
        Optional<Job> find(String id) throws SQLException;

        /** All jobs, waiting and running, by their due time. */
        List<Job> all() throws SQLException;

        /** No job is begun any more by this worker; those that run go on. */
        @Override
        void close();
    }

    /**
     * A job.
     *
     * @param failures how often in a row it has failed
     * @param running whether a daemon does it now, or did when it was killed
     */
    record Job(String id, String data, Instant due, int failures, boolean running) {}

    /**
     * What becomes of a job that ended well.
     *
     * @param again after this time it is due again; empty: it is done and taken out
     * @param data for the next time
     */
    record Next(Optional<Duration> again, String data) {
        public static Next done() {
            return new Next(Optional.empty(), "");
        }

        /** It is to be done again: a part is done, or it is done over and over. */
        public static Next again(Duration after, String data) {
            return new Next(Optional.of(after), data);
        }
    }
}
