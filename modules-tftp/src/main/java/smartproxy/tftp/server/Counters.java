package smartproxy.tftp.server;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What is shown in {@code /metrics}. */
final class Counters implements AutoCloseable {
    /** Transfers that run. */
    final AtomicInteger running = new AtomicInteger();

    /** Files that were read to their end. */
    final LongAdder complete = new LongAdder();
    /** Transfers that the client broke off: as a rule it wanted to know the size. */
    final LongAdder aborted = new LongAdder();
    /** Transfers that ended otherwise: no answer any more, an error of the disk, the end of the daemon. */
    final LongAdder failed = new LongAdder();

    /** Of files, in blocks that were acknowledged. */
    final LongAdder bytes = new LongAdder();
    /** Packets sent once more. */
    final LongAdder retransmissions = new LongAdder();

    final LongAdder notFound = new LongAdder();
    /** Requests answered with another error. */
    final LongAdder refused = new LongAdder();
    /** Requests beyond a bound, not answered. */
    final LongAdder overLimit = new LongAdder();
    /** Packets that are none of TFTP, or of no transfer. */
    final LongAdder strays = new LongAdder();

    /** Holds nothing. */
    @Override
    public void close() {}
}
