package smartproxy.core.root;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

/** {@code GET /health/live}: 200 as long as the process serves at all. */
@Path("/health/live")
public final class LiveResource {
    @GET
    public Response live() {
        return Response.ok("{\"status\":\"up\"}", MediaType.APPLICATION_JSON_TYPE)
                .header("Cache-Control", "no-store")
                .build();
    }
}
