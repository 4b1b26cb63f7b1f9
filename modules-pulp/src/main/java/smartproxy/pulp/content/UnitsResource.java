package smartproxy.pulp.content;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.List;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.RequestContext;
import smartproxy.pulp.content.Pulps.Pulp;

/** {@code /content/pulps/PULP/repositories/NAME/units}: what is in a repository. */
@Path("/content/pulps/{pulp}/repositories/{name}/units")
public final class UnitsResource {
    private final Pulps pulps;
    private final JobRunner jobs;
    private final ContentAnswers answers;

    UnitsResource(Pulps pulps, JobRunner jobs, ContentAnswers answers) {
        this.pulps = pulps;
        this.jobs = jobs;
        this.answers = answers;
    }

    @GET
    public Response list(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.UNITS);
        var parameters = RequestContext.of(request).parameters();
        var query = UnitInput.query(parameters);
        var window = ContentAnswers.window(parameters);
        var deadline = RequestContext.of(request).deadline();
        return ContentAnswers.ok(
                ContentJson.rawPage(of.provider().units(of.repository(name, deadline), query, window, deadline)));
    }

    @POST
    @Path("copy")
    public Response copy(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.COPY_UNITS);
        var body = ContentAnswers.body(request);
        var copy = UnitInput.copy(body);
        var to = ours(request, of, name);
        var deadline = RequestContext.of(request).deadline();
        var from = of.repository(ContentInput.text(body, "from"), deadline);
        if (from.type() != to.type()) {
            throw CallerException.conflict("Repository '" + from.name() + "' is of type " + from.type() + " and '"
                    + name + "' of type " + to.type() + ": units cannot be copied between them");
        }
        if (copy.version().isPresent()) {
            var unused = of.provider().counts(from, copy.version(), deadline);
        }
        if (copy.base().isPresent()) {
            var unused = of.provider().counts(to, copy.base(), deadline);
        }
        return begin(request, of, JobWork.COPY_UNITS, name, body);
    }

    @POST
    @Path("remove")
    public Response remove(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.REMOVE_UNITS);
        var body = ContentAnswers.body(request);
        var unused = UnitInput.removal(body);
        var repository = ours(request, of, name);
        return begin(request, of, JobWork.REMOVE_UNITS, repository.name(), body);
    }

    @POST
    @Path("import")
    public Response importUnit(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.UPLOADS);
        var body = ContentAnswers.body(request);
        var unit = UnitInput.unit(body);
        var repository = ours(request, of, name);
        var upload = UploadsResource.known(
                of, unit.upload(), RequestContext.of(request).deadline());
        if (!upload.isWhole()) {
            throw CallerException.conflict("Of upload '" + upload.id() + "' " + upload.received() + " of "
                    + upload.size() + " bytes are there");
        }
        return begin(request, of, JobWork.IMPORT_UNIT, repository.name(), body);
    }

    private static Repository ours(ContainerRequestContext request, Pulp pulp, String name) {
        var repository = pulp.repository(name, RequestContext.of(request).deadline());
        Ownership.require("Repository '" + name + "'", repository.labels());
        return repository;
    }

    private Response begin(ContainerRequestContext request, Pulp pulp, String kind, String name, JsonNode body) {
        return answers.job(request, jobs.begin(kind, pulp, name, body.toString(), List.of(name)));
    }
}
