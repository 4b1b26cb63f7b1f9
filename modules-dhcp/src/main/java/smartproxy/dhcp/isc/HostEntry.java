package smartproxy.dhcp.isc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Reservation;
import smartproxy.dhcp.Subnet;

/**
 * A {@code host} declaration.
 *
 * @param deleted it ends the one of that name
 * @param dynamic it was made over OMAPI, and so can be removed that way
 * @param others what else it says
 */
record HostEntry(
        String name,
        boolean deleted,
        boolean dynamic,
        Optional<MacAddress> mac,
        Optional<Ipv4> ip,
        Optional<String> hardwareType,
        List<Statement> others) {
    private static final String HARDWARE_TYPE = "hardware_type";

    /** @param statement a {@code host} with a block */
    static HostEntry of(Statement statement) {
        var name = String.join(
                "", statement.words().stream().skip(1).map(Statement.Word::text).toList());
        var deleted = false;
        var dynamic = false;
        var mac = Optional.<MacAddress>empty();
        var ip = Optional.<Ipv4>empty();
        var type = Optional.<String>empty();
        var others = new ArrayList<Statement>();
        for (var inner : statement.body()) {
            switch (inner.word(0)) {
                case "deleted" -> deleted = true;
                case "dynamic" -> dynamic = true;
                case "hardware" -> {
                    mac = MacAddress.parse(inner.text(2));
                    type = Optional.of(inner.word(1));
                }
                case "fixed-address" -> ip = inner.words().size() == 2 ? Ipv4.parse(inner.text(1)) : Optional.empty();
                default -> others.add(inner);
            }
        }
        return new HostEntry(name, deleted, dynamic, mac, ip, type, others);
    }

    /** As they are shown. */
    Map<String, Object> options() {
        var options = new LinkedHashMap<String, Object>();
        options.put(Reservation.HOSTNAME, name);
        hardwareType.ifPresent(word -> options.put(HARDWARE_TYPE, word));
        others.forEach(other -> Options.of(other).ifPresent(option -> options.put(option.key(), option.value())));
        return options;
    }

    /** @param text of one host declaration, read before */
    static HostEntry parse(byte[] text) {
        try {
            return of(Statement.parse(text, 0, text.length).get(0));
        } catch (Statement.Malformed e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The statements of a declaration that dhcpd wrote of a host made over OMAPI, such that it can be made again with them.
     *
     * @return empty when it has something else as well
     */
    static Optional<String> statements(byte[] declaration) {
        try {
            var statements = new StringBuilder();
            for (var inner :
                    Statement.parse(declaration, 0, declaration.length).get(0).body()) {
                switch (inner.word(0)) {
                    case "dynamic", "hardware", "fixed-address" -> {
                        // told otherwise
                    }
                    case "supersede" ->
                        statements
                                .append(new String(
                                        declaration,
                                        inner.start(),
                                        inner.end() - inner.start(),
                                        StandardCharsets.UTF_8))
                                .append(' ');
                    default -> {
                        return Optional.empty();
                    }
                }
            }
            return Optional.of(statements.toString());
        } catch (Statement.Malformed e) {
            throw new IllegalStateException(e);
        }
    }

    /** What dhcpd will have when it was told to create it. */
    static Reservation created(Reservation wanted, HostStatements statements) {
        var text = "host " + wanted.name() + " { dynamic; hardware ethernet " + wanted.mac() + "; fixed-address "
                + wanted.ip() + "; " + statements.written() + " }";
        return parse(text.getBytes(StandardCharsets.UTF_8)).in(wanted.subnet());
    }

    /** @throws java.util.NoSuchElementException without an address or MAC */
    Reservation in(Subnet subnet) {
        return new Reservation(subnet, name, ip.orElseThrow(), mac.orElseThrow(), dynamic, options());
    }

    /** All host declarations in statements, in whatever block, in their order. */
    static List<Statement> in(List<Statement> statements) {
        return statements.stream()
                .flatMap(statement -> statement.is("host") && statement.hasBody()
                        ? List.of(statement).stream()
                        : in(statement.body()).stream())
                .toList();
    }
}
