package smartproxy.pulp.pulp2;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Secret;
import smartproxy.pulp.content.ForeignUrl;
import smartproxy.pulp.content.Upstream;

/** An upstream as the configuration of an importer, and back. */
final class Importers {
    /** These go in a request of their own. */
    static final Set<String> KEYS = Set.of("ssl_ca_cert", "ssl_client_cert", "ssl_client_key");

    private static final String MANIFEST = "PULP_MANIFEST";
    private static final Secret UNSHOWN = new Secret("");
    private static final Map<String, String> LIMITS = Map.of(
            "connect_timeout", "connect_timeout",
            "sock_read_timeout", "read_timeout",
            "rate_limit", "max_speed",
            "download_concurrency", "max_downloads");

    /** Options of ours to keys of Pulp's. */
    private static final Map<Pulp2Type, Map<String, String>> OPTIONS = Map.of(
            Pulp2Type.RPM, Map.of(),
            Pulp2Type.FILE, Map.of(),
            Pulp2Type.DEB,
                    Map.of("distributions", "releases", "components", "components", "architectures", "architectures"),
            Pulp2Type.CONTAINER, Map.of("upstream_name", "upstream_name", "include_tags", "tags"),
            Pulp2Type.OSTREE, Map.of("include_refs", "branches", "depth", "depth"));

    private Importers() {}

    /**
     * All that is known here of an importer's configuration; what is not wanted is null.
     *
     * @throws CallerException 400 when Pulp 2 knows no such thing
     */
    static Map<String, @Nullable Object> config(Pulp2Type type, Upstream wanted) {
        check(type, wanted);
        var config = new LinkedHashMap<String, @Nullable Object>();
        config.put("feed", feed(type, wanted.url()));
        config.put("ssl_validation", wanted.tls().verify());
        config.put("ssl_ca_cert", wanted.tls().authorities());
        config.put("ssl_client_cert", wanted.tls().certificate());
        config.put("ssl_client_key", revealed(wanted.tls().key()));
        config.put("basic_auth_username", revealed(wanted.login().user()));
        config.put("basic_auth_password", revealed(wanted.login().password()));
        proxy(config, wanted.proxy());
        LIMITS.forEach((limit, key) -> {
            var value = wanted.limits().get(limit);
            config.put(key, value == null ? null : (Object) value.longValue());
        });
        if (type.hasPolicy()) {
            config.put("download_policy", wanted.policy().toString());
        }
        options(type)
                .forEach((option, key) ->
                        config.put(key, pulps(type, wanted.options().get(option))));
        if (type == Pulp2Type.CONTAINER) {
            config.put("enable_v1", false);
        }
        return config;
    }

    private static Map<String, String> options(Pulp2Type type) {
        return OPTIONS.getOrDefault(type, Map.of());
    }

    private static void check(Pulp2Type type, Upstream wanted) {
        var known = new TreeSet<>(options(type).keySet());
        var unknown = new TreeSet<>(wanted.options().keySet());
        unknown.removeAll(known);
        if (!unknown.isEmpty()) {
            throw CallerException.badRequest("An upstream of type " + type.type() + " does not know the option "
                    + String.join(", ", unknown) + " with Pulp 2; known are "
                    + (known.isEmpty() ? "none" : String.join(", ", known)));
        }
        var limits = new TreeSet<>(wanted.limits().keySet());
        limits.removeAll(LIMITS.keySet());
        if (!limits.isEmpty()) {
            throw CallerException.badRequest("Pulp 2 does not know the limit " + String.join(", ", limits)
                    + " of an upstream; known are " + String.join(", ", new TreeSet<>(LIMITS.keySet())));
        }
        wanted.limits().forEach((limit, value) -> {
            if (value != Math.rint(value)) {
                throw CallerException.badRequest("Pulp 2 takes whole numbers alone for the limit " + limit);
            }
        });
        var policy = wanted.policy();
        if (policy != Upstream.Policy.IMMEDIATE && !(type.hasPolicy() && policy == Upstream.Policy.ON_DEMAND)) {
            throw CallerException.badRequest(
                    "Pulp 2 does not know the policy " + policy + " for repositories of type " + type.type());
        }
    }

    /** Pulp 2 adds the name of the manifest itself. */
    private static String feed(Pulp2Type type, URI url) {
        var text = url.toString();
        if (type != Pulp2Type.FILE) {
            return text;
        }
        if (!text.endsWith("/" + MANIFEST)) {
            throw CallerException.badRequest("The upstream of type file is expected to end with /" + MANIFEST);
        }
        return text.substring(0, text.length() - MANIFEST.length());
    }

    private static ForeignUrl url(Pulp2Type type, String feed) {
        var directory = feed.endsWith("/") ? feed : feed + "/";
        return ForeignUrl.of(type == Pulp2Type.FILE ? directory + MANIFEST : feed);
    }

    private static void proxy(Map<String, @Nullable Object> config, Optional<Upstream.Proxy> proxy) {
        config.put(
                "proxy_host",
                proxy.map(one -> one.url().getScheme() + "://" + one.url().getHost())
                        .orElse(null));
        config.put(
                "proxy_port",
                proxy.map(one -> one.url().getPort()).filter(port -> port >= 0).orElse(null));
        config.put(
                "proxy_username", proxy.map(one -> revealed(one.login().user())).orElse(null));
        config.put(
                "proxy_password",
                proxy.map(one -> revealed(one.login().password())).orElse(null));
    }

    private static @Nullable String revealed(@Nullable Secret secret) {
        return secret == null ? null : secret.reveal();
    }

    /** pulp_deb lists with commas, where Pulp 3 has spaces. */
    private static @Nullable Object pulps(Pulp2Type type, @Nullable Object value) {
        if (type != Pulp2Type.DEB || value == null) {
            return value;
        }
        var text = value instanceof List<?> list ? text(list) : String.valueOf(value);
        return text.strip().replaceAll("\\s+", ",");
    }

    /** What is to be sent, of all that is wanted: what Pulp has otherwise, and passwords, which it never shows. */
    static Map<String, @Nullable Object> differences(Map<String, @Nullable Object> wanted, JsonNode present) {
        var differences = new LinkedHashMap<String, @Nullable Object>();
        wanted.forEach((key, value) -> {
            var there = present.path(key);
            var isThere = !there.isMissingNode() && !there.isNull();
            var same = value == null ? !isThere : isThere && texts(there).equals(text(value));
            if (!same || (value != null && key.endsWith("_password"))) {
                differences.put(key, value);
            }
        });
        return differences;
    }

    private static String text(Object value) {
        return value instanceof List<?> list
                ? String.join("\n", list.stream().map(String::valueOf).toList())
                : String.valueOf(value);
    }

    private static String texts(JsonNode value) {
        return value.isArray() ? text(list(value)) : value.asText();
    }

    private static List<Object> list(JsonNode value) {
        var list = new ArrayList<Object>();
        value.forEach(one -> list.add(one.asText()));
        return list;
    }

    /** Empty when nothing is fed. */
    static Optional<Upstream> upstream(Pulp2Type type, JsonNode config, Map<String, String> labels) {
        var feed = text(config, "feed");
        if (feed == null) {
            return Optional.empty();
        }
        var limits = new HashMap<String, Double>();
        LIMITS.forEach((limit, key) -> number(config.path(key)).ifPresent(value -> limits.put(limit, value)));
        var options = new HashMap<String, Object>();
        options(type)
                .forEach(
                        (option, key) -> option(type, config.path(key)).ifPresent(value -> options.put(option, value)));
        var url = url(type, feed);
        return Optional.of(new Upstream(
                url.url(),
                policy(config.path("download_policy").asText("immediate")),
                new Upstream.Tls(
                        config.path("ssl_validation").asBoolean(true),
                        text(config, "ssl_ca_cert"),
                        text(config, "ssl_client_cert"),
                        unshown(config, "ssl_client_key")),
                login(config, url, "basic_auth"),
                Optional.ofNullable(text(config, "proxy_host"))
                        .map(host -> ForeignUrl.of((host.contains("://") ? host : "http://" + host)
                                + number(config.path("proxy_port"))
                                        .map(port -> ":" + port.longValue())
                                        .orElse("")))
                        .map(proxy -> new Upstream.Proxy(proxy.url(), login(config, proxy, "proxy"))),
                limits,
                options,
                labels));
    }

    private static Upstream.Login login(JsonNode config, ForeignUrl url, String of) {
        return url.hasLogin()
                ? Upstream.Login.UNSHOWN
                : new Upstream.Login(unshown(config, of + "_username"), unshown(config, of + "_password"));
    }

    private static Optional<Object> option(Pulp2Type type, JsonNode value) {
        if (value.isArray()) {
            return value.isEmpty() ? Optional.empty() : Optional.of(list(value));
        }
        if (value.isNumber()) {
            return Optional.of(value.asInt());
        }
        return value.isTextual() && !value.asText().isEmpty()
                ? Optional.of(type == Pulp2Type.DEB ? value.asText().replace(',', ' ') : value.asText())
                : Optional.empty();
    }

    /** Numbers may be texts. */
    private static Optional<Double> number(JsonNode value) {
        return value.isNumber() || value.asText("").matches("[0-9]{1,12}")
                ? Optional.of(value.asDouble())
                : Optional.empty();
    }

    private static Upstream.Policy policy(String name) {
        try {
            return Upstream.Policy.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return Upstream.Policy.IMMEDIATE; // background: all of it, a little later
        }
    }

    private static @Nullable Secret unshown(JsonNode config, String key) {
        return text(config, key) == null ? null : UNSHOWN;
    }

    private static @Nullable String text(JsonNode config, String key) {
        var value = config.path(key);
        return value.isTextual() && !value.asText().isEmpty() ? value.asText() : null;
    }
}
