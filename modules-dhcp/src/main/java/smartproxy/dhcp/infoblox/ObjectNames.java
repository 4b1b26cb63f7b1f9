package smartproxy.dhcp.infoblox;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.core.api.CallerException;
import smartproxy.dhcp.Reservation;

/**
 * The two names of a reservation. An object of the grid has one: the host name, as in the Ruby proxy. When the two differ, or the
 * grid would not keep them as they are, they stand in the object's comment.
 */
record ObjectNames(String name, String hostname) {
    /** What the grid takes. */
    private static final int LONGEST_COMMENT = 256;

    private static final Pattern COMMENT = Pattern.compile("smart-proxy: name=(\\S+) hostname=(\\S+)");

    static ObjectNames of(Reservation reservation) {
        return new ObjectNames(reservation.name(), reservation.hostname());
    }

    /** Of an object. */
    static ObjectNames read(String object, String comment) {
        var names = COMMENT.matcher(comment);
        return names.matches() ? new ObjectNames(names.group(1), names.group(2)) : new ObjectNames(object, object);
    }

    /** The name of a fixed address. */
    String plain() {
        return hostname;
    }

    /** The name of a host record: one that can lie in a DNS zone, if there is one, and in lower case as the grid keeps it. */
    String inDns() {
        return (hostname.contains(".") || !name.contains(".") ? hostname : name).toLowerCase(Locale.ROOT);
    }

    /**
     * What tells them.
     *
     * @param object the name the object gets
     * @return empty when that name says all
     */
    Optional<String> comment(String object) {
        if (name.equals(object) && hostname.equals(object)) {
            return Optional.empty();
        }
        var comment = "smart-proxy: name=" + name + " hostname=" + hostname;
        if (comment.length() > LONGEST_COMMENT || !COMMENT.matcher(comment).matches()) {
            throw CallerException.badRequest(
                    "Name and host name differ, or have upper case letters, and are too long to be kept"
                            + " in the comment of an Infoblox object (" + LONGEST_COMMENT + " characters)");
        }
        return Optional.of(comment);
    }
}
