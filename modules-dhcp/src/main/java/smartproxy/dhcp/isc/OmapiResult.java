package smartproxy.dhcp.isc;

import java.util.Map;

/** Results that dhcpd gives in a STATUS. */
final class OmapiResult {
    static final int SUCCESS = 0;
    static final int EXISTS = 18;
    static final int NOT_FOUND = 23;
    static final int KEY_CONFLICT = 0x60007;
    static final int PARSE_ERROR = 0x60008;
    private static final int NO_KEY = 0x60009;
    private static final int UNKNOWN_KEY = 0x6000a;
    static final int BAD_SIGNATURE = 0x6000b;

    private static final Map<Integer, String> NAMES = Map.ofEntries(
            Map.entry(SUCCESS, "success"),
            Map.entry(2, "timed out"),
            Map.entry(6, "no permission"),
            Map.entry(EXISTS, "already exists"),
            Map.entry(NOT_FOUND, "not found"),
            Map.entry(26, "I/O error"),
            Map.entry(27, "not implemented"),
            Map.entry(34, "unexpected error"),
            Map.entry(40, "not connected"),
            Map.entry(KEY_CONFLICT, "key conflict"),
            Map.entry(PARSE_ERROR, "parse errors"),
            Map.entry(NO_KEY, "no key specified"),
            Map.entry(UNKNOWN_KEY, "unknown key"),
            Map.entry(BAD_SIGNATURE, "invalid signature"));

    private OmapiResult() {}

    /** Whether it says that the question's signature is missing or wrong. */
    static boolean isOfKey(int result) {
        return result == NO_KEY || result == UNKNOWN_KEY || result == BAD_SIGNATURE;
    }

    /** The answer for a person. */
    static String text(OmapiMessage answer) {
        if (answer.op() != OmapiMessage.STATUS) {
            return "message of kind " + answer.op();
        }
        var name = NAMES.getOrDefault(answer.result(), "result " + Integer.toUnsignedString(answer.result()));
        var text = answer.resultText();
        return text.isEmpty() || text.equals(name) ? name : name + ", " + text;
    }
}
