package smartproxy.pulp.content;

import java.util.List;

/**
 * A part of a list.
 *
 * @param total entries of the whole list
 */
public record Page<T>(List<T> items, long total) {
    public Page {
        items = List.copyOf(items);
    }

    /**
     * Which part is asked for.
     *
     * @param offset entries before it, from 0
     * @param limit most entries, 1 to {@value #MOST}
     */
    public record Window(int offset, int limit) {
        public static final int MOST = 100;

        public static final Window FIRST = new Window(0, MOST);

        public Window next() {
            return new Window(offset + limit, limit);
        }
    }
}
