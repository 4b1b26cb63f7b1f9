package smartproxy.dns;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Parameters;
import smartproxy.core.api.RequestContext;
import smartproxy.core.api.TrailingSlash;

/** {@code POST /dns} and {@code DELETE /dns/NAME[/TYPE]}. */
@Path("/dns")
public final class DnsResource {
    private final DnsService service;
    private final long ttl;

    public DnsResource(DnsService service, long ttl) {
        this.service = service;
        this.ttl = ttl;
    }

    /** Creates the record that {@code fqdn}, {@code value} and {@code type} describe. */
    @POST
    @TrailingSlash
    public Response create(@Context ContainerRequestContext request) {
        var context = RequestContext.of(request);
        var parameters = context.parameters();
        if (!parameters.has("fqdn") || !parameters.has("value") || !parameters.has("type")) {
            throw CallerException.badRequest("'create' requires fqdn, value, and type parameters");
        }
        var type = text(parameters, "type").toUpperCase(Locale.ROOT);
        service.create(record(type, parameters), context.deadline());
        return Response.ok().build();
    }

    @DELETE
    @Path("{value}")
    @TrailingSlash
    public Response remove(@Context ContainerRequestContext request, @PathParam("value") String value) {
        var context = RequestContext.of(request);
        var type = context.parameters().text("type");
        return remove(value, type == null ? defaultType(value) : type, context);
    }

    @DELETE
    @Path("{value}/{type}")
    public Response remove(
            @Context ContainerRequestContext request,
            @PathParam("value") String value,
            @PathParam("type") String type) {
        return remove(value, type, RequestContext.of(request));
    }

    private Response remove(String value, String type, RequestContext context) {
        var name = DnsInput.owner(value, type);
        if (type.equals("PTR")) {
            DnsInput.requireReverse(value);
        }
        service.remove(name, DnsInput.type(type), context.deadline());
        return Response.ok().build();
    }

    private DnsRecord record(String type, Parameters parameters) {
        var fqdn = name(parameters);
        var name = DnsInput.owner(fqdn, type);
        var recordType = DnsInput.type(type);
        var value = text(parameters, "value");
        return switch (recordType) {
            case A -> new DnsRecord(name, recordType, DnsInput.ipv4(value), ttl);
            case AAAA -> new DnsRecord(name, recordType, DnsInput.ipv6(value), ttl);
            case CNAME -> new DnsRecord(name, recordType, DnsInput.host(value).toString(), ttl);
            case SRV -> new DnsRecord(name, recordType, DnsInput.srv(value), ttl);
            case PTR -> new DnsRecord(DnsInput.reverse(value), recordType, name.toString(), ttl);
        };
    }

    /** A list or map is no name; the message shows it as the reference does. */
    private static String name(Parameters parameters) {
        var raw = parameters.raw("fqdn");
        if (raw instanceof String || raw instanceof Parameters.Malformed) {
            return text(parameters, "fqdn");
        }
        throw CallerException.badRequest("Invalid DNS name " + Parameters.inspect(raw));
    }

    private static String text(Parameters parameters, String key) {
        @Nullable String text = parameters.text(key);
        return text == null ? "" : text;
    }

    private static String defaultType(String value) {
        return DnsInput.hasReverseSuffix(value) ? "PTR" : "A";
    }
}
