package smartproxy.core.http;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import smartproxy.core.api.Mount;

/** The mounts of one kind of listener: the longest path wins, and of the same the first. */
public final class Routes {
    private final List<Mount> longestFirst;

    public Routes(List<Mount> mounts) {
        longestFirst = mounts.stream()
                .sorted(Comparator.comparingInt((Mount mount) -> mount.path().length())
                        .reversed())
                .toList();
    }

    /**
     * A mount and the cleaned rest of the path below it.
     *
     * @param path below the mount: empty, or beginning with a slash; still percent-encoded
     */
    record Hit(Mount mount, String path) {
        /** The path a resource is found by. */
        String full() {
            return mount.path() + path;
        }
    }

    Optional<Hit> find(RequestPath path) {
        for (var mount : longestFirst) {
            var below = path.below(mount.path());
            if (below.isPresent() && !(mount.exact() && !below.get().isEmpty())) {
                return Optional.of(new Hit(mount, below.get()));
            }
        }
        return Optional.empty();
    }
}
