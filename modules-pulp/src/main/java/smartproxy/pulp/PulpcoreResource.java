package smartproxy.pulp;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import smartproxy.core.api.RequestContext;

/** {@code /pulpcore/status}: what Pulp 3 says of itself. */
@Path("/pulpcore")
public final class PulpcoreResource {
    private final Pulp3Status pulp;

    PulpcoreResource(Pulp3Status pulp) {
        this.pulp = pulp;
    }

    @GET
    @Path("status")
    public Response status(@Context ContainerRequestContext request) {
        return Response.ok(pulp.fetch(RequestContext.of(request).deadline()), "application/json")
                .build();
    }
}
