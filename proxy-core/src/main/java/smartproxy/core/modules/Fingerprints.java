package smartproxy.core.modules;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
            var raw = bound.raw().get(setting.key());
            var path = path(raw, setting.isSecret());
            if (path != null) {
                fingerprints.add(of(path));
            }
            addNested(raw, fingerprints);
        }
        return fingerprints;
    }

    /** Files that a mapping or list names; a directory changes with what is put into it, which is nobody's new setting. */
    private static void addNested(@Nullable Object raw, List<String> fingerprints) {
        var values = raw instanceof Map<?, ?> map ? map.values() : raw instanceof List<?> list ? list : List.of();
        for (var value : values) {
            var path = path(value, false);
            if (path != null && !Files.isDirectory(path)) {
                fingerprints.add(of(path));
            }
            addNested(value, fingerprints);
        }
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
