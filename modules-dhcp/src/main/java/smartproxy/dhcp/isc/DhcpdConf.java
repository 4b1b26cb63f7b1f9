package smartproxy.dhcp.isc;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Subnet;

/**
 * {@code dhcpd.conf} with what it includes: subnets and hosts, wherever in groups, shared networks, pools and classes they stand.
 * Everything else is passed over.
 */
final class DhcpdConf {
    private static final long LARGEST_FILE = 64 << 20;
    private static final int DEEPEST_INCLUDE = 16;
    private static final List<String> SHOWN =
            List.of("routers", "domain_name", "domain_name_servers", "ntp_servers", "interface_mtu");

    /** A file cannot be read or does not follow the language; the message begins with {@code file:line}. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String where, String what) {
            super(where + ": " + what);
        }
    }

    /** @param declaration its text */
    record Host(HostEntry entry, byte[] declaration) {}

    private final Path main;
    private final List<Subnet> subnets = new ArrayList<>();
    private final Map<Ipv4, String> places = new HashMap<>();
    private final List<Host> hosts = new ArrayList<>();
    private int files;

    private DhcpdConf(Path main) {
        this.main = main;
    }

    static DhcpdConf read(Path file) throws Unusable {
        var conf = new DhcpdConf(file);
        conf.read(file, file.toString(), 0);
        return conf;
    }

    List<Subnet> subnets() {
        return subnets;
    }

    List<Host> hosts() {
        return hosts;
    }

    private void read(Path file, String from, int depth) throws Unusable {
        if (depth > DEEPEST_INCLUDE || ++files > 10_000) {
            throw new Unusable(from, "includes " + file + ", which includes others without end");
        }
        byte[] bytes;
        try {
            if (!Files.isRegularFile(file)) {
                throw new Unusable(from, Files.exists(file) ? file + " is not a file" : "there is no file " + file);
            }
            if (Files.size(file) > LARGEST_FILE) {
                throw new Unusable(from, file + " is larger than 64 MiB");
            }
            bytes = Files.readAllBytes(file);
        } catch (AccessDeniedException e) {
            throw new Unusable(from, file + " cannot be read: permission denied; the daemon's user needs to read it");
        } catch (NoSuchFileException e) {
            throw new Unusable(from, "there is no file " + file);
        } catch (IOException e) {
            throw new Unusable(from, file + " cannot be read: " + e.getMessage());
        }
        try {
            take(Statement.parse(bytes, 0, bytes.length), file, bytes, depth);
        } catch (Statement.Malformed e) {
            throw new Unusable(file + ":" + e.line, String.valueOf(e.getMessage()));
        }
    }

    private void take(List<Statement> statements, Path file, byte[] bytes, int depth) throws Unusable {
        for (var statement : statements) {
            if (statement.is("include") && !statement.hasBody()) {
                read(included(statement, file), file + ":" + statement.line(), depth + 1);
            } else if (statement.is("host") && statement.hasBody()) {
                hosts.add(new Host(
                        HostEntry.of(statement), Arrays.copyOfRange(bytes, statement.start(), statement.end())));
            } else {
                if (statement.is("subnet") && statement.hasBody()) {
                    subnet(statement, file + ":" + statement.line());
                }
                take(statement.body(), file, bytes, depth);
            }
        }
    }

    /** dhcpd takes a relative path from where it was started; the main file's directory is that usually. */
    private Path included(Statement statement, Path file) {
        var named = Path.of(Options.unescaped(statement.text(1)));
        var ofMain = main.resolveSibling(named);
        return Files.exists(ofMain) ? ofMain : file.resolveSibling(named);
    }

    private void subnet(Statement statement, String where) throws Unusable {
        var plain = Subnet.parse(statement.text(1) + "/" + statement.text(3))
                .filter(subnet -> statement.word(2).equals("netmask"))
                .orElseThrow(
                        () -> new Unusable(where, "no subnet: " + statement.text(1) + " netmask " + statement.text(3)));
        var before = places.putIfAbsent(plain.network(), where);
        if (before != null) {
            throw new Unusable(where, "subnet " + plain.network() + " was declared before, at " + before);
        }
        var found = new HashMap<String, Object>();
        for (var inner : statement.body()) {
            if (inner.is("range")) {
                found.put("range", range(plain, inner, where));
            } else {
                Options.of(inner).ifPresent(option -> found.put(option.key(), option.value()));
            }
        }
        var options = new LinkedHashMap<String, Object>();
        for (var key : SHOWN) {
            var value = found.get(key);
            if (value != null) {
                options.put(key, key.equals("interface_mtu") ? number(value, where) : value);
            }
        }
        if (found.containsKey("range")) {
            options.put("range", found.get("range"));
        }
        subnets.add(new Subnet(plain.network(), plain.prefix(), options));
    }

    private static Object number(Object value, String where) throws Unusable {
        var text = String.valueOf(value).replaceAll("[\\[\\]]", "");
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new Unusable(where, "interface-mtu " + text + " is no number");
        }
    }

    private static List<String> range(Subnet subnet, Statement statement, String where) throws Unusable {
        var first = statement.word(1).equals("dynamic-bootp") ? 2 : 1;
        var from = statement.text(first);
        var to = statement.words().size() > first + 1 ? statement.text(first + 1) : from;
        var low = Ipv4.parse(from);
        var high = Ipv4.parse(to);
        if (low.isEmpty()
                || high.isEmpty()
                || !subnet.contains(low.get())
                || !subnet.contains(high.get())
                || low.get().compareTo(high.get()) > 0) {
            throw new Unusable(where, "range " + from + " " + to + " is not one of subnet " + subnet);
        }
        return List.of(from, to);
    }
}
