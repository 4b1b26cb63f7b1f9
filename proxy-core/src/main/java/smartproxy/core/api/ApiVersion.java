package smartproxy.core.api;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The version of this API. A plug-in names the one it was made for in the manifest of its jar, {@code Smart-Proxy-API: 1.0}.
 *
 * @param major raised when something that plug-ins rely on was changed or taken away
 * @param minor raised when something was added; 0 after each new major
 */
public record ApiVersion(int major, int minor) {
    /** The attribute of the manifest. */
    public static final String ATTRIBUTE = "Smart-Proxy-API";

    /** That of this daemon: this package, the SPIs of its families, and the JAX-RS they use. */
    public static final ApiVersion CURRENT = new ApiVersion(1, 0);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

    /** {@code MAJOR.MINOR}; empty when it is anything else. */
    public static Optional<ApiVersion> parse(String text) {
        var parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(new ApiVersion(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2))))
                : Optional.empty();
    }

    /** Whether a plug-in made for {@code wanted} runs with this version: the same major, and nothing it may miss. */
    public boolean serves(ApiVersion wanted) {
        return wanted.major == major && wanted.minor <= minor;
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
