package smartproxy.pulp.pulp3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.LinkedHashMap;
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

/** An upstream as a remote of Pulp, and back. */
final class Remotes {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> WHOLE_NUMBERS = Set.of("rate_limit", "download_concurrency");
    private static final Secret UNSHOWN = new Secret("");

    private Remotes() {}

    /**
     * All that Pulp knows of a remote but its name; what is not wanted is null.
     *
     * @throws CallerException 400 when the type does not know an option
     */
    static Map<String, @Nullable Object> body(Pulp3Type type, Upstream wanted) {
        var unknown = new TreeSet<>(wanted.options().keySet());
        unknown.removeAll(type.options());
        if (!unknown.isEmpty()) {
            throw CallerException.badRequest("An upstream of type " + type.type() + " does not know the option "
                    + String.join(", ", unknown) + "; known are "
                    + (type.options().isEmpty() ? "none" : String.join(", ", new TreeSet<>(type.options()))));
        }
        var body = new LinkedHashMap<String, @Nullable Object>();
        body.put("url", wanted.url().toString());
        if (type.hasPolicy()) {
            body.put("policy", wanted.policy().toString());
        }
        body.put("tls_validation", wanted.tls().verify());
        body.put("ca_cert", wanted.tls().authorities());
        body.put("client_cert", wanted.tls().certificate());
        body.put("client_key", revealed(wanted.tls().key()));
        body.put("username", revealed(wanted.login().user()));
        body.put("password", revealed(wanted.login().password()));
        var proxy = wanted.proxy();
        body.put("proxy_url", proxy.map(one -> one.url().toString()).orElse(null));
        body.put(
                "proxy_username", proxy.map(one -> revealed(one.login().user())).orElse(null));
        body.put(
                "proxy_password",
                proxy.map(one -> revealed(one.login().password())).orElse(null));
        for (var limit : Upstream.LIMITS) {
            var value = wanted.limits().get(limit);
            body.put(limit, value != null && WHOLE_NUMBERS.contains(limit) ? (Object) value.longValue() : value);
        }
        type.options().forEach(option -> body.put(option, wanted.options().get(option)));
        // Pulp knows no null for these
        body.computeIfAbsent("sync_dependencies", option -> type.options().contains(option) ? true : null);
        for (var option : Set.of("includes", "excludes", "package_types")) {
            body.computeIfAbsent(option, key -> type.options().contains(key) ? java.util.List.of() : null);
        }
        for (var option : Set.of("keep_latest_packages", "depth")) {
            body.computeIfAbsent(option, key -> type.options().contains(key) ? 0 : null);
        }
        body.put("pulp_labels", wanted.labels());
        return body;
    }

    private static @Nullable String revealed(@Nullable Secret secret) {
        return secret == null ? null : secret.reveal();
    }

    static Upstream upstream(Pulp3Type type, JsonNode remote) {
        var hidden = new HashMap<String, Boolean>();
        remote.path("hidden_fields")
                .forEach(field -> hidden.put(
                        field.path("name").asText(), field.path("is_set").asBoolean()));
        var limits = new HashMap<String, Double>();
        for (var limit : Upstream.LIMITS) {
            if (remote.path(limit).isNumber()) {
                limits.put(limit, remote.path(limit).asDouble());
            }
        }
        var options = new HashMap<String, Object>();
        for (var option : type.options()) {
            var value = JSON.convertValue(remote.path(option), Object.class);
            if (!Upstream.isUsual(value)) {
                options.put(option, value);
            }
        }
        var url = ForeignUrl.of(remote.path("url").asText());
        return new Upstream(
                url.url(),
                policy(remote.path("policy").asText("immediate")),
                new Upstream.Tls(
                        remote.path("tls_validation").asBoolean(true),
                        text(remote, "ca_cert"),
                        text(remote, "client_cert"),
                        unshown(hidden, "client_key")),
                login(url, unshown(hidden, "username"), unshown(hidden, "password")),
                Optional.ofNullable(text(remote, "proxy_url"))
                        .map(ForeignUrl::of)
                        .map(proxy -> new Upstream.Proxy(
                                proxy.url(),
                                login(proxy, unshown(hidden, "proxy_username"), unshown(hidden, "proxy_password")))),
                limits,
                options,
                labels(remote));
    }

    private static Upstream.Login login(ForeignUrl url, @Nullable Secret user, @Nullable Secret password) {
        return url.hasLogin() ? Upstream.Login.UNSHOWN : new Upstream.Login(user, password);
    }

    private static Upstream.Policy policy(String name) {
        try {
            return Upstream.Policy.valueOf(name.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            return Upstream.Policy.IMMEDIATE;
        }
    }

    private static @Nullable Secret unshown(Map<String, Boolean> hidden, String field) {
        return hidden.getOrDefault(field, false) ? UNSHOWN : null;
    }

    private static @Nullable String text(JsonNode object, String field) {
        var value = object.path(field).asText("");
        return object.path(field).isNull() || value.isEmpty() ? null : value;
    }

    static Map<String, String> labels(JsonNode object) {
        var labels = new HashMap<String, String>();
        object.path("pulp_labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText("")));
        return labels;
    }
}
