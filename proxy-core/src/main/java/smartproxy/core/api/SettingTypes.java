package smartproxy.core.api;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The types of settings and their rules; messages are the reference's where it has the rule. */
public final class SettingTypes {
    private static final String SECRET_REFERENCE = "file:";
    private static final int MAX_SECRET = 64 << 10;
    private static final Pattern SYMBOL = Pattern.compile(":[A-Za-z_]\\w*");

    private SettingTypes() {}

    /** Any scalar, as text; a symbol is its name. */
    public static Setting<String> text(String key, String doc) {
        return Setting.of(key, "text", (k, value) -> scalar(k, withoutColon(value)), doc);
    }

    /** One of the words; the comparison is exact. */
    public static Setting<String> oneOf(String key, List<String> words, String doc) {
        return Setting.of(
                key,
                "one of " + String.join(", ", words),
                (k, value) -> {
                    var text = scalar(k, value);
                    if (!words.contains(text)) {
                        throw new InvalidSetting(
                                "Parameter '" + k + "' must be one of " + String.join(", ", words),
                                "it is '" + text + "'");
                    }
                    return text;
                },
                doc);
    }

    /** A real YAML boolean. */
    public static Setting<Boolean> bool(String key, String doc) {
        return Setting.of(
                key,
                "true or false",
                (k, value) -> {
                    if (value instanceof Boolean bool) {
                        return bool;
                    }
                    throw new InvalidSetting("Setting '" + k + "' is expected to be true/false", "without quotes");
                },
                doc);
    }

    /** A whole number, also when quoted. */
    public static Setting<Integer> integer(String key, int least, int most, String doc) {
        return Setting.of(
                key, "number from " + least + " to " + most, (k, value) -> number(k, value, least, most), doc);
    }

    /** A time in whole seconds. */
    public static Setting<Duration> seconds(String key, int least, int most, String doc) {
        return Setting.of(
                key,
                "seconds, " + least + " to " + most,
                (k, value) -> Duration.ofSeconds(number(k, value, least, most)),
                doc);
    }

    /** A path; nothing is checked. */
    public static Setting<Path> path(String key, String doc) {
        return Setting.of(key, "path", (k, value) -> pathOf(k, value), doc);
    }

    /** A file this process can read. */
    public static Setting<Path> readableFile(String key, String doc) {
        return Setting.of(
                key,
                "path of a readable file",
                (k, value) -> {
                    var path = pathOf(k, value);
                    if (!Files.isReadable(path)) {
                        throw new InvalidSetting(
                                "File at '" + path + "' defined in '" + k
                                        + "' parameter doesn't exist or is unreadable",
                                "the daemon's user needs to read it");
                    }
                    return path;
                },
                doc);
    }

    /** An absolute URL. */
    public static Setting<URI> url(String key, String doc) {
        return Setting.of(
                key,
                "URL",
                (k, value) -> {
                    var text = scalar(k, value);
                    if (text.isEmpty()) {
                        throw new InvalidSetting("Setting '" + k + "' is expected to contain a url", "");
                    }
                    try {
                        var uri = new URI(text);
                        if (uri.getScheme() == null) {
                            throw new InvalidSetting(
                                    "Setting '" + k + "' is missing a scheme", "such as https://" + text);
                        }
                        return uri;
                    } catch (URISyntaxException e) {
                        throw new InvalidSetting("Setting '" + k + "' contains an invalid url", e.getReason());
                    }
                },
                doc);
    }

    /** A list of texts; a single one is a list of one, a symbol is its name. */
    public static Setting<List<String>> texts(String key, String doc) {
        return Setting.of(
                key,
                "list",
                (k, value) -> {
                    var texts = new ArrayList<String>();
                    for (var element : value instanceof List<?> list ? list : List.of(value)) {
                        if (element == null) {
                            throw new InvalidSetting(
                                    "Parameter '" + k + "' has an empty entry",
                                    "remove the entry, or put it in quotes");
                        }
                        texts.add(scalar(k, withoutColon(element)));
                    }
                    return List.copyOf(texts);
                },
                doc);
    }

    /**
     * A password or key, in place or as {@code file:/path} of the file that holds it: at most 64 KiB of UTF-8, a line break at
     * its end is dropped. Printed as {@code ***}.
     */
    public static Setting<Secret> secret(String key, String doc) {
        return Setting.of(key, "secret, or file:/path of a file with it", SettingTypes::secretOf, doc)
                .neverPrinted();
    }

    /** The file that the value of a secret refers to; empty when the value is the secret itself. */
    public static Optional<Path> secretFile(Object value) {
        return value instanceof String text && text.startsWith(SECRET_REFERENCE + "/") && text.indexOf('\0') < 0
                ? Optional.of(Path.of(text.substring(SECRET_REFERENCE.length())))
                : Optional.empty();
    }

    /** The name of a symbol ({@code :https} is {@code https}), in lists too; whatever else as it is. */
    public static Object withoutColon(Object value) {
        if (value instanceof List<?> list) {
            var names = new ArrayList<@Nullable Object>();
            for (var element : list) {
                names.add(element == null ? null : withoutColon(element));
            }
            return Collections.unmodifiableList(names);
        }
        return value instanceof String text && SYMBOL.matcher(text).matches() ? text.substring(1) : value;
    }

    private static Secret secretOf(String key, Object value) throws InvalidSetting {
        var file = secretFile(value);
        if (file.isEmpty()) {
            return new Secret(scalar(key, value));
        }
        return new Secret(contentOf(key, file.get()));
    }

    private static String contentOf(String key, Path file) throws InvalidSetting {
        var reason = "it is empty";
        try {
            // a pipe would be waited for without end
            if (!Files.readAttributes(file, BasicFileAttributes.class).isRegularFile()) {
                throw new IOException("not a regular file");
            }
            byte[] bytes;
            try (var in = Files.newInputStream(file)) {
                bytes = in.readNBytes(MAX_SECRET + 1);
            }
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            var secret = text.replaceFirst("\\r?\\n\\z", "");
            if (bytes.length <= MAX_SECRET && !secret.isBlank()) {
                return secret;
            }
            reason = secret.isBlank() ? reason : "it is larger than 64 KiB";
        } catch (CharacterCodingException e) {
            reason = "it is not UTF-8 text";
        } catch (NoSuchFileException e) {
            reason = "there is no such file";
        } catch (AccessDeniedException e) {
            reason = "permission denied";
        } catch (IOException e) {
            reason = String.valueOf(e.getMessage());
        }
        throw new InvalidSetting(
                "File at '" + file + "' defined in '" + key + "' parameter cannot be used: " + reason,
                "the daemon's user needs to read it");
    }

    private static Path pathOf(String key, Object value) throws InvalidSetting {
        try {
            return Path.of(scalar(key, value));
        } catch (InvalidPathException e) {
            throw new InvalidSetting("Parameter '" + key + "' is expected to be a path", "it is '" + value + "'");
        }
    }

    static String scalar(String key, Object value) throws InvalidSetting {
        if (value instanceof List<?> || value instanceof java.util.Map<?, ?>) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' is expected to be a single value", "it is a list or a mapping");
        }
        return value.toString();
    }

    private static int number(String key, Object value, int least, int most) throws InvalidSetting {
        try {
            var number = Long.parseLong(scalar(key, value).strip());
            if (number >= least && number <= most) {
                return (int) number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new InvalidSetting(
                "Parameter '" + key + "' is expected to be a number from " + least + " to " + most,
                "it is '" + value + "'");
    }
}
