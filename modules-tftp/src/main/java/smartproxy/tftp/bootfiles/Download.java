package smartproxy.tftp.bootfiles;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Deadline;
import smartproxy.tftp.bootfiles.BootFileStatus.State;

/** A file on its way to its destination, for all who want it. Safe for use by several threads. */
final class Download {
    private final BootFile file;
    private State state = State.QUEUED;
    private Instant since = Instant.now();
    private long bytes;
    private long earlier;
    private long length = -1;
    private long begun;
    private @Nullable Long ended;
    private int tries;
    private String error = "";
    private boolean older;
    private boolean askedSince;

    Download(BootFile file) {
        this.file = file;
    }

    BootFile file() {
        return file;
    }

    /** Has one more want it. @return false when it has ended */
    synchronized boolean join() {
        if (state.isEnd()) {
            return false;
        }
        askedSince |= state == State.RUNNING;
        return true;
    }

    /** Whether somebody has joined since the try began: it may bring what the server had before that. */
    synchronized boolean isAskedSince() {
        return askedSince;
    }

    /** @return which try it is, counted from 1 */
    synchronized int begin() {
        askedSince = false;
        move(State.RUNNING);
        begun = System.nanoTime();
        ended = null;
        bytes = 0;
        earlier = 0;
        length = -1;
        return ++tries;
    }

    /** @param have bytes that an earlier try has brought */
    synchronized void begin(long ofLength, long have) {
        length = ofLength;
        earlier = have;
        bytes = have;
    }

    synchronized void more(int more) {
        bytes += more;
    }

    /** The file has come. @return false when somebody has asked since: then it is to be looked at once more */
    synchronized boolean complete() {
        error = "";
        if (askedSince) {
            tries = 0; // those of the next one are counted by themselves
            end(State.QUEUED);
            return false;
        }
        end(State.COMPLETE);
        return true;
    }

    /** @param copy whether an older copy is there */
    synchronized void retryAfter(String failure, boolean copy) {
        error = failure;
        older = copy;
        end(State.RETRYING);
    }

    /** @param copy whether an older copy is there */
    synchronized void fail(String failure, boolean copy) {
        error = failure;
        older = copy;
        end(copy ? State.STALE : State.FAILED);
    }

    /** It was complete once, and is not there any more. */
    synchronized void remove() {
        end(State.REMOVED);
    }

    private void end(State end) {
        ended = System.nanoTime();
        move(end);
    }

    private void move(State to) {
        state = to;
        since = Instant.now();
        notifyAll();
    }

    synchronized boolean isEnded() {
        return state.isEnd();
    }

    /** Waits for its end, or till the deadline. */
    synchronized BootFileStatus await(Deadline deadline) throws InterruptedException {
        for (var left = deadline.left(); !state.isEnd() && !left.isZero(); left = deadline.left()) {
            TimeUnit.NANOSECONDS.timedWait(this, left.toNanos());
        }
        return status();
    }

    /** Bytes that the last try has brought. */
    synchronized long came() {
        return bytes - earlier;
    }

    synchronized BootFileStatus status() {
        var took = tries == 0 ? 0 : (ended == null ? System.nanoTime() : ended) - begun;
        var perSecond = took <= 0
                ? 0
                : (long) ((double) (bytes - earlier) * Duration.ofSeconds(1).toNanos() / took);
        return new BootFileStatus(file, state, bytes, length, perSecond, tries, error, older, since);
    }
}
