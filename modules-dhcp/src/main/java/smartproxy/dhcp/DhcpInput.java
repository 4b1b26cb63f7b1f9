package smartproxy.dhcp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;

/** Checks what callers send; the messages are the reference's where it has the rule. */
final class DhcpInput {
    /** What every DHCP server, its files and our readers of them can carry; underscores are no DNS, but common. */
    private static final Pattern NAME = Pattern.compile("\\w(?:[\\w.-]*\\w)?");

    private static final int MAX_NAME = 253;
    private static final int MAX_OPTIONS = 64;
    private static final int MAX_VALUE = 4096;

    /** EUI-64, which Foreman knows as little as the reference. */
    private static final int EUI_64_OCTETS = 8;

    private static final Pattern SEPARATORS = Pattern.compile("[,\\s]+");

    /** Parameters that say something else than an option. {@code type} comes from records that Foreman read here. */
    private static final Set<String> NO_OPTIONS = Set.of(
            "network",
            "ip",
            "mac",
            "name",
            "hostname",
            "related_macs",
            "subnet",
            "type",
            "deleteable",
            "captures",
            "splat",
            "_method");

    private DhcpInput() {}

    static Ipv4 ip(String text) {
        return Ipv4.parse(text).orElseThrow(() -> CallerException.badRequest("Invalid IP Address " + text));
    }

    static Ipv6 ip6(String text) {
        return Ipv6.parse(text).orElseThrow(() -> CallerException.badRequest("Invalid IP Address " + text));
    }

    static ClientId duid(String text) {
        return ClientId.duid(text).orElseThrow(() -> CallerException.badRequest("Invalid DUID " + text));
    }

    static MacAddress mac(String text) {
        return MacAddress.parse(text)
                .filter(mac -> mac.octets().length != EUI_64_OCTETS)
                .orElseThrow(() -> CallerException.badRequest("Invalid MAC " + text));
    }

    /** The parameter {@code mac}. */
    static MacAddress mac(Parameters parameters) {
        var raw = parameters.raw("mac");
        if (raw instanceof List || raw instanceof Map) {
            throw CallerException.badRequest("Invalid MAC " + Parameters.inspect(raw));
        }
        return mac(text(parameters, "mac"));
    }

    /** A parameter that is an address. */
    private static Ipv4 ip(Parameters parameters, String key) {
        refuseNested(parameters.raw(key));
        return ip(text(parameters, key));
    }

    private static void refuseNested(@Nullable Object raw) {
        if (raw instanceof List || raw instanceof Map) {
            throw CallerException.badRequest(
                    "no implicit conversion of " + (raw instanceof List ? "Array" : "Hash") + " into String");
        }
    }

    /**
     * Where to look for an unused address.
     *
     * @param from first address, when it is given
     * @param to last address, when it is given
     */
    record Ends(Optional<Ipv4> from, Optional<Ipv4> to) {}

    /** Both are checked when both are given; one alone counts when it is an address, as in the reference. */
    static Ends ends(Parameters parameters) {
        return parameters.has("from") && parameters.has("to")
                ? new Ends(Optional.of(ip(parameters, "from")), Optional.of(ip(parameters, "to")))
                : new Ends(Ipv4.parse(text(parameters, "from")), Ipv4.parse(text(parameters, "to")));
    }

    /** The address that a reservation is asked for. */
    static Ipv4 reservedIp(Parameters parameters, Subnet subnet) {
        var ip = ip(parameters, "ip");
        if (!subnet.contains(ip)) {
            throw CallerException.badRequest("IP Address " + ip + " does not belong to subnet " + subnet);
        }
        return ip;
    }

    /** The address that a reservation is asked for. */
    static Ipv6 reservedIp6(Parameters parameters, Subnet6 subnet) {
        refuseNested(parameters.raw("ip"));
        var ip = ip6(text(parameters, "ip"));
        if (!subnet.contains(ip)) {
            throw CallerException.badRequest("IP Address " + ip + " does not belong to subnet " + subnet);
        }
        return ip;
    }

    /**
     * What a reservation is called.
     *
     * @param name of the entry
     * @param hostname what the client is told
     */
    record Names(String name, String hostname) {}

    /** One stands for both. */
    static Names names(Parameters parameters) {
        var name = text(parameters, "name");
        var hostname = text(parameters, "hostname");
        if (name.isEmpty() && hostname.isEmpty()) {
            throw CallerException.badRequest("Must provide hostname");
        }
        return new Names(name(name.isEmpty() ? hostname : name), name(hostname.isEmpty() ? name : hostname));
    }

    static String name(String text) {
        if (text.length() > MAX_NAME || !NAME.matcher(text).matches()) {
            throw CallerException.badRequest("Invalid host name " + Parameters.inspect(text) + ": letters, digits, '.',"
                    + " '-' and '_' are allowed, " + MAX_NAME + " at most, no '.' or '-' at either end");
        }
        return text;
    }

    /** A text that may be absent: then it is empty. */
    static String text(Parameters parameters, String key) {
        @Nullable String text = parameters.text(key);
        return text == null ? "" : text;
    }

    /** A list, or one text with commas. What is no MAC is passed over. */
    static Set<MacAddress> relatedMacs(Parameters parameters) {
        var raw = parameters.raw("related_macs");
        var macs = new LinkedHashSet<MacAddress>();
        for (var element : raw instanceof List<?> list ? list : List.of(raw == null ? "" : raw)) {
            for (var text : SEPARATORS.split(String.valueOf(element), -1)) {
                MacAddress.parse(text).ifPresent(macs::add);
            }
        }
        return macs;
    }

    /** The host name first, then every other parameter in the order it came. */
    static Map<String, Object> options(Parameters parameters, String hostname) {
        for (var text : List.of(Reservation.FILENAME, Reservation.NEXT_SERVER)) {
            refuseNested(parameters.raw(text));
        }
        var options = new LinkedHashMap<String, Object>();
        options.put(Reservation.HOSTNAME, hostname);
        parameters.all().forEach((key, value) -> {
            if (value != null && !NO_OPTIONS.contains(key)) {
                if (options.size() > MAX_OPTIONS) {
                    throw CallerException.badRequest("A reservation has at most " + MAX_OPTIONS + " options");
                }
                options.put(bounded(key), plain(value));
            }
        });
        return options;
    }

    static boolean hasVendorOptions(Parameters parameters) {
        return parameters.all().keySet().stream().anyMatch(key -> key.startsWith("<"));
    }

    /** Strings, Lists and Maps alone. */
    private static Object plain(Object value) {
        if (value instanceof Parameters.Malformed) {
            throw CallerException.badRequest("invalid byte sequence in UTF-8");
        }
        if (value instanceof List<?> list) {
            var plain = new ArrayList<Object>();
            list.forEach(element ->
                    plain.add(plain(Optional.<Object>ofNullable(element).orElse(""))));
            return plain;
        }
        if (value instanceof Map<?, ?> map) {
            var plain = new LinkedHashMap<String, Object>();
            map.forEach((key, element) -> plain.put(
                    String.valueOf(key),
                    plain(Optional.<Object>ofNullable(element).orElse(""))));
            return plain;
        }
        return bounded(value.toString());
    }

    private static String bounded(String text) {
        if (text.length() > MAX_VALUE) {
            throw CallerException.badRequest("An option has at most " + MAX_VALUE + " characters");
        }
        return text;
    }
}
