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
import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.RequestContext;
import smartproxy.pulp.content.Pulps.Pulp;

/** {@code /content/pulps}: what the Pulps are and have. Long work is begun here and goes on as a job. */
@Path("/content/pulps")
public final class PulpsResource {
    private static final long LONGEST_AGE_SECONDS = 10L * 365 * 86_400;
    private static final long USUAL_AGE_SECONDS = 86_400;

    private final Pulps pulps;
    private final ContentAnswers answers;

    PulpsResource(Pulps pulps, ContentAnswers answers) {
        this.pulps = pulps;
        this.answers = answers;
    }

    private static Repository repository(ContainerRequestContext request, Pulp pulp, String name) {
        return pulp.repository(name, deadline(request));
    }

    @GET
    public Response list() {
        var items = ContentJson.array();
        pulps.all().forEach(pulp -> items.add(ContentJson.pulp(pulp)));
        var list = ContentJson.object().put("total", items.size());
        list.set("items", items);
        return ContentAnswers.ok(list);
    }

    @GET
    @Path("{pulp}/status")
    public Response status(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        return ContentAnswers.ok(ContentJson.status(pulps.named(pulp).provider().status(deadline(request))));
    }

    @GET
    @Path("{pulp}/capabilities")
    public Response capabilities(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        var types = ContentJson.array();
        pulps.named(pulp).provider().types(deadline(request)).stream()
                .map(ContentType::toString)
                .sorted()
                .forEach(types::add);
        var capabilities = ContentJson.object();
        capabilities.set("types", types);
        return ContentAnswers.ok(capabilities);
    }

    @GET
    @Path("{pulp}/storage")
    public Response storage(@Context ContainerRequestContext request, @PathParam("pulp") String name) {
        var pulp = pulps.named(name);
        pulp.require(ContentAbility.STORAGE);
        var storage = pulp.provider()
                .storage(deadline(request))
                .orElseThrow(() -> CallerException.notFound("Pulp '" + name + "' does not tell of its storage"));
        return ContentAnswers.ok(ContentJson.object()
                .put("total", storage.total())
                .put("used", storage.used())
                .put("free", storage.free()));
    }

    // repositories

    @GET
    @Path("{pulp}/repositories")
    public Response repositories(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        var parameters = RequestContext.of(request).parameters();
        var page = pulps.named(pulp)
                .provider()
                .repositories(
                        ContentAnswers.type(parameters),
                        ContentAnswers.names(parameters),
                        ContentAnswers.window(parameters),
                        deadline(request));
        return ContentAnswers.ok(ContentJson.page(page, ContentJson::repository));
    }

    @GET
    @Path("{pulp}/repositories/{name}")
    public Response repository(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        return ContentAnswers.ok(ContentJson.repository(repository(request, pulps.named(pulp), name)));
    }

    @PUT
    @Path("{pulp}/repositories/{name}")
    public Response putRepository(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var body = ContentAnswers.body(request);
        ContentInput.only(body, "type", "description");
        var type = ContentInput.type(ContentInput.text(body, "type"));
        var description = Optional.ofNullable(ContentInput.optional(body, "description"));
        var to = pulps.named(pulp);
        var setup = new Setup(to, new RequestChanges(to, deadline(request)), Ownership.BY_API);
        var repository =
                ContentAnswers.uninterrupted(() -> setup.repository(ContentInput.name(name), type, description));
        return ContentAnswers.ok(ContentJson.repository(repository.orElseThrow()));
    }

    @DELETE
    @Path("{pulp}/repositories/{name}")
    public Response removeRepository(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var from = pulps.named(pulp);
        var unused = from.ours(name, deadline(request));
        return answers.begin(request, from, JobWork.REMOVE, name, ContentJson.object());
    }

    @GET
    @Path("{pulp}/repositories/{name}/counts")
    public Response counts(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var version =
                Optional.ofNullable(RequestContext.of(request).parameters().text("version"));
        var of = pulps.named(pulp);
        if (version.isPresent()) {
            of.require(ContentAbility.VERSIONS);
        }
        var counts = of.provider().counts(repository(request, of, name), version, deadline(request));
        return ContentAnswers.ok(ContentJson.version(counts));
    }

    @GET
    @Path("{pulp}/repositories/{name}/versions")
    public Response versions(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.VERSIONS);
        var window = ContentAnswers.window(RequestContext.of(request).parameters());
        var page = of.provider().versions(repository(request, of, name), window, deadline(request));
        return ContentAnswers.ok(ContentJson.page(page, ContentJson::version));
    }

    @DELETE
    @Path("{pulp}/repositories/{name}/versions/{version}")
    public Response removeVersion(
            @Context ContainerRequestContext request,
            @PathParam("pulp") String pulp,
            @PathParam("name") String name,
            @PathParam("version") String version) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.VERSIONS);
        var repository = of.ours(name, deadline(request));
        var unused = of.provider().counts(repository, Optional.of(version), deadline(request));
        return answers.begin(
                request, of, JobWork.REMOVE_VERSION, name, ContentJson.object().put("version", version));
    }

    // upstream and distribution

    @GET
    @Path("{pulp}/repositories/{name}/upstream")
    public Response upstream(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        var upstream = of.provider()
                .upstream(repository(request, of, name), deadline(request))
                .orElseThrow(() -> CallerException.notFound("Repository '" + name + "' has no upstream"));
        return ContentAnswers.ok(ContentJson.upstream(name, upstream));
    }

    @PUT
    @Path("{pulp}/repositories/{name}/upstream")
    public Response putUpstream(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var wanted = ContentInput.upstream(ContentAnswers.body(request));
        var of = pulps.named(pulp);
        var repository = of.ours(name, deadline(request));
        var setup = new Setup(of, new RequestChanges(of, deadline(request)), Ownership.BY_API);
        ContentAnswers.uninterrupted(() -> {
            setup.upstream(repository, wanted);
            return "";
        });
        return upstream(request, pulp, name);
    }

    @DELETE
    @Path("{pulp}/repositories/{name}/upstream")
    public Response removeUpstream(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        var repository = repository(request, of, name);
        of.provider()
                .upstream(repository, deadline(request))
                .ifPresent(one -> Ownership.require("The upstream of repository '" + name + "'", one.labels()));
        var changes = new RequestChanges(of, deadline(request));
        return changed(changes, () -> new Setup(of, changes, Ownership.BY_API).withoutUpstream(repository));
    }

    @GET
    @Path("{pulp}/repositories/{name}/distribution")
    public Response distribution(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        var point = of.provider()
                .servePoint(repository(request, of, name), deadline(request))
                .orElseThrow(() -> CallerException.notFound("Repository '" + name + "' has no distribution"));
        return ContentAnswers.ok(ContentJson.servePoint(point));
    }

    @PUT
    @Path("{pulp}/repositories/{name}/distribution")
    public Response putDistribution(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var body = ContentAnswers.body(request);
        ContentInput.only(body, "path", "protect", "version");
        var path = ContentInput.path(ContentInput.text(body, "path"));
        var protect = ContentInput.flag(body, "protect", false);
        var of = pulps.named(pulp);
        var version = ContentInput.version(body);
        var repository = of.ours(of.repository(name, version, deadline(request)));
        if (version.isPresent()) {
            of.requireServable(repository, deadline(request));
        }
        var setup = new Setup(of, new RequestChanges(of, deadline(request)), Ownership.BY_API);
        ContentAnswers.uninterrupted(() -> {
            setup.served(repository, path, protect);
            return "";
        });
        return distribution(request, pulp, name);
    }

    @DELETE
    @Path("{pulp}/repositories/{name}/distribution")
    public Response removeDistribution(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var of = pulps.named(pulp);
        var repository = repository(request, of, name);
        of.provider()
                .servePoint(repository, deadline(request))
                .ifPresent(one -> Ownership.require("The distribution of repository '" + name + "'", one.labels()));
        var changes = new RequestChanges(of, deadline(request));
        return changed(changes, () -> new Setup(of, changes, Ownership.BY_API).unserved(repository));
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private static Response changed(RequestChanges changes, Step step) {
        ContentAnswers.uninterrupted(() -> {
            step.run();
            return "";
        });
        return ContentAnswers.ok(ContentJson.object().put("changed", changes.changed()));
    }

    @GET
    @Path("{pulp}/upstreams")
    public Response upstreams(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        var parameters = RequestContext.of(request).parameters();
        var page = pulps.named(pulp)
                .provider()
                .upstreams(
                        needed(ContentAnswers.type(parameters)), ContentAnswers.window(parameters), deadline(request));
        return ContentAnswers.ok(ContentJson.page(page, one -> ContentJson.upstream(one.name(), one.value())));
    }

    @GET
    @Path("{pulp}/distributions")
    public Response distributions(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        var parameters = RequestContext.of(request).parameters();
        var page = pulps.named(pulp)
                .provider()
                .servePoints(
                        needed(ContentAnswers.type(parameters)), ContentAnswers.window(parameters), deadline(request));
        return ContentAnswers.ok(ContentJson.page(page, ContentJson::servePoint));
    }

    private static ContentType needed(Optional<ContentType> type) {
        return type.orElseThrow(() -> CallerException.badRequest("Parameter 'type' is needed"));
    }

    // work

    @POST
    @Path("{pulp}/repositories/{name}/sync")
    public Response sync(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var body = ContentAnswers.body(request);
        var unused = ContentInput.syncMode(body);
        var of = pulps.named(pulp);
        of.requireUpstream(repository(request, of, name), deadline(request));
        return answers.begin(request, of, JobWork.SYNC, name, body);
    }

    @POST
    @Path("{pulp}/repositories/{name}/publish")
    public Response publish(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        var body = ContentAnswers.body(request);
        ContentInput.only(body, "version", "checksum_type");
        var checksums = ContentInput.checksums(body);
        var of = pulps.named(pulp);
        if (checksums.isPresent()) {
            of.require(ContentAbility.CHECKSUM_TYPE);
        }
        var repository = of.repository(name, ContentInput.version(body), deadline(request));
        if (checksums.isPresent()) {
            of.requireChecksums(repository);
        }
        return answers.begin(request, of, JobWork.PUBLISH, name, body);
    }

    @POST
    @Path("{pulp}/repositories/{name}/verify")
    public Response verify(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("name") String name) {
        ContentInput.only(ContentAnswers.body(request));
        var of = pulps.named(pulp);
        var unused = repository(request, of, name);
        return answers.begin(request, of, JobWork.VERIFY, name, ContentJson.object());
    }

    @PUT
    @Path("{pulp}/protection")
    public Response protection(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.PROTECTION_AUTHORITY);
        var authority = ContentInput.authority(ContentAnswers.body(request));
        var changes = new RequestChanges(of, deadline(request));
        return changed(
                changes, () -> changes.make("protection", () -> of.provider().protect(authority, deadline(request))));
    }

    @POST
    @Path("{pulp}/orphans")
    public Response orphans(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        var body = ContentAnswers.body(request);
        ContentInput.only(body, "minimum_age");
        var age = ContentInput.number(body, "minimum_age", USUAL_AGE_SECONDS, LONGEST_AGE_SECONDS);
        return answers.begin(
                request,
                pulps.named(pulp),
                JobWork.ORPHANS,
                "",
                ContentJson.object().put("minimum_age", age));
    }

    @POST
    @Path("{pulp}/reclaim")
    public Response reclaim(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        var of = pulps.named(pulp);
        of.require(ContentAbility.RECLAIM);
        var body = ContentAnswers.body(request);
        ContentInput.only(body, "repositories");
        var names = ContentInput.texts(body, "repositories");
        if (names.isEmpty() || names.size() > Page.Window.MOST) {
            throw CallerException.badRequest(
                    "Key 'repositories' is needed, a list of 1 to " + Page.Window.MOST + " names");
        }
        names.forEach(name -> repository(request, of, name));
        return answers.begin(request, of, JobWork.RECLAIM, String.join(", ", names), body);
    }

    // the Pulp's own tasks

    @GET
    @Path("{pulp}/tasks")
    public Response tasks(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        var parameters = RequestContext.of(request).parameters();
        var page = pulps.named(pulp)
                .provider()
                .tasks(ContentAnswers.state(parameters), ContentAnswers.window(parameters), deadline(request));
        return ContentAnswers.ok(ContentJson.page(page, ContentJson::task));
    }

    @GET
    @Path("{pulp}/tasks/{task}")
    public Response task(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("task") String task) {
        return pulps.named(pulp)
                .provider()
                .task(task, deadline(request))
                .map(found -> ContentAnswers.ok(ContentJson.task(found)))
                .orElseThrow(() -> CallerException.notFound("Pulp '" + pulp + "' has no task '" + task + "'"));
    }

    @DELETE
    @Path("{pulp}/tasks/{task}")
    public Response cancelTask(
            @Context ContainerRequestContext request, @PathParam("pulp") String pulp, @PathParam("task") String task) {
        pulps.named(pulp).provider().cancel(task, deadline(request));
        return task(request, pulp, task);
    }

    @POST
    @Path("{pulp}/tasks/purge")
    public Response purgeTasks(@Context ContainerRequestContext request, @PathParam("pulp") String pulp) {
        var before = ContentAnswers.before(ContentAnswers.body(request));
        return answers.begin(
                request,
                pulps.named(pulp),
                JobWork.PURGE,
                "",
                ContentJson.object().put("before", before.toString()));
    }
}
