package smartproxy.pulp;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import smartproxy.core.api.HttpIdentity;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Relay;
import smartproxy.core.api.Role;
import smartproxy.core.api.SettingBlock;
import smartproxy.core.api.SettingTypes;

/**
 * A path of an administrator's choice that is passed on to a server.
 *
 * @param path whole segments, without a slash at its end; the server sees it as it came
 * @param url scheme, host and port
 * @param authorities of the server's certificate
 */
record FreeRoute(String path, URI url, Role role, Set<String> methods, Optional<Path> authorities) {
    private static final int MOST = 32;
    private static final Set<String> KEYS = new TreeSet<>(Set.of("url", "role", "methods", "ca_file"));
    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+");
    private static final Map<String, Role> ROLES =
            Map.of("anonymous", Role.ANONYMOUS, "host", Role.MANAGED_HOST, "foreman", Role.FOREMAN);

    /** First segments of what the daemon, its features and those of the Ruby proxy serve. */
    private static final Set<String> TAKEN = new TreeSet<>(Set.of(
            "EFI",
            "ansible",
            "bmc",
            "compliance",
            "container_gateway",
            "content",
            "dhcp",
            "discovery",
            "dns",
            "dynflow",
            "extensions",
            "facts",
            "features",
            "health",
            "httpboot",
            "ipam",
            "logs",
            "metrics",
            "pulp",
            "pulp_ansible",
            "pulpcore",
            "pulpcore_registry",
            "pulpnode",
            "puppet",
            "pypi",
            "realm",
            "register",
            "rhsm",
            "salt",
            "ssh",
            "tftp",
            "token",
            "unattended",
            "userdata",
            "v2",
            "version"));

    static List<FreeRoute> parse(SettingBlock gateway) throws InvalidSetting {
        var value = gateway.map().get("routes");
        if (value == null) {
            return List.of();
        }
        var key = gateway.key() + ": routes";
        if (!(value instanceof Map<?, ?> map) || map.size() > MOST) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' is expected to be a mapping of at most " + MOST + " paths",
                    "such as /extra: http://127.0.0.1:8081");
        }
        var routes = new ArrayList<FreeRoute>();
        for (var entry : map.entrySet()) {
            routes.add(one(key, String.valueOf(entry.getKey()), entry.getValue()));
        }
        return List.copyOf(routes);
    }

    private static FreeRoute one(String key, String path, Object value) throws InvalidSetting {
        if (!PATH.matcher(path).matches()) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' has the path '" + path + "'", "whole segments, such as /extra");
        }
        if (TAKEN.contains(path.split("/", 3)[1])) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' has the path '" + path + "', which is taken",
                    "any whose first segment is none of " + String.join(", ", TAKEN));
        }
        var block = SettingBlock.of(
                key + ": " + path,
                value instanceof Map<?, ?> ? value : Map.of("url", value == null ? "" : value),
                KEYS);
        var url = block.find(SettingTypes.url("url", ""))
                .orElseThrow(() -> new InvalidSetting("Parameter '" + block.key() + "' has no url", ""));
        var role = block.find(SettingTypes.oneOf("role", List.of("anonymous", "host", "foreman"), ""))
                .orElse("foreman");
        return new FreeRoute(
                path,
                PulpTarget.server(block.key() + ": url", url),
                ROLES.getOrDefault(role, Role.FOREMAN),
                methods(block),
                block.find(SettingTypes.readableFile("ca_file", "")));
    }

    private static Set<String> methods(SettingBlock block) throws InvalidSetting {
        var methods = new TreeSet<String>();
        for (var method : block.find(SettingTypes.texts("methods", "")).orElse(List.copyOf(Relay.READ))) {
            methods.add(method.toUpperCase(Locale.ROOT));
        }
        if (methods.isEmpty() || !Relay.ALL.containsAll(methods)) {
            throw new InvalidSetting(
                    "Parameter '" + block.key() + "' has methods that do not pass",
                    "any of " + String.join(", ", new TreeSet<>(Relay.ALL)));
        }
        return methods;
    }

    /** The server, spoken to as nobody. */
    HttpIdentity server() {
        var identity = HttpIdentity.of(url, "ca_file");
        return authorities.map(identity::trusting).orElse(identity);
    }
}
