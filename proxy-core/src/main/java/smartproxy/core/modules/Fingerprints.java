package smartproxy.core.modules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Schema;
import smartproxy.core.settings.Bound;

/** Tells whether files that settings point to have changed: a new DNS key behind the same path needs a new provider. */
final class Fingerprints {
    private static final String FILE_REFERENCE = "file:";

    private Fingerprints() {}

    static List<String> of(Schema<?> schema, Bound<?> bound) {
        var fingerprints = new ArrayList<String>();
        for (var setting : schema.settings()) {
            var path = path(bound.raw().get(setting.key()), setting.isSecret());
            if (path != null) {
                fingerprints.add(of(path));
            }
        }
        return fingerprints;
    }

    private static @Nullable Path path(@Nullable Object raw, boolean secret) {
        if (!(raw instanceof String text)) {
            return null;
        }
        if (secret) {
            return text.startsWith(FILE_REFERENCE) ? Path.of(text.substring(FILE_REFERENCE.length())) : null;
        }
        return text.startsWith("/") ? Path.of(text) : null;
    }

    private static String of(Path path) {
        try {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return path + " " + attributes.size() + " " + attributes.lastModifiedTime() + " " + attributes.fileKey();
        } catch (IOException e) {
            return path + " absent";
        }
    }
}
