package smartproxy.core.root;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Response;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;
import smartproxy.core.modules.Module;
import smartproxy.core.modules.Modules;

/** What Foreman asks anybody: which features run, and their versions. */
@Path("/")
public final class FeaturesResource {
    private static final Pattern SUFFIX = Pattern.compile("-(develop|RC\\d+)$", Pattern.CASE_INSENSITIVE);

    private final Modules modules;
    private final String version;

    /** @param version told to Foreman; modules have it without {@code -develop} and {@code -RCn} */
    public FeaturesResource(Modules modules, String version) {
        this.modules = modules;
        this.version = version;
    }

    /** Names of running modules, sorted. */
    @GET
    @Path("features")
    public Response features() {
        return Json.ok(modules.running().stream().map(Module::name).sorted().toList());
    }

    @GET
    @Path("version")
    public Response version() {
        var versions = new LinkedHashMap<String, String>();
        var moduleVersion = SUFFIX.matcher(version).replaceFirst("");
        modules.running().forEach(module -> versions.put(module.name(), moduleVersion));
        var answer = new LinkedHashMap<String, Object>();
        answer.put("version", version);
        answer.put("modules", versions);
        return Json.ok(answer);
    }
}
