package smartproxy.dhcp.kea;

/** Kea understood and said no; it changed nothing. */
final class KeaRefusal extends Exception {
    private static final long serialVersionUID = 1L;
    private static final int UNSUPPORTED = 2;
    private static final int CONFLICT = 4;

    private final int result;

    /**
     * @param result as Kea numbers them: 1 error, 2 no such command, 4 conflict
     * @param text for a person
     */
    KeaRefusal(int result, String text) {
        super(text);
        this.result = result;
    }

    /** One that we say in Kea's place: the subnet is not there any more. */
    static KeaRefusal notServed(String subnet) {
        return new KeaRefusal(UNSUPPORTED, "Kea does not serve " + subnet + " any more");
    }

    /** The same with what can be done. */
    KeaRefusal saying(String text) {
        return new KeaRefusal(result, text);
    }

    /** Whether Kea is another one than it was taken for: it has not got a command, or a subnet. */
    boolean isOutdated() {
        return result == UNSUPPORTED;
    }

    /** Whether something is in the way. The host command library has no number of its own for it. */
    boolean isDuplicate() {
        var text = String.valueOf(getMessage()).toLowerCase(java.util.Locale.ROOT);
        return result == CONFLICT
                || text.contains("already")
                || text.contains("duplicate")
                || text.contains("unique constraint");
    }

    /** Whether the refused host is there now all the same, as {@code kea-dhcp6} looks at addresses after it has added it. */
    boolean leavesHalf() {
        return String.valueOf(getMessage()).contains("already reservation for this address/prefix");
    }

    /** The text, with what to do when it is about an address that siblings were to share. */
    String textFor(Change change) {
        return getMessage()
                + (isDuplicate() && !change.related.isEmpty()
                        ? "; hosts that share an address need \"ip-reservations-unique\": false in Kea's configuration"
                        : "");
    }
}
