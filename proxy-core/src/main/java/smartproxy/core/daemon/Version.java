package smartproxy.core.daemon;

import java.util.Optional;

/** Which build this is. */
final class Version {
    private Version() {}

    /** The version in the jar's manifest; {@code development} outside a jar. */
    static String current() {
        return Optional.ofNullable(Version.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
