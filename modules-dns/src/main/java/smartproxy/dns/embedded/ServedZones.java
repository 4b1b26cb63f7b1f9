package smartproxy.dns.embedded;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.xbill.DNS.Name;
import smartproxy.dns.DnsName;

/** The zones of the settings. */
final class ServedZones {
    static final ServedZones NONE = new ServedZones(List.of());

    private final Map<Name, ServedZone> zones = new LinkedHashMap<>();

    ServedZones(List<ServedZone> served) {
        served.forEach(zone -> zones.put(zone.apex(), zone));
    }

    /** The zone a name lies in. */
    Optional<ServedZone> of(Name name) {
        for (var skipped = 0; skipped < name.labels(); skipped++) {
            var zone = zones.get(skipped == 0 ? name : new Name(name, skipped));
            if (zone != null) {
                return Optional.of(zone);
            }
        }
        return Optional.empty();
    }

    Optional<ServedZone> withApex(Name name) {
        return Optional.ofNullable(zones.get(name));
    }

    Collection<ServedZone> all() {
        return zones.values();
    }

    @Override
    public String toString() {
        return all().stream()
                .map(ServedZone::zone)
                .map(Zone::name)
                .map(DnsName::toString)
                .collect(Collectors.joining(", "));
    }
}
