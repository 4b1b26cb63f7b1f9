package smartproxy.pulp.content;

import java.util.Map;
import java.util.Optional;

/**
 * Where the content of a repository is served.
 *
 * @param name that of the repository
 * @param path below the Pulp's content: {@code a/b}, without slashes at its ends
 * @param protect whether only clients with a certificate of the {@linkplain ContentProvider#protect authority} get it
 * @param target what is served there, as {@link ContentProvider#servable} names it; empty when nothing is
 * @param url for clients, when the Pulp tells it; empty in what is wanted
 * @param labels set by whoever made it
 */
public record ServePoint(
        String name,
        ContentType type,
        String path,
        boolean protect,
        String target,
        Optional<String> url,
        Map<String, String> labels) {
    public ServePoint {
        labels = Map.copyOf(labels);
    }
}
