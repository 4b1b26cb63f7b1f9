package smartproxy.core.plugins;

import java.util.Set;
import java.util.regex.Pattern;

/** What the daemon and its plug-ins have in common: the API, and what its signatures are made of. */
final class SharedClasses {
    private static final Set<String> PACKAGES = Set.of(
            "smartproxy.core.api",
            "org.jspecify.annotations",
            "org.slf4j",
            "org.slf4j.event",
            "org.slf4j.helpers",
            "org.slf4j.spi");

    /**
     * The SPI of a family lies in its top package, its own providers in packages below that. What providers of several families
     * share is no family.
     */
    private static final Pattern FAMILY = Pattern.compile("smartproxy\\.(?!(?:core|infoblox)$)\\w+");

    private static final Pattern JAX_RS = Pattern.compile("jakarta\\.ws\\.rs(\\.\\w+)*");

    private SharedClasses() {}

    static boolean have(String className) {
        var end = className.lastIndexOf('.');
        var name = end < 0 ? "" : className.substring(0, end);
        return PACKAGES.contains(name)
                || FAMILY.matcher(name).matches()
                || JAX_RS.matcher(name).matches();
    }
}
