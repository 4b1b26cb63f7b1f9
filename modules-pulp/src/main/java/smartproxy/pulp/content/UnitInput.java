package smartproxy.pulp.content;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;

/** Reads what callers say of units, as {@link ContentInput} does. */
final class UnitInput {
    static final int MOST_UNITS = 10_000;

    private static final int LONGEST_ID = 255;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private UnitInput() {}

    private static UnitChoice choice(JsonNode body) {
        var units = ContentInput.texts(body, "units");
        if (ContentInput.flag(body, "all", false)) {
            if (body.has("units")) {
                throw CallerException.badRequest("Either 'units' or 'all' is expected, not both");
            }
            return UnitChoice.ALL;
        }
        if (units.isEmpty() || units.size() > MOST_UNITS) {
            throw CallerException.badRequest("Key 'units' is needed, a list of 1 to " + MOST_UNITS
                    + " units, each as the list of units names it; or 'all': true");
        }
        if (units.stream().anyMatch(unit -> unit.isBlank() || unit.length() > LONGEST_ID)) {
            throw CallerException.badRequest("Key 'units' has what is no unit: it is empty or too long");
        }
        return new UnitChoice(units);
    }

    /** What is copied, and how; {@code from} is for the caller to read. */
    static UnitCopy copy(JsonNode body) {
        ContentInput.only(body, "from", "version", "units", "all", "dependencies", "base_version");
        return new UnitCopy(
                choice(body),
                Optional.ofNullable(ContentInput.optional(body, "version")),
                ContentInput.flag(body, "dependencies", false),
                Optional.ofNullable(ContentInput.optional(body, "base_version")));
    }

    static UnitChoice removal(JsonNode body) {
        ContentInput.only(body, "units", "all");
        return choice(body);
    }

    static NewUnit unit(JsonNode body) {
        ContentInput.only(body, "upload", "sha256", "path", "options");
        var sha256 = ContentInput.text(body, "sha256");
        if (!SHA256.matcher(sha256).matches()) {
            throw CallerException.badRequest("Key 'sha256' is expected to be 64 hexadecimal digits, as of sha256sum");
        }
        var options = new LinkedHashMap<String, String>();
        if (body.has("options")) {
            if (!body.path("options").isObject()) {
                throw CallerException.badRequest("Key 'options' is expected to be an object");
            }
            body.path("options")
                    .fieldNames()
                    .forEachRemaining(key -> options.put(key, ContentInput.text(body.path("options"), key)));
        }
        return new NewUnit(ContentInput.text(body, "upload"), sha256, path(ContentInput.text(body, "path")), options);
    }

    /** Files have more characters in their names than what is served has in its paths. */
    private static String path(String path) {
        for (var segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw CallerException.badRequest(
                        "Key 'path' is expected to be the path of a file, such as images/a.iso");
            }
        }
        if (path.length() > LONGEST_ID || path.chars().anyMatch(Character::isISOControl)) {
            throw CallerException.badRequest(
                    "Key 'path' is expected to have at most " + LONGEST_ID + " characters, and no control character");
        }
        return path;
    }

    /** {@code type=rpm.package&version=3&filter[name]=bear}. */
    static UnitQuery query(Parameters parameters) {
        var type = parameters.text("type");
        if (type == null) {
            throw CallerException.badRequest("Parameter 'type' is needed: a type of units as in counts");
        }
        var filters = new LinkedHashMap<String, String>();
        var filter = parameters.raw("filter");
        if (filter instanceof Map<?, ?> all) {
            all.forEach((key, value) -> {
                if (!(value instanceof String text)) {
                    throw CallerException.badRequest("Parameter 'filter[" + key + "]' is expected to be a text");
                }
                filters.put(String.valueOf(key), text);
            });
        } else if (filter != null) {
            throw CallerException.badRequest("Parameter 'filter' is expected with a name: filter[name]=bear");
        }
        return new UnitQuery(type, Optional.ofNullable(parameters.text("version")), filters);
    }
}
