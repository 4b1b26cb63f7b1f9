package smartproxy.dhcp.kea;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import smartproxy.dhcp.ClientId;
import smartproxy.dhcp.Ipv4;
import smartproxy.dhcp.Ipv6;
import smartproxy.dhcp.MacAddress;
import smartproxy.dhcp.Subnet;
import smartproxy.dhcp.Subnet6;

/** What Kea's commands and JSON have otherwise for DHCPv4 than for DHCPv6. Texts are in one spelling, so that equal ones are equal. */
enum Family {
    V4("4") {
        @Override
        String urlSetting() {
            return KeaSettings.URL.key();
        }

        @Override
        Optional<String> subnet(String text) {
            return Subnet.around(text).map(Subnet::toString);
        }

        @Override
        Optional<HostKey> key(JsonNode host) {
            return mac(host);
        }

        @Override
        List<String> addresses(JsonNode host) {
            return Ipv4.parse(host.path(KeaRecords.IP).asText("")).map(Ipv4::toString).stream()
                    .toList();
        }
    },
    V6("6") {
        @Override
        String urlSetting() {
            return KeaSettings.DHCP6_URL.key();
        }

        @Override
        Optional<String> subnet(String text) {
            return Subnet6.around(text).map(Subnet6::toString);
        }

        @Override
        Optional<HostKey> key(JsonNode host) {
            return ClientId.duid(host.path(HostKey.DUID).asText(""))
                    .map(duid -> new HostKey(HostKey.DUID, duid.text()))
                    .or(() -> mac(host));
        }

        @Override
        List<String> addresses(JsonNode host) {
            var addresses = new ArrayList<String>();
            for (var ip : host.path(Kea6Records.IPS)) {
                Ipv6.parse(ip.asText("")).ifPresent(address -> addresses.add(address.toString()));
            }
            return addresses;
        }
    };

    private final String number;

    Family(String number) {
        this.number = number;
    }

    /** The setting that leads to its server, for errors. */
    abstract String urlSetting();

    /** A subnet, which Kea may be given by any of its addresses; empty when the text is none. */
    abstract Optional<String> subnet(String text);

    /** What a host is known by; empty when it is by something that is not shown here. */
    abstract Optional<HostKey> key(JsonNode host);

    /** The addresses that are reserved for a host. */
    abstract List<String> addresses(JsonNode host);

    /** Its server, as a control agent calls it. */
    String service() {
        return "dhcp" + number;
    }

    /** Where its configuration begins. */
    String root() {
        return "Dhcp" + number;
    }

    /** The list of subnets in it. */
    String subnets() {
        return "subnet" + number;
    }

    /** @param what {@code get-page} */
    String leaseCommand(String what) {
        return "lease" + number + "-" + what;
    }

    private static Optional<HostKey> mac(JsonNode host) {
        return MacAddress.parse(host.path(HostKey.MAC).asText("")).map(mac -> new HostKey(HostKey.MAC, mac.toString()));
    }
}
