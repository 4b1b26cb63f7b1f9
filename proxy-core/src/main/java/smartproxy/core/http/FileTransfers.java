package smartproxy.core.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that read files for answers, and the bound on how many are sent at once. Requests for files wait here, without a
 * thread, while all others go on: neither a crowd that boots nor a disk that hangs takes anything from them.
 */
final class FileTransfers implements Executor {
    /** Each has a buffer of {@link FileTransfer#BUFFER} bytes. */
    static final int MAX_TRANSFERS = 256;

    private static final int MAX_THREADS = 16;

    private final ThreadPoolExecutor threads;
    private final int most;
    private final FileTransfer.Pace pace;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;

    FileTransfers() {
        this(MAX_TRANSFERS, MAX_THREADS, FileTransfer.Pace.USUAL);
    }

    FileTransfers(int most, int maxThreads, FileTransfer.Pace pace) {
        this.most = most;
        this.pace = pace;
        // Its queue needs no bound of its own: a connection has one task at most, and connections are bounded.
        threads = new ThreadPoolExecutor(
                maxThreads, maxThreads, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    var thread = new Thread(work, "file");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Has a file opened and sent, now or when others have ended; each ends with {@link #leave()}.
     *
     * @return false when it waits
     */
    synchronized boolean enter(Runnable begin) {
        if (running == most) {
            waiting.add(begin);
            return false;
        }
        running++;
        execute(begin);
        return true;
    }

    /**
     * Takes back what waits.
     *
     * @return false when it has begun
     */
    synchronized boolean giveUp(Runnable begin) {
        return waiting.remove(begin);
    }

    /** A transfer has ended. */
    synchronized void leave() {
        var next = waiting.poll();
        if (next == null) {
            running--;
        } else {
            execute(next);
        }
    }

    FileTransfer.Pace pace() {
        return pace;
    }

    @Override
    public void execute(Runnable work) {
        threads.execute(work);
    }
}
