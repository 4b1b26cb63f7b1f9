package smartproxy.pulp.content;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A piece of long work, as its rows in the store say.
 *
 * @param kind what it does: {@code sync}, {@code mirror}
 * @param pulp name of the Pulp
 * @param subject what it does it with, mostly a repository; empty when with all
 * @param request what it was asked for, JSON; forgotten when it ends, for there may be secrets in it
 * @param message what it does now, or why it does not go on; empty when there is nothing to say
 * @param error why it failed; empty unless it did
 * @param cancel whether somebody wants it to end
 * @param event the number of its newest change among those of all jobs
 * @param items its parts in their order; one of the subject's name unless it is a mirror; of a mirror in a list none
 */
record Job(
        String id,
        String kind,
        String pulp,
        String subject,
        String request,
        JobState state,
        String message,
        long done,
        long total,
        String error,
        Instant created,
        Optional<Instant> started,
        Optional<Instant> finished,
        boolean cancel,
        long event,
        List<Item> items) {
    static final String MIRROR = "mirror";

    /**
     * A part.
     *
     * @param actions what was changed
     * @param steps what was begun and is not known to be done: by action, the backend's task, or empty before there is one; besides
     *     that, what has to be known to go on
     */
    record Item(
            int position, String name, JobState state, List<String> actions, Map<String, String> steps, String error) {
        static Item waiting(int position, String name) {
            return new Item(position, name, JobState.WAITING, List.of(), Map.of(), "");
        }
    }

    boolean isMirror() {
        return kind.equals(MIRROR);
    }
}
