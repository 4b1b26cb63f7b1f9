package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
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
    static final String MAC = "hw-address";
    static final String IP = "ip-address";

    /** Where the name stands when it is not the host name; Kea keeps the context and gives it no meaning. */
    private static final String CONTEXT = "user-context";

    private static final String OURS = "smart-proxy";
    private static final String NAME = "name";
    private static final String BOOT_FILE = "boot-file-name";
    private static final String NEXT_SERVER = "next-server";
    private static final String NO_SERVER = "0.0.0.0";
    private static final int RECLAIMED = 2;

    /** Kea's JSON writer tells octets above 127 otherwise than it took them. */
    private static final Pattern PRINTABLE = Pattern.compile("[ -~]*");

    private static final Pattern HOST_NAME = Pattern.compile("[\\w.-]{1,253}");

    /** Of the field {@code file} (RFC 2131) without its end. */
    private static final int LONGEST_FILE = 127;

    private KeaRecords() {}

    /** The reservation; empty when it is one without an address, or for another identifier than a MAC. */
    static Optional<Reservation> reservation(Subnet subnet, JsonNode host, boolean deleteable) {
        var ip = Ipv4.parse(host.path(IP).asText(""));
        var mac = MacAddress.parse(host.path(MAC).asText(""));
        if (ip.isEmpty() || mac.isEmpty() || !subnet.contains(ip.get())) {
            return Optional.empty();
        }
        var hostname = host.path("hostname").asText("");
        var name = host.path(CONTEXT).path(OURS).path(NAME).asText(hostname);
        var options = new LinkedHashMap<String, Object>();
        if (!hostname.isEmpty()) {
            options.put(Reservation.HOSTNAME, hostname);
        }
        put(options, Reservation.FILENAME, host.path(BOOT_FILE).asText(""), "");
        put(options, Reservation.NEXT_SERVER, host.path(NEXT_SERVER).asText(""), NO_SERVER);
        return Optional.of(new Reservation(
                subnet,
                name.isEmpty() ? "host-" + mac.get().toString().replace(":", "") : name,
                ip.get(),
                mac.get(),
                deleteable,
                options));
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
        var host = KeaClient.object()
                .put(MAC, reservation.mac().toString())
                .put(IP, reservation.ip().toString())
                .put("hostname", hostName(reservation.hostname()));
        if (!reservation.name().equals(reservation.hostname())) {
            host.putObject(CONTEXT).putObject(OURS).put(NAME, hostName(reservation.name()));
        }
        reservation.filename().ifPresent(file -> host.put(BOOT_FILE, bootFile(file)));
        reservation
                .nextServer()
                .ifPresent(server -> host.put(
                        NEXT_SERVER,
                        wanted.bootServer()
                                .orElseThrow(() -> CallerException.badRequest(
                                        "Kea stores the address of a boot server, and '" + server + "' has none"))
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

    /** Whether the lease still has its address: one that is reclaimed has not. */
    static boolean isHeld(JsonNode lease) {
        return lease.path("state").intValue() != RECLAIMED;
    }
}
