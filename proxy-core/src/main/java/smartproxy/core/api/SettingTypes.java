package smartproxy.core.api;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The types of settings and their rules; messages are the reference's where it has the rule. */
public final class SettingTypes {
    private SettingTypes() {}

    /** Any scalar, as text. */
    public static Setting<String> text(String key, String doc) {
        return Setting.of(key, "text", SettingTypes::scalar, doc);
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
        return Setting.of(key, "path", (k, value) -> Path.of(scalar(k, value)), doc);
    }

    /** A file this process can read. */
    public static Setting<Path> readableFile(String key, String doc) {
        return Setting.of(
                key,
                "path of a readable file",
                (k, value) -> {
                    var path = Path.of(scalar(k, value));
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

    /** A list of texts; a single one is a list of one. */
    public static Setting<List<String>> texts(String key, String doc) {
        return Setting.of(
                key,
                "list",
                (k, value) -> {
                    var texts = new ArrayList<String>();
                    for (var element : value instanceof List<?> list ? list : List.of(value)) {
                        texts.add(scalar(k, element));
                    }
                    return List.copyOf(texts);
                },
                doc);
    }

    /** A password or key, given in place. Printed as {@code ***}. */
    public static Setting<Secret> secret(String key, String doc) {
        return Setting.of(key, "secret", (k, value) -> new Secret(scalar(k, value)), doc)
                .neverPrinted();
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
