package smartproxy.dhcp;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.util.Locale;
import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.RequestContext;
import smartproxy.core.api.TrailingSlash;
import smartproxy.dhcp.unused.Window;

/**
 * Everything below {@code /dhcp}. As in the reference, errors are JSON, whatever is accepted, once the addresses and the MAC of a
 * question, or the network of a creation, were found right.
 */
@Path("/dhcp")
public final class DhcpResource {
    static final String JSON = "application/json";

    private final DhcpService service;

    DhcpResource(DhcpService service) {
        this.service = service;
    }

    /** The subnets. */
    @GET
    @TrailingSlash
    public Response subnets(@Context ContainerRequestContext request) {
        RequestContext.errorsAreJson(request);
        var subnets = service.read(RequestContext.of(request).deadline(), DhcpView::subnets);
        return json(json -> json.subnets(subnets));
    }

    /** The reservations and leases of a subnet. */
    @GET
    @Path("{network}")
    public Response contents(@Context ContainerRequestContext request, @PathParam("network") String network) {
        var deadline = RequestContext.of(request).deadline();
        var address = DhcpInput.ip(network);
        RequestContext.errorsAreJson(request);
        var subnet = service.read(deadline, view -> subnet(view, address));
        var literal = subnet.network().equals(address);
        return json(json -> service.read(deadline, view -> {
            // by another address than its own it is shown empty, as in the reference
            json.contents(
                    reservations -> {
                        if (literal) {
                            view.eachReservation(subnet, reservations);
                        }
                    },
                    leases -> {
                        if (literal) {
                            view.eachLease(subnet, leases);
                        }
                    });
            return view;
        }));
    }

    /** An address of the subnet that nobody uses. */
    @GET
    @Path("{network}/unused_ip")
    public Response unusedIp(@Context ContainerRequestContext request, @PathParam("network") String network) {
        var context = RequestContext.of(request);
        var parameters = context.parameters();
        var address = DhcpInput.ip(network);
        var ends = DhcpInput.ends(parameters);
        var mac = parameters.has("mac") ? Optional.of(DhcpInput.mac(parameters)) : Optional.<MacAddress>empty();
        RequestContext.errorsAreJson(request);
        var subnet = service.read(context.deadline(), view -> subnet(view, address));
        var window = Window.of(subnet, ends.from(), ends.to());
        var ip = service.suggest(subnet, window, mac, context.deadline());
        return json(json -> json.ip(ip.orElse(null)));
    }

    /** Ends the suggestion of an address. */
    @DELETE
    @Path("{network}/unused_ip/{ip}")
    public Response endSuggestion(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("ip") String ip) {
        var address = DhcpInput.ip(network);
        var ended = DhcpInput.ip(ip);
        service.read(RequestContext.of(request).deadline(), view -> DhcpService.literal(view, address))
                .filter(subnet -> subnet.contains(ended))
                .ifPresent(subnet -> service.endSuggestion(ended));
        return Response.ok().build();
    }

    /** The addresses that are suggested now. */
    @GET
    @Path("{network}/suggestions")
    public Response suggestions(@Context ContainerRequestContext request, @PathParam("network") String network) {
        var address = DhcpInput.ip(network);
        RequestContext.errorsAreJson(request);
        var subnet = service.read(RequestContext.of(request).deadline(), view -> subnet(view, address));
        var suggestions = service.suggestions(subnet);
        return json(json -> json.suggestions(suggestions));
    }

    /** The reservations of an address, or its lease. */
    @GET
    @Path("{network}/ip/{ip}")
    public Response byIp(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("ip") String ip) {
        var address = DhcpInput.ip(network);
        var wanted = DhcpInput.ip(ip);
        RequestContext.errorsAreJson(request);
        var records = service.read(RequestContext.of(request).deadline(), view -> {
            subnet(view, address);
            return DhcpService.literal(view, address).stream()
                    .flatMap(subnet -> DhcpService.at(view, subnet, wanted).stream())
                    .toList();
        });
        if (records.isEmpty()) {
            throw CallerException.notFound("No DHCP records for IP " + network + "/" + ip + " found");
        }
        return json(json -> json.records(records));
    }

    /** The reservation of a MAC, or its lease. */
    @GET
    @Path("{network}/mac/{mac}")
    public Response byMac(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("mac") String mac) {
        var address = DhcpInput.ip(network);
        var text = mac.toLowerCase(Locale.ROOT);
        var wanted = DhcpInput.mac(text);
        RequestContext.errorsAreJson(request);
        Optional<?> record = service.read(RequestContext.of(request).deadline(), view -> {
            subnet(view, address);
            return DhcpService.literal(view, address)
                    // as in the reference, shortened octets name no record
                    .filter(subnet -> wanted.toString().equals(text))
                    .flatMap(subnet -> DhcpService.of(view, subnet, wanted));
        });
        if (record.isEmpty()) {
            throw CallerException.notFound("No DHCP record for MAC " + network + "/" + text + " found");
        }
        return json(json -> json.record(record.get()));
    }

    /** Creates the reservation that the form describes. */
    @POST
    @Path("{network}")
    public Response create(@Context ContainerRequestContext request, @PathParam("network") String network) {
        return Changes.make(() -> reserve(request, network));
    }

    private Response reserve(ContainerRequestContext request, String network) {
        var context = RequestContext.of(request);
        var parameters = context.parameters();
        var address = DhcpInput.ip(network);
        RequestContext.errorsAreJson(request);
        var mac = DhcpInput.mac(parameters);
        var names = DhcpInput.names(parameters);
        var subnet = service.read(context.deadline(), view -> view.subnet(address))
                .orElseThrow(() -> CallerException.badRequest("No Subnet detected for: " + network));
        if (DhcpInput.hasVendorOptions(parameters) && !service.can(DhcpAbility.VENDOR_OPTIONS)) {
            throw CallerException.badRequest("DHCP implementation does not support Vendor Options");
        }
        var ip = DhcpInput.reservedIp(parameters, subnet);
        var options = DhcpInput.options(parameters, names.hostname());
        service.create(
                new Reservation(subnet, names.name(), ip, mac, true, options),
                DhcpInput.relatedMacs(parameters),
                context.deadline());
        return Response.ok("", JSON).build();
    }

    /** Removes the reservations of an address. */
    @DELETE
    @Path("{network}/ip/{ip}")
    public Response removeByIp(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("ip") String ip) {
        return removal(() -> service.remove(
                DhcpInput.ip(network),
                DhcpInput.ip(ip),
                RequestContext.of(request).deadline()));
    }

    /** Removes the reservation of a MAC. */
    @DELETE
    @Path("{network}/mac/{mac}")
    public Response removeByMac(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("mac") String mac) {
        return removal(() -> service.remove(
                DhcpInput.ip(network),
                DhcpInput.mac(mac),
                RequestContext.of(request).deadline()));
    }

    private static Subnet subnet(DhcpView view, Ipv4 network) {
        return view.subnet(network)
                .orElseThrow(() -> CallerException.notFound("Subnet " + network + " could not found"));
    }

    static Response json(DhcpJson.Document document) {
        StreamingOutput body = out -> DhcpJson.write(out, document);
        return Response.ok(body, JSON).build();
    }

    /** Removes, and answers. */
    static Response removal(Runnable removal) {
        return Changes.make(() -> {
            removal.run();
            return Response.ok().build();
        });
    }
}
