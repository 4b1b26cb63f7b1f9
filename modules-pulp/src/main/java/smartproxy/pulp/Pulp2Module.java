package smartproxy.pulp;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.ModuleContext;
import smartproxy.core.api.ModuleInstance;
import smartproxy.core.api.Mount;
import smartproxy.core.api.ProxyModule;
import smartproxy.core.api.Role;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.StartException;

/** A feature of Pulp 2. There are two, so that Katello can tell its own Pulp from that of a node. */
abstract class Pulp2Module implements ProxyModule<Pulp2Settings> {
    @Override
    public Schema<Pulp2Settings> schema() {
        return Pulp2Settings.SCHEMA;
    }

    @Override
    public boolean hasBackend() {
        return true;
    }

    @Override
    public List<String> differences() {
        return List.of(
                "a failing Pulp is answered 502, 503 or 504, not 200 with the error in the body",
                "its certificate is always verified, by `ssl_ca_file`",
                "`pulpnode` reads its own file alone, where `pulp` is enabled too");
    }

    /** The resource at the feature's path. */
    abstract Pulp2Resource resource(Pulp2Status status, DiskUsage usage, String puppetContentDir);

    @Override
    public ModuleInstance create(Pulp2Settings settings, ModuleContext context) throws StartException {
        var json = new Secret("application/json");
        var identity = HttpIdentity.of(settings.pulpUrl(), "ssl_ca_file")
                .header("Accept", json)
                .header("Content-Type", json);
        var own = context.daemon().own();
        if (own.authorities().isPresent()) {
            identity = identity.trusting(own.authorities().get());
        }
        if (own.certificate().isPresent() && own.privateKey().isPresent()) {
            identity = identity.presenting(
                    own.certificate().get(), own.privateKey().get());
        }
        var status = new Pulp2Status(settings.pulpUrl(), context.http(identity), context.backend());
        var directories = new LinkedHashMap<String, Path>();
        directories.put("pulp_dir", settings.pulpDir());
        directories.put("pulp_content_dir", settings.pulpContentDir());
        directories.put("mongodb_dir", settings.mongodbDir());
        // of the rest below /pulp nothing is this module's
        var mount = new Mount(
                "/" + name() + "/status",
                Role.FOREMAN,
                resource(status, new DiskUsage(directories), settings.puppetContentDir()));
        return () -> List.of(mount);
    }
}
