package smartproxy.core.http;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import smartproxy.core.api.InvalidSetting;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingBlock;
import smartproxy.core.api.SettingTypes;
import smartproxy.core.tls.TlsSettings;

/**
 * A further listener, an entry of {@code :listeners:}.
 *
 * @param hosts addresses, {@code *} for all of IPv4 and IPv6
 * @param tls empty: plain http
 * @param served which routes
 */
public record ListenerSettings(List<String> hosts, int port, Optional<TlsSettings> tls, Served served) {
    /** Which routes a listener serves. */
    public enum Served {
        ALL,
        /** Content that is passed on, and nothing else. */
        CONTENT
    }

    private static final int MOST = 16;
    private static final Set<String> KEYS =
            new TreeSet<>(Set.of("address", "port", "certificate", "key", "ca", "crl", "routes"));

    /**
     * As the file has it.
     *
     * @param ca of client certificates; empty: that of the daemon
     */
    public record Entry(
            List<String> hosts,
            int port,
            Optional<Path> certificate,
            Optional<Path> key,
            Optional<Path> ca,
            Optional<Path> crl,
            Served served) {}

    public static final Setting<List<Entry>> SETTING = Setting.of(
                    "listeners",
                    "list of mappings of " + String.join(", ", KEYS),
                    ListenerSettings::parse,
                    "Further listeners, such as 443 and 80, each with a certificate of its own or plain; see docs/pulpcore.md")
            .sampled("""
                    - :port: 443
                      :certificate: /etc/foreman-proxy/public_cert.pem
                      :key: /etc/foreman-proxy/public_key.pem
                    - :port: 80
                      :routes: content
                    """)
            .ownExtension();

    /**
     * @param daemon TLS of the main listener: what an entry does not say is as there
     * @throws InvalidSetting when the authority of clients is not known
     */
    public static List<ListenerSettings> of(List<Entry> entries, TlsSettings daemon) throws InvalidSetting {
        var all = new ArrayList<ListenerSettings>();
        for (var entry : entries) {
            var tls = entry.certificate.isEmpty()
                    ? Optional.<TlsSettings>empty()
                    : Optional.of(daemon.with(entry.certificate, entry.key, entry.ca, entry.crl));
            if (tls.isPresent() && !tls.get().enabled()) {
                throw new InvalidSetting(
                        "Parameter 'listeners': port " + entry.port + " has no authority of client certificates",
                        "set its ca, or ssl_ca_file");
            }
            all.add(new ListenerSettings(entry.hosts, entry.port, tls, entry.served));
        }
        return List.copyOf(all);
    }

    private static List<Entry> parse(String key, Object value) throws InvalidSetting {
        var entries = new ArrayList<Entry>();
        for (var element : value instanceof List<?> list ? list : List.of(value)) {
            var where = key + "[" + entries.size() + "]";
            entries.add(entry(SettingBlock.of(where, element == null ? "" : element, KEYS)));
        }
        if (entries.size() > MOST) {
            throw new InvalidSetting("Parameter '" + key + "' has more than " + MOST + " listeners", "");
        }
        return List.copyOf(entries);
    }

    private static Entry entry(SettingBlock block) throws InvalidSetting {
        var port = block.find(SettingTypes.integer("port", 0, 65535, ""))
                .orElseThrow(() -> new InvalidSetting("Parameter '" + block.key() + "' has no port", "such as 443"));
        var certificate = block.find(SettingTypes.path("certificate", ""));
        var key = block.find(SettingTypes.path("key", ""));
        if (certificate.isPresent() != key.isPresent()) {
            throw new InvalidSetting(
                    "Parameter '" + block.key() + "' has only one of certificate and key",
                    "set both for https, or none for plain http");
        }
        var said = block.find(SettingTypes.oneOf("routes", List.of("all", "content"), ""));
        var served = said.map("content"::equals).orElse(certificate.isEmpty()) ? Served.CONTENT : Served.ALL;
        if (served == Served.ALL && certificate.isEmpty()) {
            throw new InvalidSetting(
                    "Parameter '" + block.key() + "': port " + port + " is plain http, where no API may be served",
                    "set its routes to content, or its certificate and key");
        }
        return new Entry(
                block.find(SettingTypes.texts("address", "")).orElse(List.of("*")),
                port,
                certificate,
                key,
                block.find(SettingTypes.path("ca", "")),
                block.find(SettingTypes.path("crl", "")),
                served);
    }

    /** For an administrator. */
    @Override
    public String toString() {
        return "listener " + port;
    }
}
