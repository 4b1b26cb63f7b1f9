package smartproxy.tftp.bootfiles;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * A file that is wanted.
 *
 * @param source http, https or ftp
 * @param destination path below the root
 * @param checksum empty: none is known
 */
public record BootFile(URI source, String destination, Optional<Checksum> checksum) {
    /** The source without user and password, for people. */
    String shown() {
        return shown(source);
    }

    static String shown(URI source) {
        if (source.getRawUserInfo() == null) {
            return source.toString();
        }
        try {
            return new URI(
                            source.getScheme(),
                            null,
                            source.getHost(),
                            source.getPort(),
                            source.getPath(),
                            source.getQuery(),
                            null)
                    .toString();
        } catch (URISyntaxException e) {
            return source.getScheme() + "://" + source.getHost();
        }
    }
}
