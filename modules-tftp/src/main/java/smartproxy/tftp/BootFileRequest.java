package smartproxy.tftp;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;
import smartproxy.tftp.bootfiles.BootFile;
import smartproxy.tftp.bootfiles.BootFiles;
import smartproxy.tftp.bootfiles.Checksum;
import smartproxy.tftp.files.FileRefused;
import smartproxy.tftp.files.FileStore;

/** What {@code fetch_boot_file} asks for. */
final class BootFileRequest {
    private static final String FAILURE = BootFiles.FAILURE;
    private static final Set<String> SCHEMES = Set.of("http", "https", "ftp");
    private static final String MOUNTED = "nfs";
    /** What file systems of Linux take, in bytes. */
    private static final int LONGEST_NAME = 255;

    private BootFileRequest() {}

    /**
     * The file that is wanted: its destination is the prefix, a dash unless that ends in a slash, and what follows the last slash
     * of the source.
     *
     * @return empty when it lies on NFS: a host mounts that by itself
     * @throws CallerException 400 when that cannot be
     */
    static Optional<BootFile> of(Parameters parameters, Path root) {
        var prefix = text(parameters, "prefix");
        var path = text(parameters, "path");
        var shown = BootFile.shown(path);
        var end = shown.length();
        while (end > 0 && shown.charAt(end - 1) == '/') {
            end--;
        }
        if (end == 0) {
            throw failure("Parameter 'path' names no file");
        }
        var name = shown.substring(shown.lastIndexOf('/', end - 1) + 1, end);
        var destination = destination(root, prefix + (prefix.endsWith("/") ? "" : "-") + name);
        var source = source(path);
        var scheme = source.getScheme() == null ? "" : source.getScheme().toLowerCase(Locale.ROOT);
        if (!SCHEMES.contains(scheme) && !scheme.equals(MOUNTED)) {
            throw failure("Cannot fetch boot file, unknown protocol for medium source path: " + shown);
        }
        var checksum = checksum(parameters);
        return scheme.equals(MOUNTED) ? Optional.empty() : Optional.of(new BootFile(source, destination, checksum));
    }

    private static Optional<Checksum> checksum(Parameters parameters) {
        if (!parameters.has("checksum")) {
            return Optional.empty();
        }
        var text = text(parameters, "checksum");
        return Optional.of(Checksum.parse(text)
                .orElseThrow(() ->
                        failure("the checksum is neither sha256: and 64 nor sha512: and 128 hexadecimal" + " digits")));
    }

    private static String destination(Path root, String file) {
        try {
            var destination = root.resolve(file).normalize();
            // a tilde is a user's home for the reference
            if (file.startsWith("~") || !destination.startsWith(root) || destination.equals(root)) {
                throw failure("TFTP destination outside of tftproot");
            }
            for (var name : destination) {
                if (name.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
                    throw failure("File name too long: " + name);
                }
            }
            var below = root.relativize(destination).toString();
            FileStore.requireName(below);
            return below;
        } catch (InvalidPathException | FileRefused e) {
            throw failure("the destination is not a file name");
        }
    }

    private static URI source(String path) {
        if (!StandardCharsets.US_ASCII.newEncoder().canEncode(path)) {
            // java.net.URI would take it (RFC 3986)
            throw failure("URI must be ascii only " + Parameters.inspect(BootFile.shown(path)));
        }
        try {
            return new URI(path);
        } catch (URISyntaxException e) {
            throw failure("bad URI(is not URI?): " + Parameters.inspect(BootFile.shown(path)));
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
