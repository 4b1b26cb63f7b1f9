package example.powerdns;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/**
 * {@code dns_powerdns_example.yml}.
 *
 * @param url of the PowerDNS web server, without a path
 * @param key its {@code api-key}
 * @param caFile authorities of its certificate; empty: those of the Java runtime
 */
public record PowerDnsSettings(URI url, Secret key, Optional<Path> caFile) {
    static final Setting<URI> URL = SettingTypes.url("powerdns_url", "Address of the PowerDNS web server")
            .mandatory()
            .sampled("http://127.0.0.1:8081");
    static final Setting<Secret> KEY = SettingTypes.secret("powerdns_key", "Its api-key")
            .mandatory()
            .sampled("file:/etc/foreman-proxy/powerdns.key");
    static final Setting<Path> CA_FILE = SettingTypes.readableFile(
                    "powerdns_ca_file", "Authorities that may have signed its certificate, PEM")
            .sampled("/etc/foreman-proxy/powerdns-ca.pem");

    static final Schema<PowerDnsSettings> SCHEMA = new Schema<>(
            "DNS records in PowerDNS, through its HTTP API",
            List.of(URL, KEY, CA_FILE),
            values -> new PowerDnsSettings(values.get(URL), values.get(KEY), values.find(CA_FILE)));
}
