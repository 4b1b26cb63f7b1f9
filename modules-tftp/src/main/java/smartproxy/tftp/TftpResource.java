package smartproxy.tftp;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.nio.channels.Channels;
import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;
import smartproxy.core.api.RequestContext;
import smartproxy.tftp.bootfiles.BootFileStatus;
import smartproxy.tftp.bootfiles.BootFiles;
import smartproxy.tftp.variant.BootMac;
import smartproxy.tftp.variant.Pxegrub2;
import smartproxy.tftp.variant.Variant;

/**
 * Everything below {@code /tftp}. A single segment may be a word or, of old, a MAC of pxelinux; which one is decided here, as
 * JAX-RS would not look for another method once a word fits.
 */
@Path("/tftp")
public final class TftpResource {
    private static final String OF_OLD = "syslinux";

    /** Whatever it is. */
    private static final String AS_THE_REFERENCE = "text/html;charset=utf-8";

    private final TftpService service;
    private final BootFiles bootFiles;
    private final TftpSettings settings;

    TftpResource(TftpService service, BootFiles bootFiles, TftpSettings settings) {
        this.service = service;
        this.bootFiles = bootFiles;
        this.settings = settings;
    }

    /** What Foreman tells hosts to load from, or all boot files. */
    @GET
    @Path("{word}")
    public Response serverName(@PathParam("word") String word) {
        if (word.equals("boot_files")) {
            return bootFiles();
        }
        if (!word.equals("serverName")) {
            throw new NotFoundException();
        }
        var name = JsonNodeFactory.instance.textNode(settings.serverName().orElse(""));
        return Response.ok("{\"serverName\":" + name + "}", AS_THE_REFERENCE).build();
    }

    /** A boot file, the default of pxelinux, or the configuration of a host. */
    @POST
    @Path("{word}")
    public Response post(@Context ContainerRequestContext request, @PathParam("word") String word) {
        return switch (word) {
            case "fetch_boot_file" -> fetchBootFile(RequestContext.of(request));
            case "create_default" -> createDefault(RequestContext.of(request), OF_OLD);
            default -> create(RequestContext.of(request), OF_OLD, word);
        };
    }

    /** Removes the configuration of a host that boots pxelinux. */
    @DELETE
    @Path("{mac}")
    public Response deleteOfOld(@Context ContainerRequestContext request, @PathParam("mac") String mac) {
        return delete(request, OF_OLD, mac);
    }

    /** The configuration of a host. */
    @GET
    @Path("{variant}/{mac}")
    public Response read(@PathParam("variant") String variant, @PathParam("mac") String mac) {
        var address = mac(mac);
        var file = service.read(variant(variant), address);
        StreamingOutput body = out -> {
            try (file) {
                Channels.newInputStream(file.channel()).transferTo(out);
            }
        };
        return Response.ok(body, AS_THE_REFERENCE).build();
    }

    /** Writes the default of a kind of loader, or the configuration of a host. */
    @POST
    @Path("{variant}/{mac}")
    public Response write(
            @Context ContainerRequestContext request,
            @PathParam("variant") String variant,
            @PathParam("mac") String mac) {
        var context = RequestContext.of(request);
        return mac.equals("create_default") ? createDefault(context, variant) : create(context, variant, mac);
    }

    /** Removes the configuration of a host. */
    @DELETE
    @Path("{variant}/{mac}")
    public Response delete(
            @Context ContainerRequestContext request,
            @PathParam("variant") String variant,
            @PathParam("mac") String mac) {
        var address = mac(mac);
        service.delete(variant(variant), address, RequestContext.of(request).deadline());
        return Response.ok().build();
    }

    private Response create(RequestContext context, String variant, String mac) {
        var address = mac(mac);
        var kind = variant(variant);
        var parameters = context.parameters();
        var key = parameters.has("pxeconfig") ? "pxeconfig" : "syslinux_config";
        var content = content(parameters, key, TftpService.CREATE, "Invalid parameters received");
        // Foreman tells others too what their system is, whatever its name
        var loader = kind instanceof Pxegrub2 ? HostLoader.of(parameters) : Optional.<HostLoader>empty();
        service.write(kind, address, content, loader, context.deadline());
        return Response.ok().build();
    }

    private Response createDefault(RequestContext context, String variant) {
        var kind = variant(variant);
        var content = content(context.parameters(), "menu", TftpService.CREATE_DEFAULT, "Default config not supplied");
        service.writeDefaults(kind, content, context.deadline());
        return Response.ok().build();
    }

    private Response fetchBootFile(RequestContext context) {
        var failed = BootFileRequest.of(context.parameters(), settings.root())
                .flatMap(file -> bootFiles.fetch(file, context.deadline()));
        return failed.map(TftpResource::json).orElseGet(() -> Response.ok().build());
    }

    private static Response json(BootFileStatus status) {
        return Response.ok(status.json().toString(), MediaType.APPLICATION_JSON).build();
    }

    /** How far a boot file is. */
    @GET
    @Path("boot_files/{name: .+}")
    public Response bootFile(@PathParam("name") String name) {
        return bootFiles
                .find(name)
                .map(TftpResource::json)
                .orElseThrow(() -> CallerException.notFound("TFTP: no boot file " + name + " was asked for lately"));
    }

    private Response bootFiles() {
        var all = JsonNodeFactory.instance.arrayNode();
        bootFiles.all().forEach(status -> all.add(status.json()));
        return Response.ok(all.toString(), MediaType.APPLICATION_JSON).build();
    }

    private static byte[] content(Parameters parameters, String key, String what, String missing) {
        var raw = parameters.raw(key);
        if (raw != null && !(raw instanceof String) && !(raw instanceof Parameters.Malformed)) {
            throw CallerException.badRequest(
                    what + "Parameter '" + key + "' is expected to be a text, not a list or a mapping");
        }
        var content = parameters.octets(key);
        if (content == null) {
            throw CallerException.badRequest(what + missing);
        }
        return content;
    }

    private static BootMac mac(String text) {
        return BootMac.parse(text).orElseThrow(() -> CallerException.forbidden("Invalid MAC address: " + text));
    }

    private static Variant variant(String name) {
        return Variant.named(name)
                .orElseThrow(() -> CallerException.forbidden("Unrecognized pxeboot config type: " + name));
    }
}
