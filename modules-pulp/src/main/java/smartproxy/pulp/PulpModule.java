package smartproxy.pulp;

import jakarta.ws.rs.Path;

/** The Pulp 2 of Katello itself. */
public final class PulpModule extends Pulp2Module {
    @Override
    public String name() {
        return "pulp";
    }

    @Override
    Pulp2Resource resource(Pulp2Status status, DiskUsage usage, String puppetContentDir) {
        return new Resource(status, usage, puppetContentDir);
    }

    /** {@code /pulp/status}. */
    @Path("/pulp/status")
    public static final class Resource extends Pulp2Resource {
        Resource(Pulp2Status status, DiskUsage usage, String puppetContentDir) {
            super(status, usage, puppetContentDir);
        }
    }
}
