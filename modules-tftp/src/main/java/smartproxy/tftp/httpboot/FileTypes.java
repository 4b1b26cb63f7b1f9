package smartproxy.tftp.httpboot;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Media types by the end of a file's name. */
final class FileTypes {
    private static final String UNKNOWN = "application/octet-stream";

    private static final Map<String, String> TYPES = types(
            "text/plain;charset=utf-8", "txt text conf log",
            "text/html;charset=utf-8", "html htm",
            "text/css;charset=utf-8", "css",
            "text/csv;charset=utf-8", "csv",
            "text/yaml;charset=utf-8", "yaml yml",
            "application/json", "json",
            "application/javascript;charset=utf-8", "js",
            "application/xml;charset=utf-8", "xml",
            "application/pdf", "pdf",
            "application/pgp-signature", "asc sig",
            "application/vnd.ms-cab-compressed", "cab",
            "application/x-bzip2", "bz2",
            "application/x-cpio", "cpio",
            "application/x-debian-package", "deb",
            "application/x-gzip", "gz tgz",
            "application/x-msdownload", "exe dll com bat msi",
            "application/x-redhat-package-manager", "rpm",
            "application/x-sh", "sh",
            "application/x-tar", "tar",
            "application/x-x509-ca-cert", "crt der",
            "application/zip", "zip",
            "image/gif", "gif",
            "image/jpeg", "jpg jpeg",
            "image/png", "png",
            "image/svg+xml", "svg");

    private FileTypes() {}

    static String of(String name) {
        var dot = name.lastIndexOf('.');
        return dot <= 0 ? UNKNOWN : TYPES.getOrDefault(name.substring(dot + 1).toLowerCase(Locale.ROOT), UNKNOWN);
    }

    /** Types, each followed by the ends it has. */
    private static Map<String, String> types(String... all) {
        var types = new HashMap<String, String>();
        for (var i = 0; i < all.length; i += 2) {
            for (var end : all[i + 1].split(" ", -1)) {
                types.put(end, all[i]);
            }
        }
        return Map.copyOf(types);
    }
}
