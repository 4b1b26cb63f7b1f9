package smartproxy.core.auth;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A list of host names that are let in. A name is let in when it equals an entry, letter case of ASCII aside; there are no
 * wildcards. The dot at the end of an entry is ignored. A name with anything but printable ASCII is never let in.
 */
final class TrustedHosts {
    private final String setting;
    private final List<String> entries;
    private final Set<String> names = new HashSet<>();

    /** @param setting where the list comes from, named in refusals */
    TrustedHosts(String setting, List<String> entries) {
        this.setting = setting;
        this.entries = List.copyOf(entries);
        for (var entry : entries) {
            var name = lowerCase(entry);
            names.add(name.endsWith(".") ? name.substring(0, name.length() - 1) : name);
        }
        names.remove("");
    }

    String setting() {
        return setting;
    }

    /** The entries as configured. */
    List<String> entries() {
        return entries;
    }

    boolean contains(String name) {
        return isPrintable(name) && names.contains(lowerCase(name));
    }

    /** Only ASCII, because other letters have ASCII ones as their lower case: the Kelvin sign becomes a k. */
    static String lowerCase(String name) {
        var lower = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            lower.append(c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c);
        }
        return lower.toString();
    }

    private static boolean isPrintable(String name) {
        return name.chars().allMatch(c -> c > ' ' && c <= '~');
    }
}
