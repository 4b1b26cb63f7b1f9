package smartproxy.dhcp.kea;

import java.util.List;

/**
 * The host that a change is about.
 *
 * @param subnetId as Kea numbers it
 * @param subnet as {@link Family#subnet} makes it
 * @param addresses as {@link Family#addresses} makes them
 */
record Target(long subnetId, String subnet, HostKey key, List<String> addresses) {
    /** {@code IP / IDENTIFIER}. */
    @Override
    public String toString() {
        return String.join(", ", addresses) + " / " + key;
    }
}
