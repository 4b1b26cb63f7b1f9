package smartproxy.dhcp.infoblox;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/** Reservations as objects of the grid: which type, how they are searched for, what of them means what. */
sealed interface GridRecords permits FixedAddresses, Hosts {
    /** Of addresses that are kept for nobody. */
    MacAddress NOBODY = MacAddress.of("00:00:00:00:00:00");

    /** Of a MAC that the grid can have. */
    int MAC_OCTETS = 6;

    String BOOTFILE = "bootfile";
    String USE_BOOTFILE = "use_bootfile";
    String NEXTSERVER = "nextserver";
    String USE_NEXTSERVER = "use_nextserver";
    String COMMENT = "comment";
    String IPV4ADDR = "ipv4addr";
    String MAC = "mac";

    static GridRecords of(InfobloxDhcpSettings settings) {
        return settings.hosts()
                ? new Hosts(settings.dnsView())
                : new FixedAddresses(settings.networkView(), settings.options());
    }

    /** Whether the grid can have a MAC: it takes no longer ones. */
    static boolean canHave(MacAddress mac) {
        return mac.octets().length == MAC_OCTETS;
    }

    /** The type of the objects. */
    String type();

    /** The fields that are needed of them. */
    String fields();

    /** What finds those of a subnet, and perhaps some more. */
    Map<String, String> in(Subnet subnet);

    /** What finds those of the view with that value. */
    Map<String, String> with(String key, String value);

    /** What finds those of an address. */
    default Map<String, String> at(Ipv4 ip) {
        return with(IPV4ADDR, ip.toString());
    }

    /** What finds those of a MAC. */
    default Map<String, String> of(MacAddress mac) {
        return with(MAC, mac.toString());
    }

    /** The addresses of an object. */
    List<Entry> entries(JsonNode object);

    /** The fields of a new object. */
    Map<String, Object> object(NewReservation wanted);

    /** Address, MAC and boot options, where both types have the same fields. */
    static Map<String, Object> address(Reservation reservation) {
        var fields = new LinkedHashMap<String, Object>();
        fields.put(IPV4ADDR, reservation.ip().toString());
        fields.put(MAC, reservation.mac().toString());
        reservation.filename().ifPresent(file -> fields.put(BOOTFILE, file));
        fields.put(USE_BOOTFILE, true);
        reservation.nextServer().ifPresent(server -> fields.put(NEXTSERVER, server));
        fields.put(USE_NEXTSERVER, true);
        return fields;
    }

    /**
     * The same, read.
     *
     * @param served whether DHCP knows of the address
     */
    static Optional<Entry> entry(ObjectNames names, JsonNode address, boolean served, boolean alone) {
        return Ipv4.parse(address.path(IPV4ADDR).asText(""))
                .map(ip -> new Entry(
                        names,
                        ip,
                        MacAddress.parse(address.path(MAC).asText("")).filter(mac -> served && !mac.equals(NOBODY)),
                        alone,
                        used(address, USE_BOOTFILE, BOOTFILE),
                        used(address, USE_NEXTSERVER, NEXTSERVER)));
    }

    private static String used(JsonNode address, String use, String field) {
        return address.path(use).asBoolean(false) ? address.path(field).asText("") : "";
    }
}
