package smartproxy.pulp.content;

import java.util.Map;

/**
 * A repository. Its name, which joins it with its upstream and its serve point, is unique among the repositories of a Pulp.
 *
 * @param id of the backend, whatever that is: {@code /pulp/api/v3/repositories/rpm/rpm/…/}
 * @param description empty when there is none
 * @param version the current one, or an older one that is meant; another one whenever the content is another; empty when that is not known
 * @param labels set by whoever made it
 */
public record Repository(
        String name, ContentType type, String id, String description, String version, Map<String, String> labels) {
    public Repository {
        labels = Map.copyOf(labels);
    }

    /** The same with another version as its own. */
    public Repository at(String older) {
        return new Repository(name, type, id, description, older, labels);
    }
}
