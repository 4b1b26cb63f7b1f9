package smartproxy.tftp.bootfiles;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the digest of a file must be.
 *
 * @param kind {@code sha256} or {@code sha512}
 * @param hex in lower case
 */
public record Checksum(String kind, String hex) {
    static final String SHA256 = "sha256";
    private static final Pattern TEXT = Pattern.compile("sha256:\\p{XDigit}{64}|sha512:\\p{XDigit}{128}");
    private static final Pattern LINE = Pattern.compile("(\\p{XDigit}{64})(?:\\s+\\*?(\\S.*?))?\\s*");
    private static final Pattern BSD_LINE = Pattern.compile("SHA256 ?\\((.*)\\) ?= ?(\\p{XDigit}{64})\\s*");

    /** @return empty when it is no {@code sha256:HEX} or {@code sha512:HEX}, in either case */
    public static Optional<Checksum> parse(String text) {
        var lower = lower(text);
        if (!TEXT.matcher(lower).matches()) {
            return Optional.empty();
        }
        var colon = lower.indexOf(':');
        return Optional.of(new Checksum(lower.substring(0, colon), lower.substring(colon + 1)));
    }

    /**
     * Finds a file in the output of {@code sha256sum}, with or without {@code --tag}.
     *
     * @return empty when neither a line of that name nor a digest without a name is there
     */
    static Optional<Checksum> ofList(String list, String name) {
        for (var line : list.lines().toList()) {
            var plain = LINE.matcher(line.strip());
            if (plain.matches() && (plain.group(2) == null || isFile(plain.group(2), name))) {
                return Optional.of(new Checksum(SHA256, lower(plain.group(1))));
            }
            var tagged = BSD_LINE.matcher(line.strip());
            if (tagged.matches() && isFile(tagged.group(1), name)) {
                return Optional.of(new Checksum(SHA256, lower(tagged.group(2))));
            }
        }
        return Optional.empty();
    }

    private static boolean isFile(String path, String name) {
        return path.substring(path.lastIndexOf('/') + 1).equals(name);
    }

    private static String lower(String hex) {
        return hex.toLowerCase(Locale.ROOT);
    }

    MessageDigest digest() {
        try {
            return MessageDigest.getInstance(kind.equals(SHA256) ? "SHA-256" : "SHA-512");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isThatOf(MessageDigest read) {
        return hex.equals(HexFormat.of().formatHex(read.digest()));
    }

    @Override
    public String toString() {
        return kind + ":" + hex;
    }
}
