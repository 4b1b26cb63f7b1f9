package smartproxy.pulp;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import smartproxy.core.api.RequestContext;

/** What Pulp 2 says of itself, and how full its disks are. */
public abstract class Pulp2Resource {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Pulp2Status status;
    private final DiskUsage usage;
    private final String puppetContentDir;

    Pulp2Resource(Pulp2Status status, DiskUsage usage, String puppetContentDir) {
        this.status = status;
        this.usage = usage;
        this.puppetContentDir = puppetContentDir;
    }

    @GET
    public Response status(@Context ContainerRequestContext request) {
        return Response.ok(status.fetch(RequestContext.of(request).deadline()), "application/json")
                .build();
    }

    @GET
    @Path("disk_usage")
    public Response diskUsage(@Context ContainerRequestContext request) {
        var context = RequestContext.of(request);
        var unit = DiskUsage.Unit.named(context.parameters().text("size"));
        // it calls itself HTML, as the reference's does
        return json(usage.report(unit, context.deadline()), "text/html;charset=utf-8");
    }

    @GET
    @Path("puppet")
    public Response puppet() {
        return json(Map.of("puppet_content_dir", puppetContentDir), "application/json");
    }

    private static Response json(Object value, String type) {
        try {
            return Response.ok(JSON.writeValueAsString(value), type).build();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
