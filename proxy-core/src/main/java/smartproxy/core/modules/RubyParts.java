package smartproxy.core.modules;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings files of the Ruby proxy besides those of its core modules: the providers it ships, its plug-ins, and what it has
 * given up. Installers write them, so they are found on hosts that move here. What is built here is known by its declaration
 * first.
 */
record RubyParts(Kind kind, String of) {
    enum Kind {
        /** A provider, of the core or of a plug-in; {@code of} is its module. */
        PROVIDER,
        /** A plug-in with a feature of its own; {@code of} is the feature's name. */
        PLUGIN,
        /** Given up by the Ruby proxy as well. */
        REMOVED
    }

    private static final Map<String, RubyParts> ALL = new LinkedHashMap<>();

    static {
        providers("dns", "dns_nsupdate", "dns_nsupdate_gss", "dns_libvirt", "dns_dnscmd");
        providers("dns", "dns_infoblox", "dns_powerdns", "dns_route53");
        providers("dhcp", "dhcp_isc", "dhcp_libvirt", "dhcp_native_ms");
        providers("dhcp", "dhcp_remote_isc", "dhcp_infoblox", "dhcp_dnsmasq", "dhcp_kea_api", "dhcp_device42");
        providers("puppetca", "puppetca_http_api", "puppetca_hostname_whitelisting", "puppetca_token_whitelisting");
        providers("puppet", "puppet_proxy_puppet_api");
        providers("realm", "realm_freeipa", "realm_ad");
        providers("monitoring", "monitoring_icinga2", "monitoring_icingadirector");
        providers("externalipam", "externalipam_phpipam", "externalipam_netbox");
        plugins("acd", "ansible", "chef", "container_gateway", "discovery", "dynflow", "externalipam", "hdm");
        plugins("monitoring", "omaha", "openbolt", "openscap", "pulpcore", "reports", "salt", "shellhooks");
        ALL.put("remote_execution_ssh", new RubyParts(Kind.PLUGIN, "script"));
        removed("pulp", "pulpnode", "pulp3", "puppetca_puppet_cert", "puppet_proxy_legacy", "puppet_proxy_puppetrun");
        removed("puppet_proxy_customrun", "puppet_proxy_mcollective", "puppet_proxy_salt", "puppet_proxy_ssh");
    }

    private static void providers(String module, String... names) {
        for (var name : names) {
            ALL.put(name, new RubyParts(Kind.PROVIDER, module));
        }
    }

    private static void plugins(String... names) {
        for (var name : names) {
            ALL.put(name, new RubyParts(Kind.PLUGIN, name));
        }
    }

    private static void removed(String... names) {
        for (var name : names) {
            ALL.put(name, new RubyParts(Kind.REMOVED, name));
        }
    }

    static Set<String> names() {
        return ALL.keySet();
    }

    /** @param name of a settings file, without {@code .yml} */
    static Optional<RubyParts> of(String name) {
        @Nullable RubyParts part = ALL.get(name);
        return Optional.ofNullable(part);
    }
}
