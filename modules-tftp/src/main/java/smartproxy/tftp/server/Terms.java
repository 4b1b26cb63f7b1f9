package smartproxy.tftp.server;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How a file is sent: what the client asked for, as far as it can be had.
 *
 * @param blockSize bytes of a block (RFC 2348)
 * @param window blocks that are sent before an acknowledgement is waited for (RFC 7440)
 * @param timeoutSeconds between repetitions (RFC 2349); 0: as the network answers
 * @param acknowledged the options as they are sent back; empty: none was asked for that is known
 */
record Terms(int blockSize, int window, int timeoutSeconds, Map<String, String> acknowledged) {
    /** Most blocks of a window, whatever is asked for. */
    static final int MAX_WINDOW = 64;
    /** Most bytes of a window, unless one block is more: as much as a client's socket takes in one go. */
    static final int MAX_WINDOW_BYTES = 128 << 10;

    /** Most bytes of a block (RFC 2348). */
    static final int MOST_BLOCK = 65464;

    private static final int DEFAULT_BLOCK = 512;
    private static final int LEAST_BLOCK = 8;
    private static final int MOST_WINDOW = 65535;
    private static final int MOST_TIMEOUT = 255;
    private static final int NO_NUMBER = -1;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");

    Terms {
        acknowledged = Collections.unmodifiableMap(new LinkedHashMap<>(acknowledged));
    }

    /**
     * An option that is not known, or whose value is none, is as if it had not been asked for (RFC 2347).
     *
     * @param size of the file; what is sent in netascii has another, which is not known before
     */
    static Terms of(Request request, long size) {
        var acknowledged = new LinkedHashMap<String, String>();
        var blockSize = DEFAULT_BLOCK;
        var window = 1;
        var timeout = 0;
        for (var option : request.options().entrySet()) {
            var name = option.getKey();
            var value = number(option.getValue());
            if (name.equals("blksize") && value >= LEAST_BLOCK) {
                blockSize = Math.min(value, MOST_BLOCK);
                acknowledged.put(name, Integer.toString(blockSize));
            } else if (name.equals("windowsize") && value >= 1 && value <= MOST_WINDOW) {
                window = Math.min(value, MAX_WINDOW);
                acknowledged.put(name, Integer.toString(window));
            } else if (name.equals("timeout") && value >= 1 && value <= MOST_TIMEOUT) {
                timeout = value;
                acknowledged.put(name, Integer.toString(timeout));
            } else if (name.equals("tsize") && value >= 0 && !request.netascii()) {
                acknowledged.put(name, Long.toString(size));
            }
        }
        window = Math.min(window, Math.max(1, MAX_WINDOW_BYTES / blockSize));
        acknowledged.replace("windowsize", Integer.toString(window));
        return new Terms(blockSize, window, timeout, acknowledged);
    }

    private static int number(String text) {
        return NUMBER.matcher(text).matches() ? Integer.parseInt(text) : NO_NUMBER;
    }
}
