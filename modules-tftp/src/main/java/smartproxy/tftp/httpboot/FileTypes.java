package smartproxy.tftp.httpboot;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Media types by the end of a file's name. */
final class FileTypes {
    private static final String UNKNOWN = "application/octet-stream";

    private static final Map<String, String> TYPES = types(
            "application/atom+xml", "atom",
            "application/font-woff", "woff",
            "application/font-woff2", "woff2",
            "application/java-archive", "jar war",
            "application/javascript;charset=utf-8", "js",
            "application/json", "json",
            "application/mathml+xml", "mml",
            "application/msword", "doc",
            "application/ogg", "ogg",
            "application/pdf", "pdf",
            "application/pgp-signature", "asc sig",
            "application/pkix-cert", "cer",
            "application/postscript", "ps eps",
            "application/rdf+xml", "rdf",
            "application/rls-services+xml", "rs",
            "application/rss+xml", "rss",
            "application/rtf", "rtf",
            "application/vnd.ms-cab-compressed", "cab",
            "application/vnd.ms-excel", "xls",
            "application/vnd.ms-fontobject", "eot",
            "application/vnd.ms-powerpoint", "ppt",
            "application/vnd.oasis.opendocument.formula-template", "otf",
            "application/vnd.oasis.opendocument.presentation", "odp",
            "application/vnd.oasis.opendocument.spreadsheet", "ods",
            "application/vnd.oasis.opendocument.text", "odt",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx",
            "application/wasm", "wasm",
            "application/wsdl+xml", "wsdl",
            "application/x-bzip2", "bz2",
            "application/x-cpio", "cpio",
            "application/x-csh", "csh",
            "application/x-debian-package", "deb",
            "application/x-dvi", "dvi",
            "application/x-gzip", "gz",
            "application/x-latex", "latex",
            "application/x-msdownload", "exe dll com bat msi",
            "application/x-pkcs12", "p12",
            "application/x-pkcs7-certificates", "p7b",
            "application/x-rar-compressed", "rar",
            "application/x-redhat-package-manager", "rpm",
            "application/x-sh", "sh",
            "application/x-shockwave-flash", "swf",
            "application/x-tar", "tar",
            "application/x-tex", "tex",
            "application/x-x509-ca-cert", "crt der pem",
            "application/xhtml+xml;charset=utf-8", "xhtml",
            "application/xml-dtd", "dtd",
            "application/xml;charset=utf-8", "xml xsl",
            "application/xslt+xml", "xslt",
            "application/zip", "zip",
            "audio/mp4a-latm", "m4a",
            "audio/mpeg", "mp3",
            "audio/ogg", "oga",
            "audio/x-wav", "wav",
            "image/bmp", "bmp",
            "image/gif", "gif",
            "image/jpeg", "jpg jpeg",
            "image/png", "png",
            "image/svg+xml", "svg svgz",
            "image/tiff", "tif tiff",
            "image/vnd.microsoft.icon", "ico",
            "text/calendar;charset=utf-8", "ics",
            "text/css;charset=utf-8", "css",
            "text/csv;charset=utf-8", "csv",
            "text/html;charset=utf-8", "html htm",
            "text/plain;charset=utf-8", "txt text conf log",
            "text/tab-separated-values;charset=utf-8", "tsv",
            "text/troff;charset=utf-8", "man",
            "text/x-c;charset=utf-8", "c h cpp",
            "text/x-diff;charset=utf-8", "diff",
            "text/x-java-source;charset=utf-8", "java",
            "text/x-script.perl;charset=utf-8", "pl",
            "text/x-script.python;charset=utf-8", "py",
            "text/x-script.ruby;charset=utf-8", "rb",
            "text/x-vcard;charset=utf-8", "vcf",
            "text/yaml;charset=utf-8", "yaml yml",
            "video/mp4", "mp4 m4v",
            "video/mpeg", "mpg mpeg",
            "video/ogg", "ogv",
            "video/quicktime", "mov",
            "video/webm", "webm",
            "video/x-msvideo", "avi");

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
