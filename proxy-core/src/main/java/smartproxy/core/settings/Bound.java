package smartproxy.core.settings;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import smartproxy.core.api.Values;

/**
 * What became of a settings file.
 *
 * @param settings the record; empty when there is an error
 * @param values what the record was made of; empty when there is an error
 * @param raw the symbol keys as configured, over the defaults: for exposed settings, and equal over a reload when nothing
 *     changed. Secrets are {@link smartproxy.core.api.Secret}
 * @param problems errors in the reference's order, then warnings
 */
public record Bound<S>(
        Optional<S> settings, Optional<Values> values, Map<String, @Nullable Object> raw, List<Problem> problems) {
    public Bound {
        raw = Collections.unmodifiableMap(new LinkedHashMap<>(raw));
        problems = List.copyOf(problems);
    }

    /** The message of the first error, as it is shown in {@code failed_modules}. */
    public Optional<String> failure() {
        return problems.stream().filter(Problem::isError).map(Problem::message).findFirst();
    }

    /** The problems only: what is configured may be secret under a key that is not known. */
    @Override
    public String toString() {
        return "Bound" + problems;
    }
}
