package smartproxy.tftp;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;

/**
 * Which loaders a host gets in a directory of its own (Foreman 3.14).
 *
 * @param os lower case: {@code redhat}
 * @param release {@code 9.4}
 * @param arch {@code x86_64}
 * @param suffix of generic loaders: {@code x64}
 */
record HostLoader(String os, String release, String arch, String suffix) {
    static final String FAILURE = "TFTP: Failed to setup host specific bootloader directory: ";

    /** One name of a path, neither hidden nor a way up. Foreman allows more than what directories are usually called. */
    private static final Pattern NAME = Pattern.compile("[^/.\\p{Cntrl}][^/\\p{Cntrl}]{0,254}");

    private static final Pattern SUFFIX = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+~-]{0,63}");

    /** Empty unless all four are given. */
    static Optional<HostLoader> of(Parameters parameters) {
        var os = name(parameters, "targetos", NAME);
        var release = name(parameters, "release", NAME);
        var arch = name(parameters, "arch", NAME);
        var suffix = name(parameters, "bootfile_suffix", SUFFIX);
        return os == null || release == null || arch == null || suffix == null
                ? Optional.empty()
                : Optional.of(new HostLoader(os, release, arch, suffix));
    }

    private static @Nullable String name(Parameters parameters, String key, Pattern allowed) {
        var raw = parameters.raw(key);
        if (raw == null || "".equals(raw)) {
            return null;
        }
        if (!(raw instanceof String text) || !allowed.matcher(text).matches()) {
            throw CallerException.badRequest(
                    FAILURE + "Parameter '" + key + "' is expected to be one name of a path, and no hidden one");
        }
        return text;
    }
}
