package smartproxy.dhcp;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An address kept for a MAC.
 *
 * @param subnet the one it lies in
 * @param name of the host entry at the server
 * @param deleteable false when it stands in a file of the server's administrator
 * @param options {@code hostname}, {@code filename}, {@code nextServer}, {@code hardware_type} and whatever else, in the order
 *     Foreman is shown them. JSON values: String, Number, Boolean, List, Map
 */
public record Reservation(
        Subnet subnet, String name, Ipv4 ip, MacAddress mac, boolean deleteable, Map<String, Object> options) {
    public static final String HOSTNAME = "hostname";
    public static final String FILENAME = "filename";
    public static final String NEXT_SERVER = "nextServer";

    public Reservation {
        options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }

    /** What the client is told to be called; the name when no host name is set. */
    public String hostname() {
        return text(HOSTNAME).orElse(name);
    }

    /** The boot file. */
    public Optional<String> filename() {
        return text(FILENAME);
    }

    /** The boot server as it is stored: an address or a name. */
    public Optional<String> nextServer() {
        return text(NEXT_SERVER);
    }

    /** The option, when it is a text that is not empty. */
    public Optional<String> text(String option) {
        return options.get(option) instanceof String text && !text.isEmpty() ? Optional.of(text) : Optional.empty();
    }

    /** The same with these options instead. */
    public Reservation withOptions(Map<String, Object> others) {
        return new Reservation(subnet, name, ip, mac, deleteable, others);
    }

    /** {@code NAME (IP / MAC)}. */
    @Override
    public String toString() {
        return name + " (" + ip + " / " + mac + ")";
    }
}
