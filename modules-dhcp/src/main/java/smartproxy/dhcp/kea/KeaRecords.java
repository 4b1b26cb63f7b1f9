package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import smartproxy.core.api.CallerException;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/** Reservations as Kea's JSON has them. */
final class KeaRecords {
    static final String IP = "ip-address";

    /** Where the name stands when it is not the host name; Kea keeps the context and gives it no meaning. */
    private static final String CONTEXT = "user-context";

    private static final String OURS = "smart-proxy";
    private static final String NAME = "name";
    private static final String HOSTNAME = "hostname";
    private static final String BOOT_FILE = "boot-file-name";
    private static final String NEXT_SERVER = "next-server";
    private static final String STATE = "state";
    private static final String NO_SERVER = "0.0.0.0";
    private static final int ACTIVE = 0;
    private static final int DECLINED = 1;
    private static final int RECLAIMED = 2;
    private static final int RELEASED = 3;
    private static final int REGISTERED = 4;

    /** Kea's JSON writer tells octets above 127 otherwise than it took them. */
    private static final Pattern PRINTABLE = Pattern.compile("[ -~]*");

    private static final Pattern HOST_NAME = Pattern.compile("[\\w.-]{1,253}");

    /** Of the field {@code file} (RFC 2131) without its end. */
    private static final int LONGEST_FILE = 127;

    private KeaRecords() {}

    /** The reservation; empty when it is one without an address, or for another identifier than a MAC. */
    static Optional<Reservation> reservation(Subnet subnet, JsonNode host, boolean deleteable) {
        var ip = Ipv4.parse(host.path(IP).asText(""));
        var mac = MacAddress.parse(host.path(HostKey.MAC).asText(""));
        if (ip.isEmpty() || mac.isEmpty() || !subnet.contains(ip.get())) {
            return Optional.empty();
        }
        var hostname = host.path(HOSTNAME).asText("");
        var options = new LinkedHashMap<String, Object>();
        if (!hostname.isEmpty()) {
            options.put(Reservation.HOSTNAME, hostname);
        }
        put(options, Reservation.FILENAME, host.path(BOOT_FILE).asText(""), "");
        put(options, Reservation.NEXT_SERVER, host.path(NEXT_SERVER).asText(""), NO_SERVER);
        return Optional.of(
                new Reservation(subnet, nameOf(host, mac.get().toString()), ip.get(), mac.get(), deleteable, options));
    }

    /**
     * What a host is called here.
     *
     * @param identifier what it is called by when it has no name
     */
    static String nameOf(JsonNode host, String identifier) {
        var name = host.path(CONTEXT)
                .path(OURS)
                .path(NAME)
                .asText(host.path(HOSTNAME).asText(""));
        return name.isEmpty() ? "host-" + identifier.replace(":", "") : name;
    }

    /** Gives a host its names, as {@link #nameOf} finds them. */
    static ObjectNode named(ObjectNode host, String name, String hostname) {
        host.put(HOSTNAME, hostName(hostname));
        if (!name.equals(hostname)) {
            host.putObject(CONTEXT).putObject(OURS).put(NAME, hostName(name));
        }
        return host;
    }

    /** What a change of it is about. */
    static Target target(long subnetId, Reservation reservation) {
        return new Target(
                subnetId,
                reservation.subnet().toString(),
                key(reservation.mac()),
                List.of(reservation.ip().toString()));
    }

    static HostKey key(MacAddress mac) {
        return new HostKey(HostKey.MAC, mac.toString());
    }

    private static void put(Map<String, Object> options, String name, String value, String none) {
        if (!value.isEmpty() && !value.equals(none)) {
            options.put(name, value);
        }
    }

    /**
     * As Kea wants it.
     *
     * @throws CallerException 400 when Kea could not carry it back as it is
     */
    static ObjectNode host(NewReservation wanted) {
        var reservation = wanted.reservation();
        var host = named(
                KeaClient.object()
                        .put(HostKey.MAC, reservation.mac().toString())
                        .put(IP, reservation.ip().toString()),
                reservation.name(),
                reservation.hostname());
        reservation.filename().ifPresent(file -> host.put(BOOT_FILE, bootFile(file)));
        reservation
                .nextServer()
                .ifPresent(server -> host.put(
                        NEXT_SERVER,
                        wanted.bootServer()
                                .orElseThrow(() -> CallerException.badRequest(
                                        "Kea stores the address of a boot server, and none was found for '" + server
                                                + "'"))
                                .toString()));
        return host;
    }

    private static String hostName(String name) {
        if (!HOST_NAME.matcher(name).matches()) {
            throw CallerException.badRequest(
                    "Kea cannot store this host name: letters, digits, '.', '-' and '_' alone");
        }
        return name;
    }

    private static String bootFile(String file) {
        if (file.length() > LONGEST_FILE || !PRINTABLE.matcher(file).matches()) {
            throw CallerException.badRequest(
                    "Kea cannot store this filename: " + LONGEST_FILE + " printable ASCII characters at most");
        }
        return file;
    }

    /** A word for the state of a lease that is held; {@code registered} is an address that its host chose itself (RFC 9686). */
    static String state(JsonNode lease) {
        var state = lease.path(STATE).intValue();
        return switch (state) {
            case ACTIVE -> "active";
            case DECLINED -> "declined";
            case REGISTERED -> "registered";
            default -> "state " + state;
        };
    }

    /** Whether the lease still has its address: one that was given back or reclaimed has not. */
    static boolean isHeld(JsonNode lease) {
        var state = lease.path(STATE).intValue();
        return state != RECLAIMED && state != RELEASED;
    }
}
