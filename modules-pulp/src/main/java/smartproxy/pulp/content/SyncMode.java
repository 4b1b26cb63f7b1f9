package smartproxy.pulp.content;

import java.util.List;

/**
 * How a repository is brought up to date.
 *
 * @param mode what becomes of what upstream no longer has
 * @param optimize whether nothing is done where upstream has not changed
 * @param skip types of units that are left out, for rpm: {@code srpm}, {@code treeinfo}
 */
public record SyncMode(Mode mode, boolean optimize, List<String> skip) {
    /** The usual one of a mirror. */
    public static final SyncMode MIRROR = new SyncMode(Mode.MIRROR, true, List.of());

    /** What becomes of what upstream no longer has. */
    public enum Mode {
        /** It stays. */
        ADDITIVE,
        /** It goes. */
        MIRROR,
        /** It goes, and the metadata are upstream's to the byte, where the type knows that (rpm); else as {@code MIRROR}. */
        MIRROR_COMPLETE;

        /** As in JSON: {@code mirror_complete}. */
        @Override
        public String toString() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    public SyncMode {
        skip = List.copyOf(skip);
    }
}
