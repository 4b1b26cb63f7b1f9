package smartproxy.core.settings;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;

/** Where the distribution tree lies that this code runs from. */
final class Installation {
    private Installation() {}

    /** {@code plugins} beside the {@code lib} of the tree; empty when this code does not lie in one. */
    static Optional<Path> plugins() {
        var source = Installation.class.getProtectionDomain().getCodeSource();
        if (source == null || source.getLocation() == null) {
            return Optional.empty();
        }
        try {
            var lib = Path.of(source.getLocation().toURI()).getParent();
            return lib != null && lib.endsWith("lib") ? Optional.of(lib.resolveSibling("plugins")) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
