package smartproxy.pulp.content;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;
import smartproxy.core.api.RequestContext;

/** {@code /content}: mirrors, jobs and their events. */
@Path("/content")
public final class JobsResource {
    static final String OPENAPI = "openapi.json";

    private final Pulps pulps;
    private final JobRunner jobs;
    private final JobRows rows;
    private final JobEvents events;
    private final ContentAnswers answers;

    JobsResource(Pulps pulps, JobRunner jobs, JobRows rows, ContentAnswers answers) {
        this.pulps = pulps;
        this.jobs = jobs;
        this.rows = rows;
        this.events = new JobEvents(rows);
        this.answers = answers;
    }

    @POST
    @Path("mirror")
    public Response mirror(@Context ContainerRequestContext request) {
        var body = ContentAnswers.body(request);
        var wanted = ContentInput.mirror(body);
        var names =
                wanted.repositories().stream().map(ContentInput.Wanted::name).toList();
        return answers.job(request, jobs.begin(Job.MIRROR, pulps.named(wanted.pulp()), "", body.toString(), names));
    }

    @GET
    @Path("jobs")
    public Response list(@Context ContainerRequestContext request) {
        var parameters = RequestContext.of(request).parameters();
        var page = rows.list(
                ContentAnswers.state(parameters),
                Optional.ofNullable(parameters.text("pulp")),
                ContentAnswers.window(parameters));
        return ContentAnswers.ok(ContentJson.page(page, ContentJson::listed));
    }

    @GET
    @Path("jobs/{job}")
    public Response job(@Context ContainerRequestContext request, @PathParam("job") String job) {
        return answers.job(request, jobs.find(job));
    }

    @DELETE
    @Path("jobs/{job}")
    public Response cancel(@Context ContainerRequestContext request, @PathParam("job") String job) {
        return answers.job(request, jobs.cancel(job));
    }

    @POST
    @Path("jobs/purge")
    public Response purge(@Context ContainerRequestContext request) {
        return ContentAnswers.ok(
                ContentJson.object().put("removed", rows.purge(ContentAnswers.before(ContentAnswers.body(request)))));
    }

    @GET
    @Path("events")
    public Response events(@Context ContainerRequestContext request) {
        return Response.ok(
                        events.stream(request.getHeaderString("Last-Event-ID"), RequestContext.of(request)),
                        "text/event-stream")
                .header("Cache-Control", "no-store")
                .build();
    }

    @GET
    @Path("openapi.json")
    public Response openapi() {
        return Response.ok(document(), "application/json").build();
    }

    /** The OpenAPI document, JSON. */
    static byte[] document() {
        try (InputStream in = Objects.requireNonNull(JobsResource.class.getResourceAsStream(OPENAPI))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
