package smartproxy.tftp;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;

/**
 * What {@code fetch_boot_file} asks for.
 *
 * @param source where the file comes from
 * @param destination where it shall lie, below the root: the prefix, a dash unless that ends in a slash, and what follows the
 *     last slash of the source
 */
record BootFileRequest(URI source, String destination) {
    private static final String FAILURE = "TFTP: Failed to fetch boot file: ";
    private static final Set<String> SCHEMES = Set.of("http", "https", "ftp");
    private static final String MOUNTED = "nfs";

    /** @throws CallerException 400 when that cannot be */
    static BootFileRequest of(Parameters parameters, Path root) {
        var prefix = text(parameters, "prefix");
        var path = text(parameters, "path");
        var end = path.length();
        while (end > 0 && path.charAt(end - 1) == '/') {
            end--;
        }
        if (end == 0) {
            throw failure("Parameter 'path' names no file");
        }
        var name = path.substring(path.lastIndexOf('/', end - 1) + 1, end);
        var destination = destination(root, prefix + (prefix.endsWith("/") ? "" : "-") + name);
        var source = source(path);
        var scheme = source.getScheme() == null ? "" : source.getScheme().toLowerCase(Locale.ROOT);
        if (!SCHEMES.contains(scheme) && !scheme.equals(MOUNTED)) {
            throw failure("Cannot fetch boot file, unknown protocol for medium source path: " + path);
        }
        return new BootFileRequest(source, destination);
    }

    /** Whether there is something to be fetched; a host mounts what lies on NFS by itself. */
    boolean isDownload() {
        return !MOUNTED.equalsIgnoreCase(source.getScheme());
    }

    private static String destination(Path root, String file) {
        try {
            var destination = root.resolve(file).normalize();
            if (!destination.startsWith(root) || destination.equals(root)) {
                throw failure("TFTP destination outside of tftproot");
            }
            return root.relativize(destination).toString();
        } catch (InvalidPathException e) {
            throw failure("the destination is not a file name");
        }
    }

    private static URI source(String path) {
        try {
            return new URI(path);
        } catch (URISyntaxException e) {
            throw failure("bad URI(is not URI?): " + Parameters.inspect(path));
        }
    }

    private static String text(Parameters parameters, String key) {
        if (parameters.raw(key) instanceof String text) {
            return text;
        }
        throw failure(
                "Parameter '" + key + "' is expected to be a text" + (parameters.has(key) ? "" : ", it is missing"));
    }

    private static CallerException failure(String reason) {
        return CallerException.badRequest(FAILURE + reason);
    }
}
