package smartproxy.core.root;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Secret;
import smartproxy.core.modules.Module;
import smartproxy.core.modules.Modules;

/** {@code /v2/features}: every module with its state, exposed settings and capabilities; Foreman decides by it. */
@Path("/v2")
public final class FeatureStatesResource {
    private final Modules modules;

    public FeatureStatesResource(Modules modules) {
        this.modules = modules;
    }

    @GET
    @Path("features")
    public Response features() {
        var all = new LinkedHashMap<String, Object>();
        modules.all().forEach(module -> all.put(module.name(), describe(module)));
        return Json.ok(all);
    }

    private static Map<String, @Nullable Object> describe(Module module) {
        var description = new LinkedHashMap<String, @Nullable Object>();
        description.put("http_enabled", module.ports().http());
        description.put("https_enabled", module.ports().https());
        description.put("settings", plain(module.shown()));
        description.put("state", module.state().name().toLowerCase(Locale.ROOT));
        description.put("capabilities", module.capabilities());
        return description;
    }

    /** A secret that is shown to Foreman is shown to it as it is. */
    private static Map<String, @Nullable Object> plain(Map<String, @Nullable Object> settings) {
        var plain = new LinkedHashMap<>(settings);
        plain.replaceAll((key, value) -> value instanceof Secret secret ? secret.reveal() : value);
        return plain;
    }
}
