package smartproxy.pulp.content;

import static smartproxy.pulp.content.ContentAnswers.deadline;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.RequestContext;

/** {@code /content/pulps/PULP/repositories/NAME/units}: what is in a repository. */
@Path("/content/pulps/{pulp}/repositories/{name}/units")
public final class UnitsResource {
    private final Pulps pulps;
    private final ContentAnswers answers;

    UnitsResource(Pulps pulps, ContentAnswers answers) {
        this.pulps = pulps;
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
        var repository = of.repository(name, deadline(request));
        return ContentAnswers.ok(
                ContentJson.rawPage(of.provider().units(repository, query, window, deadline(request))));
    }

    @POST
    @Path("copy")
    public Response copy(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.COPY_UNITS);
        var body = ContentAnswers.body(request);
        var copy = UnitInput.copy(body);
        var to = of.ours(name, deadline(request));
        var from = of.repository(ContentInput.text(body, "from"), deadline(request));
        if (from.type() != to.type()) {
            throw CallerException.conflict("Repository '" + from.name() + "' is of type " + from.type() + " and '"
                    + name + "' of type " + to.type() + ": units cannot be copied between them");
        }
        if (copy.version().isPresent()) {
            var unused = of.provider().counts(from, copy.version(), deadline(request));
        }
        if (copy.base().isPresent()) {
            var unused = of.provider().counts(to, copy.base(), deadline(request));
        }
        return answers.begin(request, of, JobWork.COPY_UNITS, name, body);
    }

    @POST
    @Path("remove")
    public Response remove(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.REMOVE_UNITS);
        var body = ContentAnswers.body(request);
        var unused = UnitInput.removal(body);
        var repository = of.ours(name, deadline(request));
        return answers.begin(request, of, JobWork.REMOVE_UNITS, repository.name(), body);
    }

    @POST
    @Path("import")
    public Response importUnit(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.UPLOADS);
        var body = ContentAnswers.body(request);
        var unit = UnitInput.unit(body);
        var repository = of.ours(name, deadline(request));
        of.provider().checkImport(repository, unit);
        var upload = UploadsResource.known(of, unit.upload(), deadline(request));
        if (!upload.isWhole()) {
            throw CallerException.conflict("Of upload '" + upload.id() + "' " + upload.received() + " of "
                    + upload.size() + " bytes are there");
        }
        return answers.begin(request, of, JobWork.IMPORT_UNIT, repository.name(), body);
    }
}
