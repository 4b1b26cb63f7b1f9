package smartproxy.core.modules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What is offered under each name. What the daemon brings itself keeps its name; a name that is offered twice otherwise belongs
 * to nobody: which of two jars wins must not depend on their order.
 */
final class Offers<T> {
    /**
     * One of them.
     *
     * @param origin the plug-in; empty when it is the daemon's own
     */
    record Offer<T>(String name, T what, String origin) {
        boolean own() {
            return origin.isEmpty();
        }
    }

    private final String kind;
    private final Map<String, T> taken = new LinkedHashMap<>();
    private final Map<String, String> refused = new LinkedHashMap<>();
    private final Map<String, String> intruders = new LinkedHashMap<>();

    /** @param kind what they are, in a reason: {@code provider} */
    Offers(String kind, List<Offer<T>> all) {
        this.kind = kind;
        var byName = new LinkedHashMap<String, List<Offer<T>>>();
        for (var offer : all) {
            byName.merge(offer.name(), List.of(offer), Offers::joined);
        }
        byName.forEach(this::decide);
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    private void decide(String name, List<Offer<T>> offers) {
        var own = offers.stream().filter(Offer::own).toList();
        var plugins =
                offers.stream().filter(offer -> !offer.own()).map(Offer::origin).toList();
        if (own.size() > 1) {
            refused.put(name, "two jars in lib have a " + kind + " " + name + "; take one away");
        } else if (own.size() == 1) {
            taken.put(name, own.get(0).what());
            plugins.forEach(plugin -> intruders.put(
                    plugin, "its " + kind + " " + name + " is not used, for the daemon has one of that name"));
        } else if (plugins.size() == 1) {
            taken.put(name, offers.get(0).what());
        } else {
            refused.put(
                    name,
                    "the plug-ins " + String.join(", ", plugins) + " all have a " + kind + " " + name
                            + "; leave one of them");
        }
    }

    Map<String, T> taken() {
        return taken;
    }

    Optional<T> find(String name) {
        return Optional.ofNullable(taken.get(name));
    }

    /** Reasons by the name that nobody has. */
    Map<String, String> refused() {
        return refused;
    }

    /** Reasons by the plug-in that would have taken a name of the daemon's. */
    Map<String, String> intruders() {
        return intruders;
    }
}
