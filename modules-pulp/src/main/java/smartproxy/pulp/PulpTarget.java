package smartproxy.pulp;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingBlock;
import smartproxy.core.api.SettingTypes;

/**
 * A Pulp by its name: where it is, and as whom it is spoken to.
 *
 * @param name in paths and in the content API; {@link #OWN} is the one of {@code :gateway:}
 * @param apiUrl scheme, host and port of its API, without a path
 * @param contentUrl the same of its content
 * @param root below which API and content lie there, Pulp's own {@code API_ROOT}; begins and ends with a slash
 * @param login of the daemon at the API
 * @param provider {@link #PULP3} or {@link #PULP2}
 * @param contentDirectory of a Pulp 2 on this host; empty: it is elsewhere
 */
public record PulpTarget(
        String name,
        URI apiUrl,
        URI contentUrl,
        String root,
        Login login,
        String provider,
        Optional<Path> contentDirectory) {
    static final String PULP3 = "pulp3";
    static final String PULP2 = "pulp2";

    /** The name of the Pulp that Katello is told of. */
    public static final String OWN = "pulp";

    static final String ROOT = "/pulp/";

    static final Set<String> KEYS = keys();

    private static final int MOST = 32;
    private static final int MOST_PORT = 65_535;
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,62}");
    private static final Pattern ROOTS = Pattern.compile("/(?:[A-Za-z0-9_-]+/)+");

    /** What comes next in paths of the gateway's own Pulp, of Pulp 2, and the name of that Pulp itself. */
    private static final Set<String> TAKEN = new TreeSet<>(
            Set.of("api", "content", "container", "isos", "deb", "repos", "puppet", "status", "assets", OWN));

    /** {@code :pulps:}: further ones, by name. */
    static final Setting<Map<String, PulpTarget>> FURTHER = Setting.of(
                    "pulps",
                    "mapping of names to mappings of " + String.join(", ", KEYS),
                    PulpTarget::further,
                    "Further Pulps by name, reached as /pulp/NAME/ through the gateway; see docs/pulpcore.md")
            .sampled("""
                    mirror:
                      :api_url: http://127.0.0.1:25817
                      :content_url: http://127.0.0.1:25816
                    """)
            .ownExtension();

    /** The API, with the daemon's login. */
    public HttpIdentity api() {
        return login.to(apiUrl);
    }

    /** The API as nobody. */
    public HttpIdentity open() {
        return login.nobodyAt(apiUrl);
    }

    /** The content, as nobody. */
    public HttpIdentity content() {
        return login.nobodyAt(contentUrl);
    }

    /**
     * A path for {@link smartproxy.core.api.HttpCall}.
     *
     * @param below the root: {@code api/v3/status/}
     */
    public String path(String below) {
        return root.substring(1) + below;
    }

    /** Where its routes begin: {@code /pulp/} or {@code /pulp/mirror/}. */
    String place() {
        return name.equals(OWN) ? ROOT : ROOT + name + "/";
    }

    private static Set<String> keys() {
        var keys = new TreeSet<>(Login.KEYS);
        keys.addAll(Set.of("api_url", "content_url", "api_root", "provider", "content_directory"));
        return keys;
    }

    /**
     * Those of a mapping that are a Pulp's.
     *
     * @param defaults for the addresses; empty: they must be given
     */
    static PulpTarget parse(String name, SettingBlock block, Optional<PulpTarget> defaults) throws InvalidSetting {
        return new PulpTarget(
                name,
                address(block, "api_url", defaults.map(PulpTarget::apiUrl)),
                address(block, "content_url", defaults.map(PulpTarget::contentUrl)),
                root(block),
                Login.parse(block),
                block.find(SettingTypes.oneOf("provider", List.of(PULP3, PULP2), ""))
                        .orElse(PULP3),
                block.find(SettingTypes.path("content_directory", "")));
    }

    private static URI address(SettingBlock block, String key, Optional<URI> otherwise) throws InvalidSetting {
        var url = block.find(SettingTypes.url(key, ""));
        if (url.isPresent()) {
            return server(block.key() + ": " + key, url.get());
        }
        return otherwise.orElseThrow(() ->
                new InvalidSetting("Parameter '" + block.key() + "' has no " + key, "such as http://127.0.0.1:24817"));
    }

    private static String root(SettingBlock block) throws InvalidSetting {
        var root = block.find(SettingTypes.text("api_root", "")).orElse(ROOT);
        if (!ROOTS.matcher(root).matches()) {
            throw new InvalidSetting(
                    "Parameter '" + block.key() + "' has an api_root that does not begin and end with a slash",
                    "such as /pulp/mirror/, as API_ROOT of that Pulp");
        }
        return root;
    }

    /** Scheme, host and port: the routes are those of Pulp, so no other path can come before them. */
    static URI server(String key, URI url) throws InvalidSetting {
        var scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        if (url.getHost() == null
                || !(scheme.equals("http") || scheme.equals("https"))
                || !(url.getRawPath().isEmpty() || url.getRawPath().equals("/"))
                || url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getRawUserInfo() != null
                || url.getPort() == 0
                || url.getPort() > MOST_PORT) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' has a URL that is not http or https, host and port alone",
                    "such as http://127.0.0.1:24817");
        }
        return URI.create(scheme + "://" + url.getRawAuthority());
    }

    private static Map<String, PulpTarget> further(String key, Object value) throws InvalidSetting {
        if (!(value instanceof Map<?, ?> map)) {
            throw new InvalidSetting("Parameter '" + key + "' is expected to be a mapping", "of names to mappings");
        }
        if (map.size() > MOST) {
            throw new InvalidSetting("Parameter '" + key + "' has more than " + MOST + " Pulps", "");
        }
        var all = new LinkedHashMap<String, PulpTarget>();
        for (var entry : map.entrySet()) {
            var name = String.valueOf(SettingTypes.withoutColon(String.valueOf(entry.getKey())));
            if (!NAME.matcher(name).matches() || TAKEN.contains(name)) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has a Pulp of the name '" + name + "'",
                        "small letters, digits, - and _, and none of " + String.join(", ", TAKEN));
            }
            all.put(name, parse(name, SettingBlock.of(key + ": " + name, entry.getValue(), KEYS), Optional.empty()));
        }
        return Map.copyOf(all);
    }

    /** Where it is, without the login. */
    @Override
    public String toString() {
        return name + " at " + apiUrl + ", " + contentUrl;
    }
}
