package smartproxy.pulp.content;

import java.util.Locale;
import java.util.Optional;

/** A type of repository, by Pulp 3's names. */
public enum ContentType {
    RPM,
    FILE,
    DEB,
    CONTAINER,
    ANSIBLE,
    PYTHON,
    OSTREE;

    public static Optional<ContentType> named(String name) {
        for (var type : values()) {
            if (type.toString().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /** As in JSON: {@code rpm}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
