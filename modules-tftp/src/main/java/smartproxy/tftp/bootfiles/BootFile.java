package smartproxy.tftp.bootfiles;

import java.net.URI;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A file that is wanted.
 *
 * @param source http, https or ftp
 * @param destination path below the root
 * @param checksum empty: none is known
 */
public record BootFile(URI source, String destination, Optional<Checksum> checksum) {
    private static final Pattern USER = Pattern.compile("^([^/?#]*//)[^/?#]*@");

    /** The source without user and password, for people. */
    String shown() {
        return shown(source);
    }

    static String withoutQuery(URI source) {
        return source.toString().replaceFirst("[?#].*", "");
    }

    static String shown(URI source) {
        return shown(source.toString());
    }

    /** A URL, or what was meant to be one, without user and password. */
    public static String shown(String url) {
        return USER.matcher(url).replaceFirst("$1");
    }
}
