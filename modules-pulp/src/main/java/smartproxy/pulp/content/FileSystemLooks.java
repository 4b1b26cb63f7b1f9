package smartproxy.pulp.content;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import smartproxy.core.api.BackendException;
import smartproxy.core.api.BackendException.Kind;
import smartproxy.core.api.BackendException.Outcome;
import smartproxy.core.api.Deadline;

/** Looks at file systems, each time on a thread of its own: one that is away keeps whoever looks at it. Thread-safe. */
public final class FileSystemLooks {
    /** No more than these are kept. */
    static final int MOST = 4;

    /** File systems that answer do so at once. */
    private static final Duration LONGEST_TURN = Duration.ofSeconds(1);

    private final String what;
    private final Executor threads;
    private final Semaphore looking = new Semaphore(MOST);

    /** @param what they are looked at for, which errors begin with */
    public FileSystemLooks(String what) {
        this(what, FileSystemLooks::onThreadOfItsOwn);
    }

    FileSystemLooks(String what, Executor threads) {
        this.what = what;
        this.threads = threads;
    }

    private static void onThreadOfItsOwn(Runnable look) {
        var thread = new Thread(look, "file-system");
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * What a look finds.
     *
     * @throws ExecutionException with what the look threw
     * @throws BackendException {@code TIMEOUT} when the file system does not answer by the deadline, {@code UNAVAILABLE} while too many looks
     *     wait for it
     */
    public <T> T look(Callable<T> look, Deadline deadline) throws ExecutionException {
        try {
            if (!looking.tryAcquire(deadline.within(LONGEST_TURN).leftMillis(), TimeUnit.MILLISECONDS)) {
                throw silent(Kind.UNAVAILABLE);
            }
            return begun(look).get(deadline.leftMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw silent(Kind.TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private <T> FutureTask<T> begun(Callable<T> look) {
        var task = new FutureTask<>(() -> {
            try {
                return look.call();
            } finally {
                looking.release();
            }
        });
        try {
            threads.execute(task);
        } catch (OutOfMemoryError e) { // no thread to be had
            looking.release();
            throw e;
        }
        return task;
    }

    private BackendException silent(Kind kind) {
        return new BackendException(kind, Outcome.NOT_APPLIED, what + ": a file system does not answer", null);
    }
}
