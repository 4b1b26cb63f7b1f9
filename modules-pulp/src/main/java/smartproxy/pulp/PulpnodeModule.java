package smartproxy.pulp;

import jakarta.ws.rs.Path;

/** The Pulp 2 of a node. */
public final class PulpnodeModule extends Pulp2Module {
    @Override
    public String name() {
        return "pulpnode";
    }

    @Override
    Pulp2Resource resource(Pulp2Status status, DiskUsage usage, String puppetContentDir) {
        return new Resource(status, usage, puppetContentDir);
    }

    /** {@code /pulpnode/status}. */
    @Path("/pulpnode/status")
    public static final class Resource extends Pulp2Resource {
        Resource(Pulp2Status status, DiskUsage usage, String puppetContentDir) {
            super(status, usage, puppetContentDir);
        }
    }
}
