package smartproxy.pulp.content;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Secret;

/** Reads what callers send, strictly: what is not known or not of its type is 400 and named. */
final class ContentInput {
    private static final ObjectMapper JSON = new ObjectMapper()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    private static final Pattern NAME = Pattern.compile("[^/\\p{Cntrl}]{1,255}");
    private static final Pattern PATH = Pattern.compile("[\\w.~-]+(/[\\w.~-]+)*");
    private static final int MOST_TEXT = 64 << 10;

    private ContentInput() {}

    /** A repository that a mirror is to have. */
    record Wanted(String name, ContentType type, Upstream upstream, String path, boolean protect, SyncMode sync) {}

    /** The body of {@code POST /content/mirror}. */
    record MirrorRequest(String pulp, boolean dryRun, List<Wanted> repositories) {}

    /** The JSON object of a body; an empty body is an empty object. */
    static JsonNode body(byte[] body) {
        if (body.length == 0) {
            return ContentJson.object();
        }
        try {
            var read = JSON.readTree(body);
            if (read != null && read.isObject()) {
                return read;
            }
        } catch (StreamConstraintsException e) {
            throw CallerException.badRequest(
                    "The body is no JSON that is taken: it is nested too deep, or has too long a name or number");
        } catch (JsonProcessingException e) {
            throw CallerException.badRequest("The body is no JSON: " + e.getOriginalMessage() + " in line "
                    + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr());
        } catch (IOException e) {
            throw CallerException.badRequest("The body is no JSON");
        }
        throw CallerException.badRequest("The body is expected to be a JSON object");
    }

    static void only(JsonNode object, String... keys) {
        only("", object, keys);
    }

    private static void only(String where, JsonNode object, String... keys) {
        var unknown = new TreeSet<String>();
        object.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(Set.of(keys));
        if (!unknown.isEmpty()) {
            throw CallerException.badRequest(where + "Unknown key '" + unknown.first() + "'; known are "
                    + (keys.length == 0 ? "none" : String.join(", ", new TreeSet<>(Arrays.asList(keys)))));
        }
    }

    static String name(String name) {
        if (!NAME.matcher(name).matches() || name.isBlank()) {
            throw CallerException.badRequest("A name has 1 to 255 characters, and no slash or control character");
        }
        return name;
    }

    static String path(String path) {
        if (path.length() > 255 || !PATH.matcher(path).matches() || path.matches("(.*/)?\\.\\.?(/.*)?")) {
            throw CallerException.badRequest(
                    "A path has segments of letters, digits and -._~ with slashes between them, not '" + shown(path)
                            + "'");
        }
        return path;
    }

    static ContentType type(String type) {
        return ContentType.named(type)
                .orElseThrow(() -> CallerException.badRequest("There is no type '" + shown(type) + "'; known are "
                        + String.join(
                                ", ",
                                Arrays.stream(ContentType.values())
                                        .map(ContentType::toString)
                                        .toList())));
    }

    /** As much of a text as is told. */
    static String shown(String text) {
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }

    /** A text that must be there. */
    static String text(JsonNode object, String key) {
        var text = optional(object, key);
        if (text == null || text.isEmpty()) {
            throw CallerException.badRequest("Key '" + key + "' is needed");
        }
        return text;
    }

    static @Nullable String optional(JsonNode object, String key) {
        var value = object.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual() || value.asText().length() > MOST_TEXT) {
            throw CallerException.badRequest(
                    "Key '" + key + "' is expected to be a text of at most " + MOST_TEXT + " characters");
        }
        return value.asText();
    }

    static boolean flag(JsonNode object, String key, boolean otherwise) {
        var value = object.path(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw CallerException.badRequest("Key '" + key + "' is expected to be true or false");
        }
        return value.asBoolean();
    }

    static long number(JsonNode object, String key, long otherwise, long most) {
        var value = object.path(key);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 0 || value.asLong() > most) {
            throw CallerException.badRequest("Key '" + key + "' is expected to be a number from 0 to " + most);
        }
        return value.asLong();
    }

    static List<String> texts(JsonNode object, String key) {
        var texts = new ArrayList<String>();
        var value = object.path(key);
        if (!value.isMissingNode() && !value.isArray()) {
            throw CallerException.badRequest("Key '" + key + "' is expected to be a list of texts");
        }
        value.forEach(one -> {
            if (!one.isTextual()) {
                throw CallerException.badRequest("Key '" + key + "' is expected to be a list of texts");
            }
            texts.add(one.asText());
        });
        return texts;
    }

    private static <E extends Enum<E>> E word(JsonNode object, String key, E otherwise, E[] all) {
        var word = optional(object, key);
        if (word == null) {
            return otherwise;
        }
        for (var one : all) {
            if (one.toString().equals(word)) {
                return one;
            }
        }
        throw CallerException.badRequest("Key '" + key + "' is expected to be one of "
                + String.join(", ", Arrays.stream(all).map(Object::toString).toList()));
    }

    static SyncMode syncMode(JsonNode body) {
        only(body, "mode", "optimize", "skip");
        return new SyncMode(
                word(body, "mode", SyncMode.Mode.MIRROR, SyncMode.Mode.values()),
                flag(body, "optimize", true),
                texts(body, "skip"));
    }

    static Optional<String> version(JsonNode body) {
        return Optional.ofNullable(optional(body, "version"));
    }

    static Optional<ChecksumType> checksums(JsonNode body) {
        return optional(body, "checksum_type") == null
                ? Optional.empty()
                : Optional.of(word(body, "checksum_type", ChecksumType.SHA256, ChecksumType.values()));
    }

    private static URI url(JsonNode object, String key, Set<String> schemes) {
        var text = text(object, key);
        try {
            var url = new URI(text);
            if (url.getScheme() != null
                    && schemes.contains(url.getScheme())
                    && (url.getHost() != null || url.getScheme().equals("file"))
                    && url.getRawUserInfo() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // said below
        }
        throw CallerException.badRequest("Key '" + key + "' is expected to be a URL of "
                + String.join(", ", new TreeSet<>(schemes)) + " without user and password");
    }

    private static Optional<Secret> secret(JsonNode object, String key) {
        return Optional.ofNullable(optional(object, key))
                .filter(text -> !text.isEmpty())
                .map(Secret::new);
    }

    private static @Nullable String pem(JsonNode object, String key) {
        var text = optional(object, key);
        if (text != null && !text.strip().startsWith("-----BEGIN ")) {
            throw CallerException.badRequest("Key '" + key + "' is expected to be a PEM text");
        }
        return text == null ? null : text.strip(); // as Pulp keeps it
    }

    static String authority(JsonNode body) {
        only(body, "authority");
        var text = pem(body, "authority");
        if (text == null) {
            throw CallerException.badRequest("Key 'authority' is needed");
        }
        return text;
    }

    static Upstream upstream(JsonNode body) {
        only(body, "url", "policy", "tls", "user", "password", "proxy", "limits", "options");
        var tls = object(body, "tls");
        only("tls: ", tls, "verify", "authorities", "certificate", "key");
        var key = secret(tls, "key").map(one -> new Secret(one.reveal().strip()));
        var proxy = object(body, "proxy");
        only("proxy: ", proxy, "url", "user", "password");
        return new Upstream(
                url(body, "url", Set.of("http", "https", "file")),
                word(body, "policy", Upstream.Policy.IMMEDIATE, Upstream.Policy.values()),
                new Upstream.Tls(
                        flag(tls, "verify", true), pem(tls, "authorities"), pem(tls, "certificate"), key.orElse(null)),
                login(body),
                proxy.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Upstream.Proxy(url(proxy, "url", Set.of("http", "https")), login(proxy))),
                limits(object(body, "limits")),
                options(object(body, "options")),
                Map.of());
    }

    private static Upstream.Login login(JsonNode object) {
        return new Upstream.Login(
                secret(object, "user").orElse(null), secret(object, "password").orElse(null));
    }

    private static JsonNode object(JsonNode body, String key) {
        var value = body.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return ContentJson.object();
        }
        if (!value.isObject()) {
            throw CallerException.badRequest("Key '" + key + "' is expected to be an object");
        }
        return value;
    }

    private static Map<String, Double> limits(JsonNode limits) {
        only("limits: ", limits, Upstream.LIMITS.toArray(String[]::new));
        var read = new TreeMap<String, Double>();
        limits.properties().forEach(limit -> {
            var number = limit.getValue().asDouble();
            var isWhole = !Upstream.WHOLE_LIMITS.contains(limit.getKey()) || number == Math.rint(number);
            if (!limit.getValue().isNumber() || number < 0 || !Double.isFinite(number) || !isWhole) {
                throw CallerException.badRequest("limits: Key '" + limit.getKey()
                        + "' is expected to be a number from 0 on" + (isWhole ? "" : ", and a whole one"));
            }
            read.put(limit.getKey(), number);
        });
        return read;
    }

    private static Map<String, Object> options(JsonNode options) {
        var read = new TreeMap<String, Object>();
        options.properties().forEach(option -> {
            var value = option.getValue();
            var isKnown = value.isTextual() || value.isNumber() || value.isBoolean() || isOfTexts(value);
            if (!isKnown) {
                throw CallerException.badRequest("options: Key '" + option.getKey()
                        + "' is expected to be a text, a number, true, false or a list of texts");
            }
            if (value.toString().length() > MOST_TEXT) {
                throw CallerException.badRequest(
                        "options: Key '" + option.getKey() + "' has more than " + MOST_TEXT + " characters");
            }
            read.put(option.getKey(), JSON.convertValue(value, Object.class));
        });
        return read;
    }

    private static boolean isOfTexts(JsonNode value) {
        return value.isArray()
                && StreamSupport.stream(value.spliterator(), false).allMatch(JsonNode::isTextual);
    }

    static MirrorRequest mirror(JsonNode body) {
        only(body, "pulp", "dry_run", "repositories");
        if (!body.path("repositories").isArray()) {
            throw CallerException.badRequest(
                    "Key 'repositories' is needed, a list of all that are wanted; [] removes all");
        }
        if (body.path("repositories").size() > JobRunner.MOST_ITEMS) {
            throw CallerException.badRequest("More than " + JobRunner.MOST_ITEMS + " repositories");
        }
        var repositories = new ArrayList<Wanted>();
        var names = new HashSet<String>();
        var paths = new HashSet<String>();
        var position = 0;
        for (var one : body.path("repositories")) {
            Wanted wanted;
            try {
                wanted = wanted(one);
            } catch (CallerException e) {
                throw CallerException.badRequest("repositories[" + position + "]: " + e.getMessage());
            }
            if (!names.add(wanted.name()) || !paths.add(wanted.path())) {
                throw CallerException.badRequest(
                        "repositories[" + position + "]: name or path of '" + wanted.name() + "' is there twice");
            }
            repositories.add(wanted);
            position++;
        }
        var pulp = optional(body, "pulp");
        return new MirrorRequest(pulp == null ? Pulps.DEFAULT : pulp, flag(body, "dry_run", false), repositories);
    }

    private static Wanted wanted(JsonNode one) {
        if (!one.isObject()) {
            throw CallerException.badRequest("an object is expected");
        }
        only(one, "name", "type", "upstream", "policy", "path", "protect", "sync");
        var upstream = ContentJson.object();
        if (one.path("upstream").isObject()) {
            upstream.setAll((ObjectNode) one.path("upstream"));
        } else {
            upstream.put("url", text(one, "upstream"));
        }
        if (one.has("policy")) {
            upstream.set("policy", one.path("policy"));
        }
        return new Wanted(
                name(text(one, "name")),
                type(text(one, "type")),
                upstream(upstream),
                path(text(one, "path")),
                flag(one, "protect", false),
                syncMode(object(one, "sync")));
    }
}
