package smartproxy.pulp.content;

import static smartproxy.pulp.content.ContentAnswers.deadline;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.KeyedSerializer;
import smartproxy.core.api.Parameters;
import smartproxy.core.api.RequestContext;
import smartproxy.pulp.content.Pulps.Pulp;

/**
 * {@code /content/pulps/PULP/uploads}: files that come in parts, each within the bounds of all requests. A part that is there already is
 * left out, so what broke off is sent again from wherever the caller likes.
 */
@Path("/content/pulps/{pulp}/uploads")
public final class UploadsResource {
    static final long MOST_BYTES = 16L << 30;

    private final Pulps pulps;
    private final KeyedSerializer<String> turns = new KeyedSerializer<>();

    UploadsResource(Pulps pulps) {
        this.pulps = pulps;
    }

    private Pulp pulp(String name) {
        var pulp = pulps.named(name);
        pulp.require(ContentAbility.UPLOADS);
        return pulp;
    }

    /** @throws CallerException 404 */
    static Upload known(Pulp pulp, String id, Deadline deadline) {
        return pulp.provider()
                .upload(id, deadline)
                .orElseThrow(() -> CallerException.notFound("Pulp '" + pulp.name() + "' has no upload '" + id + "'"));
    }

    @POST
    public Response begin(@Context ContainerRequestContext request, @PathParam("pulp") String name) {
        var pulp = pulp(name);
        var body = ContentAnswers.body(request);
        ContentInput.only(body, "size");
        var size = ContentInput.number(body, "size", 0, MOST_BYTES);
        if (size == 0) {
            throw CallerException.badRequest("Key 'size' is needed: the bytes of the whole file, 1 to " + MOST_BYTES);
        }
        return ContentAnswers.ok(ContentJson.upload(pulp.provider().beginUpload(size, deadline(request))));
    }

    @GET
    @Path("{upload}")
    public Response upload(
            @Context ContainerRequestContext request, @PathParam("pulp") String name, @PathParam("upload") String id) {
        return ContentAnswers.ok(ContentJson.upload(known(pulp(name), id, deadline(request))));
    }

    @PUT
    @Path("{upload}")
    public Response add(
            @Context ContainerRequestContext request, @PathParam("pulp") String name, @PathParam("upload") String id) {
        var pulp = pulp(name);
        var context = RequestContext.of(request);
        var offset = offset(context.parameters());
        return ContentAnswers.ok(ContentJson.upload(turns.inOrder(
                name + "/" + id, context.deadline(), () -> add(pulp, id, offset, context.body(), context.deadline()))));
    }

    private static long offset(Parameters parameters) {
        var text = parameters.text("offset");
        if (text == null || !text.matches("\\d{1,12}")) {
            throw CallerException.badRequest("Parameter 'offset' is needed: where in the file the part begins, from 0");
        }
        return Long.parseLong(text);
    }

    private static Upload add(Pulp pulp, String id, long offset, byte[] octets, Deadline deadline) {
        var upload = known(pulp, id, deadline);
        if (offset + octets.length > upload.size()) {
            throw CallerException.badRequest("Upload '" + id + "' has " + upload.size()
                    + " bytes; the part would end at " + (offset + octets.length));
        }
        if (offset > upload.received()) {
            throw CallerException.conflict(
                    "The next part of upload '" + id + "' begins at byte " + upload.received() + ", not at " + offset);
        }
        var from = upload.received() - offset;
        return from >= octets.length ? upload : pulp.provider().addToUpload(upload, octets, (int) from, deadline);
    }

    @DELETE
    @Path("{upload}")
    public Response drop(
            @Context ContainerRequestContext request, @PathParam("pulp") String name, @PathParam("upload") String id) {
        var pulp = pulp(name);
        var deadline = deadline(request);
        var change =
                turns.inOrder(name + "/" + id, deadline, () -> pulp.provider().dropUpload(id, deadline));
        return ContentAnswers.ok(ContentJson.object().put("changed", change.changes()));
    }
}
