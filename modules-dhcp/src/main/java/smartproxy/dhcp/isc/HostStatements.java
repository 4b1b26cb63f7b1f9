package smartproxy.dhcp.isc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.CallerException;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.NewReservation;
import smartproxy.dhcp.Reservation;

/**
 * The statements of a host: what its client is told. Values are encoded, never pasted: whatever characters a text has, it stays
 * one string.
 *
 * <p>dhcpd itself pastes: into its leases file it writes a printable string without escapes, and so reads something else from there when
 * it starts again. A text that would do that is refused.
 */
final class HostStatements {
    private static final Pattern VENDOR_OPTION =
            Pattern.compile("<[^>]*(?:sun|solar|sparc)[^>]*>(.*)", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Map<String, String> SOLARIS = Map.of(
            "jumpstart_server_path", "JumpStart-server",
            "sysid_server_path", "sysid-config-file-server",
            "install_server_name", "install-server-hostname",
            "install_server_ip", "install-server-ip-address",
            "install_path", "install-path",
            "root_server_hostname", "root-server-hostname",
            "root_server_ip", "root-server-ip-address",
            "root_path_name", "root-path-name");

    /** What boot files of such devices begin with; the dot stands for any character, as in the reference. */
    private static final Pattern ZTP = Pattern.compile("ztp.cfg", Pattern.CASE_INSENSITIVE);

    private static final Pattern POAP = Pattern.compile("poap.cfg", Pattern.CASE_INSENSITIVE);

    /** As they are shown. */
    private static final Set<String> VENDOR_KEYS = vendorKeys();

    private static final HexFormat OCTETS = HexFormat.ofDelimiter(":");

    /** The longest value of a DHCP option (RFC 2132). */
    private static final int MOST_BYTES = 255;

    /**
     * One statement.
     *
     * @param sent as dhcpd is told
     * @param written as dhcpd writes it into its leases file
     */
    private record Statement(String sent, String written) {}

    private final List<Statement> statements = new ArrayList<>();

    private HostStatements() {}

    private static Set<String> vendorKeys() {
        var keys = new HashSet<>(SOLARIS.keySet());
        keys.add("option_143");
        return keys;
    }

    /** @throws CallerException when dhcpd could not carry a value */
    static HostStatements of(NewReservation wanted) {
        var made = new HostStatements();
        var reservation = wanted.reservation();
        var filename = given(reservation, Reservation.FILENAME);
        filename.ifPresent(text -> made.text("filename", "server.filename", text, Reservation.FILENAME));
        var server = given(reservation, Reservation.NEXT_SERVER);
        if (wanted.bootServer().isPresent()) {
            made.address(
                    "next-server =", "server.next-server", wanted.bootServer().get());
        } else {
            server.ifPresent(name -> made.text("next-server", "server.next-server", name, Reservation.NEXT_SERVER));
        }
        made.option("host-name", reservation.hostname(), Reservation.HOSTNAME);
        made.solaris(reservation.options());
        if (ZTP.matcher(filename.orElse("")).lookingAt()) {
            made.ztp(reservation, wanted.bootServer());
        } else if (POAP.matcher(filename.orElse("")).lookingAt()) {
            made.option("tftp-server-name", server.orElse(""), Reservation.NEXT_SERVER);
            made.option("bootfile-name", filename.orElse(""), Reservation.FILENAME);
        }
        return made;
    }

    /** As it was sent: an empty one takes the place of what dhcpd.conf sets for all. */
    private static Optional<String> given(Reservation reservation, String option) {
        return reservation.options().get(option) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    private void solaris(Map<String, Object> options) {
        var before = statements.size();
        options.forEach((key, value) -> {
            var matcher = VENDOR_OPTION.matcher(key);
            var name = matcher.matches() ? SOLARIS.get(matcher.group(1)) : null;
            if (name == null) {
                return;
            }
            var text = single(key, value);
            if (name.endsWith("-ip-address")) {
                address(
                        "option SUNW." + name,
                        "SUNW." + name,
                        Ipv4.parse(text).orElseThrow(() -> CallerException.badRequest("Invalid IP Address " + text)));
            } else {
                text("option SUNW." + name, "", "SUNW." + name, text, key);
            }
        });
        if (statements.size() > before) {
            statements.add(
                    new Statement("vendor-option-space SUNW;", "supersede server.vendor-option-space = \"SUNW\";"));
        }
    }

    /** Junos and Huawei fetch their configuration at first boot. */
    private void ztp(Reservation reservation, Optional<Ipv4> bootServer) {
        bootServer.ifPresent(address -> address("option option-150 =", "option-150", address));
        option("FM_ZTP.config-file-name", reservation.filename().orElse(""), Reservation.FILENAME);
        var given = reservation.options().get("ztp_firmware");
        if (given != null
                && reservation.text("ztp_vendor").filter("huawei"::equals).isPresent()) {
            if (!(given instanceof Map<?, ?> firmware)) {
                throw CallerException.badRequest(
                        "Parameter ztp_firmware is expected in two parts: ztp_firmware[core] and ztp_firmware[web]");
            }
            option(
                    "option-143",
                    "vrpfile=" + single("ztp_firmware[core]", firmware.get("core")) + ";webfile="
                            + single("ztp_firmware[web]", firmware.get("web")) + ";",
                    "ztp_firmware");
        }
    }

    /** Of a parameter that is no list; empty when it was not sent. */
    private static String single(String parameter, @Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof String text) {
            return text;
        }
        throw CallerException.badRequest("Parameter " + parameter + " is expected to be one text");
    }

    private void option(String name, String value, String parameter) {
        text("option " + name, " =", name, value, parameter);
    }

    private void text(String sent, String written, String value, String parameter) {
        text(sent, " =", written, value, parameter);
    }

    private void text(String sent, String equals, String written, String value, String parameter) {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MOST_BYTES || value.indexOf('\0') >= 0) {
            throw CallerException.badRequest("Parameter " + parameter + " cannot be a DHCP option: it "
                    + (bytes.length > MOST_BYTES
                            ? "has " + bytes.length + " bytes, " + MOST_BYTES + " is the most"
                            : "contains a NUL"));
        }
        if (isPrintable(bytes) && (value.indexOf('"') >= 0 || value.indexOf('\\') >= 0)) {
            throw CallerException.badRequest(
                    "Parameter " + parameter
                            + " contains a quote or a backslash, which dhcpd writes into its leases file such that it reads something else there");
        }
        statements.add(new Statement(
                sent + equals + " " + quoted(bytes) + ";", "supersede " + written + " = " + written(bytes) + ";"));
    }

    private void address(String sent, String written, Ipv4 address) {
        var hex = hex(address);
        statements.add(new Statement(
                sent + " " + (sent.endsWith("=") ? hex : address) + ";", "supersede " + written + " = " + hex + ";"));
    }

    private static String hex(Ipv4 address) {
        return OCTETS.formatHex(Ipv4Bytes.of(address.bits()));
    }

    /** A string of dhcpd's language: quotes and backslashes escaped, what is not printable as octal number. */
    private static String quoted(byte[] bytes) {
        var text = new StringBuilder("\"");
        for (var b : bytes) {
            if (b == '"' || b == '\\') {
                text.append('\\').append((char) b);
            } else if (isPrintable(b)) {
                text.append((char) b);
            } else {
                text.append('\\').append(String.format("%03o", b & 255));
            }
        }
        return text.append('"').toString();
    }

    private static boolean isPrintable(byte b) {
        return b >= ' ' && b < 127;
    }

    private static boolean isPrintable(byte[] bytes) {
        for (var b : bytes) {
            if (!isPrintable(b)) {
                return false;
            }
        }
        return true;
    }

    /** With anything in it that is not printable, dhcpd writes the octets. */
    private static String written(byte[] bytes) {
        if (isPrintable(bytes)) {
            return quoted(bytes);
        }
        return OCTETS.formatHex(bytes);
    }

    /**
     * Whether vendor options that are wanted are not there, or otherwise.
     *
     * @param wanted as it would be shown
     * @param present as it is shown
     */
    static boolean lacksVendorOptions(Reservation present, Reservation wanted) {
        return wanted.options().entrySet().stream()
                .filter(option -> VENDOR_KEYS.contains(option.getKey()))
                .anyMatch(option -> !option.getValue().equals(present.options().get(option.getKey())));
    }

    /** What dhcpd is told. */
    String sent() {
        return String.join(" ", statements.stream().map(Statement::sent).toList());
    }

    /** What it writes into its leases file. */
    String written() {
        return String.join("\n", statements.stream().map(Statement::written).toList());
    }
}
