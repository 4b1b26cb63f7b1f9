package smartproxy.pulp.content;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Secret;

/** The forms of {@code docs/content-api.md}. */
final class ContentJson {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ContentJson() {}

    /** JSON of ours. */
    static JsonNode read(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("what is kept is no JSON", e);
        }
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static ArrayNode array() {
        return JSON.createArrayNode();
    }

    static <T> ObjectNode page(Page<T> page, Function<T, JsonNode> form) {
        var items = array();
        page.items().forEach(one -> items.add(form.apply(one)));
        var object = object().put("total", page.total());
        object.set("items", items);
        return object;
    }

    /** A page of JSON texts. */
    static ObjectNode rawPage(Page<String> page) {
        var items = array();
        page.items().forEach(one -> items.addRawValue(new RawValue(one)));
        var object = object().put("total", page.total());
        object.set("items", items);
        return object;
    }

    static ObjectNode pulp(Pulps.Pulp pulp) {
        var abilities = array();
        pulp.provider().abilities().stream().sorted().forEach(one -> abilities.add(one.name()));
        var object = object().put("name", pulp.name()).put("provider", pulp.kind());
        object.set("abilities", abilities);
        return object;
    }

    static ObjectNode status(PulpStatus status) {
        var object = object().put("online", status.online()).put("workers", status.workers());
        object.put("content_apps", status.contentApps().orElse(null));
        object.put("database", status.database().orElse(null));
        object.put("broker", status.broker().orElse(null));
        object.set("versions", JSON.valueToTree(new TreeMap<>(status.versions())));
        return object;
    }

    static ObjectNode repository(Repository one) {
        var object = object().put("name", one.name())
                .put("type", one.type().toString())
                .put("description", one.description())
                .put("version", one.version());
        return managed(object, one.labels());
    }

    private static ObjectNode managed(ObjectNode object, Map<String, String> labels) {
        object.put("managed", Ownership.isOurs(labels));
        object.set("labels", JSON.valueToTree(new TreeMap<>(labels)));
        return object;
    }

    static ObjectNode version(Version one) {
        var object = object().put("version", one.number()).put("created", time(one.created()));
        object.set("counts", JSON.valueToTree(new TreeMap<>(one.counts())));
        return object;
    }

    static ObjectNode upstream(String name, Upstream one) {
        var object = object().put("name", name)
                .put("url", one.url().toString())
                .put("policy", one.policy().toString());
        object.set(
                "tls",
                object().put("verify", one.tls().verify())
                        .put("authorities", one.tls().authorities())
                        .put("certificate", one.tls().certificate())
                        .put("key", unshown(one.tls().key())));
        login(object, one.login());
        var proxy = one.proxy();
        object.set(
                "proxy",
                proxy.map(value -> login(object().put("url", value.url().toString()), value.login()))
                        .orElse(null));
        object.set("limits", JSON.valueToTree(one.limits()));
        object.set("options", JSON.valueToTree(unshown(one.options())));
        return managed(object, one.labels());
    }

    private static ObjectNode login(ObjectNode object, Upstream.Login login) {
        return object.put("user", unshown(login.user())).put("password", unshown(login.password()));
    }

    private static @Nullable String unshown(@Nullable Secret secret) {
        return secret == null ? null : "";
    }

    private static Map<String, Object> unshown(Map<String, Object> options) {
        var shown = new TreeMap<>(options);
        Upstream.SECRET_OPTIONS.forEach(secret -> shown.replace(secret, ""));
        return shown;
    }

    static ObjectNode servePoint(ServePoint one) {
        var object = object().put("name", one.name())
                .put("type", one.type().toString())
                .put("path", one.path())
                .put("protect", one.protect())
                .put("target", one.target())
                .put("url", one.url().orElse(null));
        return managed(object, one.labels());
    }

    static ObjectNode upload(Upload one) {
        return object().put("upload", one.id()).put("size", one.size()).put("received", one.received());
    }

    static ObjectNode task(Task one) {
        return object().put("task", one.id())
                .put("name", one.name())
                .put("state", one.state().toString())
                .put("message", one.progress())
                .put("done", one.done())
                .put("total", one.total())
                .put("error", orNull(one.error()))
                .put("trouble", orNull(one.trouble()))
                .put("created", time(one.created()))
                .put("started", time(one.started()))
                .put("finished", time(one.finished()));
    }

    static ObjectNode job(Job job) {
        var object = object().put("job", job.id())
                .put("kind", job.kind())
                .put("pulp", job.pulp())
                .put("subject", job.subject())
                .put("state", job.state().toString());
        if (job.isMirror()) {
            var items = array();
            for (var item : job.items()) {
                var one = object().put("name", item.name())
                        .put("state", item.state().toString());
                one.set("actions", JSON.valueToTree(item.actions()));
                items.add(item.error().isEmpty() ? one : one.put("error", item.error()));
            }
            object.set("items", items);
        } else {
            object.set("actions", JSON.valueToTree(job.items().get(0).actions()));
        }
        return object.put("message", job.message())
                .put("done", job.done())
                .put("total", job.total())
                .put("error", orNull(job.error()))
                .put("created", job.created().toString())
                .put("started", time(job.started()))
                .put("finished", time(job.finished()));
    }

    /** One in a list. */
    static ObjectNode listed(Job job) {
        return job(job).without("items");
    }

    private static @Nullable String time(Optional<Instant> time) {
        return time.map(Instant::toString).orElse(null);
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
