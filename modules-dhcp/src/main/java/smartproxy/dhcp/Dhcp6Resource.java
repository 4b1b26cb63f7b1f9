package smartproxy.dhcp;

import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.CallerException;
import smartproxy.core.api.Deadline;
import smartproxy.core.api.RequestContext;
import smartproxy.core.api.TrailingSlash;

/** Everything below {@code /dhcp/v6}, which the Ruby proxy does not have: as below {@code /dhcp}, with DUIDs besides MACs. */
@Path("/dhcp/v6")
public final class Dhcp6Resource {
    private static final String DUID = "duid";
    private static final String MAC = "mac";

    private final Dhcp6Service service;

    Dhcp6Resource(Dhcp6Service service) {
        this.service = service;
    }

    /** The subnets. */
    @GET
    @TrailingSlash
    public Response subnets(@Context ContainerRequestContext request) {
        var subnets = service.read(deadline(request), Dhcp6View::subnets);
        return DhcpResource.json(json -> json.subnets6(subnets));
    }

    /** The reservations and leases of a subnet. */
    @GET
    @Path("{network}")
    public Response contents(@Context ContainerRequestContext request, @PathParam("network") String network) {
        var deadline = deadline(request);
        var address = DhcpInput.ip6(network);
        var subnet = service.read(deadline, view -> subnet(view, address));
        return DhcpResource.json(json -> service.read(deadline, view -> {
            json.contents(
                    reservations -> view.eachReservation(subnet, reservations),
                    leases -> view.eachLease(subnet, leases));
            return view;
        }));
    }

    /** The reservations of an address, or its lease. */
    @GET
    @Path("{network}/ip/{ip}")
    public Response byIp(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("ip") String ip) {
        var address = DhcpInput.ip6(network);
        var wanted = DhcpInput.ip6(ip);
        List<?> records = service.read(deadline(request), view -> Dhcp6Service.at(view, subnet(view, address), wanted));
        if (records.isEmpty()) {
            throw CallerException.notFound("No DHCP records for IP " + address + "/" + wanted + " found");
        }
        return DhcpResource.json(json -> json.records(records));
    }

    /** The reservation of a DUID, or its lease. */
    @GET
    @Path("{network}/duid/{duid}")
    public Response byDuid(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("duid") String duid) {
        return byClient(DhcpInput.ip6(network), DhcpInput.duid(duid), "DUID", deadline(request));
    }

    /** The reservation of a MAC, or its lease. */
    @GET
    @Path("{network}/mac/{mac}")
    public Response byMac(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("mac") String mac) {
        return byClient(DhcpInput.ip6(network), ClientId.of(DhcpInput.mac(mac)), "MAC", deadline(request));
    }

    private Response byClient(Ipv6 network, ClientId client, String kind, Deadline deadline) {
        Optional<?> record = service.read(deadline, view -> Dhcp6Service.of(view, subnet(view, network), client));
        if (record.isEmpty()) {
            throw CallerException.notFound("No DHCP record for " + kind + " " + network + "/" + client + " found");
        }
        return DhcpResource.json(json -> json.record(record.get()));
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
        var address = DhcpInput.ip6(network);
        if (parameters.has(DUID) == parameters.has(MAC)) {
            throw CallerException.badRequest("Must provide either duid or mac");
        }
        var client = parameters.has(DUID)
                ? DhcpInput.duid(DhcpInput.text(parameters, DUID))
                : ClientId.of(DhcpInput.mac(parameters));
        var names = DhcpInput.names(parameters);
        var subnet = service.read(context.deadline(), view -> view.subnet(address))
                .orElseThrow(() -> CallerException.badRequest("No Subnet detected for: " + network));
        var ip = DhcpInput.reservedIp6(parameters, subnet);
        service.create(
                new Reservation6(subnet, names.name(), client, List.of(ip), List.of(), true, names.hostname()),
                context.deadline());
        return Response.ok("", DhcpResource.JSON).build();
    }

    /** Removes the reservations of an address. */
    @DELETE
    @Path("{network}/ip/{ip}")
    public Response removeByIp(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("ip") String ip) {
        return DhcpResource.removal(() -> service.remove(DhcpInput.ip6(network), DhcpInput.ip6(ip), deadline(request)));
    }

    /** Removes the reservation of a DUID. */
    @DELETE
    @Path("{network}/duid/{duid}")
    public Response removeByDuid(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("duid") String duid) {
        return DhcpResource.removal(
                () -> service.remove(DhcpInput.ip6(network), DhcpInput.duid(duid), deadline(request)));
    }

    /** Removes the reservation of a MAC. */
    @DELETE
    @Path("{network}/mac/{mac}")
    public Response removeByMac(
            @Context ContainerRequestContext request,
            @PathParam("network") String network,
            @PathParam("mac") String mac) {
        return DhcpResource.removal(
                () -> service.remove(DhcpInput.ip6(network), ClientId.of(DhcpInput.mac(mac)), deadline(request)));
    }

    private static Deadline deadline(ContainerRequestContext request) {
        return RequestContext.of(request).deadline();
    }

    private static Subnet6 subnet(Dhcp6View view, Ipv6 network) {
        return view.subnet(network)
                .orElseThrow(() -> CallerException.notFound("Subnet " + network + " could not found"));
    }
}
