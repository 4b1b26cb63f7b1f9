package smartproxy.tftp.bootfiles;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/**
 * A list of servers.
 *
 * @param names in lower case; one that begins with a dot stands for all below it
 */
record Hosts(List<String> names, List<Network> networks) {
    static final Hosts NONE = new Hosts(List.of(), List.of());
    private static final Pattern NAME = Pattern.compile("(\\*?\\.)?[\\w-]+(\\.[\\w-]+)*\\.?");

    /** Names, {@code *.example.com}, addresses and networks. */
    static Setting<Hosts> setting(String key, String doc) {
        return Setting.of(
                        key,
                        "list of names, *.domains, addresses and networks",
                        (k, value) -> parse(k, SettingTypes.texts(k, "").parse(value)),
                        doc)
                .ownExtension();
    }

    private static Hosts parse(String key, List<String> texts) throws InvalidSetting {
        var names = new ArrayList<String>();
        var networks = new ArrayList<Network>();
        for (var text : texts) {
            var network = Network.parse(text);
            if (network.isPresent()) {
                networks.add(network.get());
            } else if (NAME.matcher(text).matches() && !text.matches("[\\d.]+")) {
                names.add(name(text.startsWith("*") ? text.substring(1) : text));
            } else {
                throw new InvalidSetting(
                        "Setting '" + key + "' has '" + text + "', which is neither a name nor an address",
                        "write mirror.example.com, *.example.com, 192.0.2.1 or 192.0.2.0/24");
            }
        }
        return new Hosts(List.copyOf(names), List.copyOf(networks));
    }

    private static String name(String text) {
        var lower = text.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    boolean isEmpty() {
        return names.isEmpty() && networks.isEmpty();
    }

    boolean hasName(String host) {
        var wanted = name(host);
        return names.stream().anyMatch(name -> name.startsWith(".") ? wanted.endsWith(name) : wanted.equals(name));
    }

    boolean hasAddress(InetAddress address) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    @Override
    public String toString() {
        return names + " " + networks;
    }
}
