package smartproxy.dhcp.isc;

import java.util.Arrays;

/**
 * The lines from the binding state of a lease to its hardware type, as the lease before had them. Most have the same, and to see that
 * is quicker than to read them.
 */
final class StateLines {
    private static final int LONGEST = 256;
    private static final int NONE = -1;

    private final byte[] text = new byte[LONGEST];
    private int length;
    private int state;
    private int nextState;
    private int hardwareType;

    /** Where those that are being read begin. */
    private int from = NONE;

    /**
     * Fills in what they say, where the same stand again.
     *
     * @return where they end, below 0 when others stand there
     */
    int again(byte[] bytes, int at, int to, LeaseRecord lease) {
        if (length == 0 || to - at < length || !Arrays.equals(bytes, at, at + length, text, 0, length)) {
            return NONE;
        }
        lease.state = state;
        if (nextState != NONE) {
            lease.nextState = nextState;
        }
        lease.hardwareType = hardwareType;
        return at + length;
    }

    /** Others begin there, with that word. */
    void begin(int at, int word) {
        length = 0;
        from = at;
        state = word;
        nextState = NONE;
    }

    void nextState(int word) {
        if (from != NONE) {
            nextState = word;
        }
    }

    /** Another line is among them, or the lease has ended: they are not to be known again. */
    void leave() {
        from = NONE;
    }

    /** They end there, with that word. */
    void end(byte[] bytes, int at, int word) {
        if (from != NONE
                && at - from <= LONGEST
                && LeaseRecord.isCommon(state)
                && LeaseRecord.isCommon(nextState)
                && LeaseRecord.isCommon(word)) {
            hardwareType = word;
            length = at - from;
            System.arraycopy(bytes, from, text, 0, length);
        }
        leave();
    }
}
