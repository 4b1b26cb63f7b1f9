package example.powerdns;

import java.net.URI;
import java.util.List;
import smartproxy.core.api.Schema;
import smartproxy.core.api.Secret;
import smartproxy.core.api.Setting;
import smartproxy.core.api.SettingTypes;

/**
 * {@code dns_powerdns_example.yml}.
 *
 * @param url of the PowerDNS web server, without a path
 * @param key its {@code api-key}
 */
public record PowerDnsSettings(URI url, Secret key) {
    static final Setting<URI> URL = SettingTypes.url("powerdns_url", "Address of the PowerDNS web server")
            .mandatory()
            .sampled("http://127.0.0.1:8081");
    static final Setting<Secret> KEY = SettingTypes.secret("powerdns_key", "Its api-key")
            .mandatory()
            .sampled("file:/etc/foreman-proxy/powerdns.key");

    static final Schema<PowerDnsSettings> SCHEMA = new Schema<>(
            "DNS records in PowerDNS, through its HTTP API",
            List.of(URL, KEY),
            values -> new PowerDnsSettings(values.get(URL), values.get(KEY)));
}
