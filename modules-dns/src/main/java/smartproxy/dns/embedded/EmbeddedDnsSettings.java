package smartproxy.dns.embedded;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.xbill.DNS.Name;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.api.Values;
import smartproxy.dns.DnsName;

/**
 * {@code dns_embedded.yml}.
 *
 * @param listen where queries are answered, over UDP and TCP
 * @param zones served; none lies in another
 * @param nameServers the NS records of each zone; the first is the primary in SOA
 * @param hostmaster the mailbox in SOA, as a name (RFC 1035, section 3.3.13)
 * @param transferTo secondaries: they may transfer zones and are notified, at this port
 * @param timers of SOA
 */
public record EmbeddedDnsSettings(
        List<InetSocketAddress> listen,
        List<DnsName> zones,
        List<DnsName> nameServers,
        Name hostmaster,
        List<InetSocketAddress> transferTo,
        Timers timers) {

    /**
     * How secondaries and caches treat a zone (RFC 1035, section 3.3.13; RFC 2308, section 4).
     *
     * @param minimum how long it may be remembered that a name does not exist
     */
    public record Timers(Duration refresh, Duration retry, Duration expire, Duration minimum) {}

    private static final int DNS_PORT = 53;

    public static final Setting<List<String>> LISTEN = Setting.of(
                    "listen",
                    "list of address:port",
                    EmbeddedDnsSettings::endpoints,
                    "Where queries are answered, over UDP and TCP: 192.0.2.1:53 or [2001:db8::1]:53; [::] is all of IPv6 and IPv4")
            .defaultsTo(List.of("127.0.0.1:5300", "[::1]:5300"))
            .ownExtension();
    public static final Setting<List<String>> ZONES = Setting.of(
                    "zones",
                    "list of names",
                    EmbeddedDnsSettings::zoneNames,
                    "Zones that are served, forward and reverse; a zone taken out of the list keeps its records in the store")
            .defaultsTo(List.of("example.com", "2.0.192.in-addr.arpa", "8.b.d.0.1.0.0.2.ip6.arpa"))
            .ownExtension();
    public static final Setting<List<String>> NAME_SERVERS = Setting.of(
                    "name_servers",
                    "list of names",
                    EmbeddedDnsSettings::names,
                    "NS records of every zone, the primary first; empty: ns1 in the first zone that is not a reverse zone")
            .defaultsTo(List.of())
            .ownExtension();
    public static final Setting<String> HOSTMASTER = Setting.of(
                    "hostmaster",
                    "mail address",
                    (key, value) -> {
                        var text = single(key, value);
                        mailbox(key, text);
                        return text;
                    },
                    "Mail address in SOA; unset: hostmaster in the first zone that is not a reverse zone")
            .sampled("hostmaster@example.com")
            .ownExtension();
    public static final Setting<List<String>> TRANSFER_TO = Setting.of(
                    "transfer_to",
                    "list of address or address:port",
                    EmbeddedDnsSettings::secondaries,
                    "Secondaries: they may transfer the zones (AXFR) and are told of changes (NOTIFY, port 53 unless given)")
            .defaultsTo(List.of())
            .ownExtension();
    public static final Setting<Duration> REFRESH = SettingTypes.seconds(
                    "soa_refresh", 1, Integer.MAX_VALUE, "Secondaries look for changes this often")
            .defaultsTo(Duration.ofHours(1))
            .ownExtension();
    public static final Setting<Duration> RETRY = SettingTypes.seconds(
                    "soa_retry", 1, Integer.MAX_VALUE, "and, when the look failed, this often")
            .defaultsTo(Duration.ofMinutes(10))
            .ownExtension();
    public static final Setting<Duration> EXPIRE = SettingTypes.seconds(
                    "soa_expire", 1, Integer.MAX_VALUE, "Secondaries serve the zone this long when the primary is away")
            .defaultsTo(Duration.ofDays(14))
            .ownExtension();
    public static final Setting<Duration> MINIMUM = SettingTypes.seconds(
                    "soa_minimum",
                    0,
                    Integer.MAX_VALUE,
                    "Resolvers may remember this long that a name does not exist (RFC 2308)")
            .defaultsTo(Duration.ofMinutes(5))
            .ownExtension();

    static final Schema<EmbeddedDnsSettings> SCHEMA = new Schema<>(
            "DNS server inside the daemon",
            List.of(LISTEN, ZONES, NAME_SERVERS, HOSTMASTER, TRANSFER_TO, REFRESH, RETRY, EXPIRE, MINIMUM),
            EmbeddedDnsSettings::bind);

    public EmbeddedDnsSettings {
        listen = List.copyOf(listen);
        zones = List.copyOf(zones);
        nameServers = List.copyOf(nameServers);
        transferTo = List.copyOf(transferTo);
    }

    private static EmbeddedDnsSettings bind(Values values) throws InvalidSetting {
        var listen = new ArrayList<InetSocketAddress>();
        for (var text : values.get(LISTEN)) {
            listen.add(Endpoints.withPort(LISTEN.key(), text));
        }
        var zones = new ArrayList<DnsName>();
        for (var text : values.get(ZONES)) {
            zones.add(name(ZONES.key(), text));
        }
        var home = zones.stream().filter(zone -> !zone.isReverse()).findFirst().orElse(zones.get(0));
        var nameServers = new ArrayList<DnsName>();
        for (var text : values.get(NAME_SERVERS)) {
            nameServers.add(name(NAME_SERVERS.key(), text));
        }
        if (nameServers.isEmpty()) {
            nameServers.add(name(NAME_SERVERS.key(), "ns1." + home));
        }
        var transferTo = new ArrayList<InetSocketAddress>();
        for (var text : values.get(TRANSFER_TO)) {
            transferTo.add(Endpoints.withPortOr(TRANSFER_TO.key(), text, DNS_PORT));
        }
        return new EmbeddedDnsSettings(
                listen,
                zones,
                nameServers,
                mailbox(HOSTMASTER.key(), values.find(HOSTMASTER).orElse("hostmaster@" + home)),
                transferTo,
                new Timers(values.get(REFRESH), values.get(RETRY), values.get(EXPIRE), values.get(MINIMUM)));
    }

    private static List<String> endpoints(String key, Object value) throws InvalidSetting {
        var texts = some(key, value);
        var seen = new HashSet<InetSocketAddress>();
        for (var text : texts) {
            if (!seen.add(Endpoints.withPort(key, text))) {
                throw new InvalidSetting("Parameter '" + key + "' has " + text + " twice", "remove one of them");
            }
        }
        for (var endpoint : seen) {
            if (Endpoints.isAllOfIpv6(endpoint)
                    && seen.stream()
                            .anyMatch(other -> other.getPort() == endpoint.getPort() && !other.equals(endpoint))) {
                throw new InvalidSetting(
                        "Parameter '" + key + "' has [::] and another address with port " + endpoint.getPort(),
                        "[::] includes all addresses, those of IPv4 too");
            }
        }
        return texts;
    }

    private static List<String> zoneNames(String key, Object value) throws InvalidSetting {
        var texts = some(key, value);
        var zones = new ArrayList<DnsName>();
        for (var text : texts) {
            var zone = name(key, text);
            for (var other : zones) {
                if (zone.equals(other)) {
                    throw new InvalidSetting(
                            "Parameter '" + key + "' has zone " + zone + " twice", "remove one of them");
                }
                if (isBelow(zone, other) || isBelow(other, zone)) {
                    throw new InvalidSetting(
                            "Parameter '" + key + "' has zones " + other + " and " + zone + ", one inside the other",
                            "keep the larger one; this server does not delegate");
                }
            }
            zones.add(zone);
        }
        return texts;
    }

    private static boolean isBelow(DnsName name, DnsName zone) {
        return name.key().endsWith("." + zone.key());
    }

    private static List<String> names(String key, Object value) throws InvalidSetting {
        var texts = list(key, value);
        var seen = new HashSet<DnsName>();
        for (var text : texts) {
            if (!seen.add(name(key, text))) {
                throw new InvalidSetting("Parameter '" + key + "' has " + text + " twice", "remove one of them");
            }
        }
        return texts;
    }

    private static List<String> secondaries(String key, Object value) throws InvalidSetting {
        var texts = list(key, value);
        var seen = new HashSet<InetAddress>();
        for (var text : texts) {
            if (!seen.add(Endpoints.withPortOr(key, text, DNS_PORT).getAddress())) {
                throw new InvalidSetting("Parameter '" + key + "' has " + text + " twice", "remove one of them");
            }
        }
        return texts;
    }

    private static DnsName name(String key, String text) throws InvalidSetting {
        return DnsName.service(text)
                .orElseThrow(() -> new InvalidSetting(
                        "Parameter '" + key + "' has '" + text + "', which is not a domain name",
                        "such as example.com or 2.0.192.in-addr.arpa"));
    }

    private static Name mailbox(String key, String text) throws InvalidSetting {
        var at = text.indexOf('@');
        var local = text.substring(0, Math.max(at, 0));
        var domain = DnsName.host(text.substring(at + 1));
        if (!local.matches("[A-Za-z0-9._+-]{1,63}") || domain.isEmpty()) {
            throw new InvalidSetting(
                    "Parameter '" + key + "' has '" + text + "', which is not a mail address",
                    "such as hostmaster@example.com");
        }
        return Names.below(local.replace(".", "\\."), domain.get())
                .orElseThrow(
                        () -> new InvalidSetting("Parameter '" + key + "' has a mail address that is too long", ""));
    }

    private static List<String> some(String key, Object value) throws InvalidSetting {
        var texts = list(key, value);
        if (texts.isEmpty()) {
            throw new InvalidSetting("Parameter '" + key + "' is expected to have a non-empty value", "");
        }
        return texts;
    }

    private static List<String> list(String key, Object value) throws InvalidSetting {
        return SettingTypes.texts(key, "").parse(value).stream()
                .map(String::strip)
                .toList();
    }

    private static String single(String key, Object value) throws InvalidSetting {
        return SettingTypes.text(key, "").parse(value).strip();
    }
}
