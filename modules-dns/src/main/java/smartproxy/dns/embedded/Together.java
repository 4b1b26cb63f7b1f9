package smartproxy.dns.embedded;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import smartproxy.core.api.Deadline;

/**
 * Has what several callers want at once done together: while one piece of work is under way all that come wait, and then the first
 * of them does that of all. So a crowd shares one commit, and one thread has to be woken for it, which takes milliseconds on a
 * busy machine.
 *
 * @param <C> what a caller wants; takes its own outcome
 */
final class Together<C> {
    private enum State {
        WAITS,
        LEADS,
        IS_DONE_BY_ANOTHER,
        IS_DONE
    }

    private final class Turn {
        final C wanted;
        final Condition changed = lock.newCondition();
        State state = State.WAITS;

        Turn(C wanted) {
            this.wanted = wanted;
        }

        void become(State next) {
            state = next;
            changed.signal();
        }
    }

    private final Consumer<List<C>> work;
    private final int most;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Turn> waiting = new ArrayDeque<>();
    private boolean busy;

    /**
     * @param work does what is wanted, in this order; throws nothing
     * @param most done at once
     */
    Together(Consumer<List<C>> work, int most) {
        this.work = work;
        this.most = most;
    }

    /**
     * Returns when it is done, by this thread or another.
     *
     * @return false when no time was left before it was begun, and it will not be
     * @throws InterruptedException in the same case
     */
    boolean run(C wanted, Deadline deadline) throws InterruptedException {
        var turn = new Turn(wanted);
        var all = new ArrayList<Turn>(most); // while it leads, lack of memory must keep it from no turn
        all.add(turn);
        if (!isToLead(turn, deadline)) {
            return turn.state == State.IS_DONE;
        }
        try {
            takeWaiting(all);
            work.accept(all.stream().map(one -> one.wanted).toList());
        } finally {
            end(all);
        }
        return true;
    }

    private boolean isToLead(Turn turn, Deadline deadline) throws InterruptedException {
        lock.lock();
        try {
            if (!busy) {
                busy = true;
                return true;
            }
            waiting.add(turn);
            try {
                while (turn.state == State.WAITS && !deadline.expired()) {
                    var unused = turn.changed.await(deadline.left().toNanos(), TimeUnit.NANOSECONDS);
                }
            } catch (InterruptedException e) {
                if (waiting.remove(turn)) {
                    throw e;
                }
                Thread.currentThread().interrupt(); // too late: it is this one's to lead, or was begun by another
            }
            var unused = waiting.remove(turn);
            while (turn.state == State.IS_DONE_BY_ANOTHER) {
                turn.changed.awaitUninterruptibly();
            }
            return turn.state == State.LEADS;
        } finally {
            lock.unlock();
        }
    }

    private void takeWaiting(List<Turn> all) {
        lock.lock();
        try {
            for (var next = waiting.peek(); next != null && all.size() < most; next = waiting.peek()) {
                all.add(next);
                next.state = State.IS_DONE_BY_ANOTHER;
                waiting.remove();
            }
        } finally {
            lock.unlock();
        }
    }

    private void end(List<Turn> all) {
        lock.lock();
        try {
            all.forEach(turn -> turn.become(State.IS_DONE));
            var next = waiting.poll();
            busy = next != null;
            if (next != null) {
                next.become(State.LEADS);
            }
        } finally {
            lock.unlock();
        }
    }
}
